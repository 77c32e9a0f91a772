"""Every view of the API keeps the promises of the frame: none can be written beside it."""

import pytest
from django.urls import get_resolver
from rest_framework.views import APIView

from accounts.tokens.authentication import TokenAuthentication
from filiere.api.authentication import SessionAuthentication
from filiere.api.parsers import MultiPartParser, StrictJSON
from filiere.api.throttles import PersonThrottle, VisitorThrottle
from filiere.api.views import View
from filiere.checks import patterns

API = [
    (route, pattern.callback)
    for route, pattern in patterns(get_resolver("filiere.urls"))
    if hasattr(pattern.callback, "cls") or route.startswith("api/")
]


def views():
    return [pytest.param(callback.cls, id=route) for route, callback in API if hasattr(callback, "cls")]


def test_there_is_an_api():
    assert len(views()) > 3


@pytest.mark.parametrize("view", views())
def test_view_derives_from_the_frame(view):
    assert issubclass(view, APIView)
    assert issubclass(view, View), "derive it from filiere.api.views.View or filiere.api.resources.Resource"


@pytest.mark.parametrize("view", views())
def test_view_keeps_the_authentication_that_holds_the_scope_of_tokens(view):
    assert list(view.authentication_classes) == [TokenAuthentication, SessionAuthentication]
    assert list(view.throttle_classes) == [PersonThrottle, VisitorThrottle]
    for promise in ("initial", "finalize_response", "dispatch", "perform_authentication", "check_throttles"):
        assert getattr(view, promise) in {getattr(View, promise), getattr(APIView, promise)}, promise


@pytest.mark.parametrize("view", views())
def test_view_reads_strict_json_or_a_file(view):
    assert StrictJSON in view.parser_classes or list(view.parser_classes) == [MultiPartParser]


def test_pages_under_the_api_are_only_its_documentation():
    pages = {route for route, callback in API if not hasattr(callback, "cls")}
    assert pages == {"api/v1/docs/", "api/v1/docs/<slug:name>/"}
