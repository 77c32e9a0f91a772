"""The start refuses a view that forgot to say who may use it, and remarks a misspelt variable."""

import pytest
from django.contrib.auth.decorators import login_required
from django.core import checks as framework
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from filiere import checks
from filiere.api.permissions import SignedIn
from filiere.web.access import administrators, everyone, signed_in


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class Declared(APIView):
    permission_classes = [SignedIn]


class Inheriting(Declared):
    pass


class Silent(APIView):
    pass


class Borrowed(Silent):
    """What a library's mixin says is no declaration of ours."""


Silent.__module__ = Declared.__module__ = Inheriting.__module__ = "accounts.somewhere"


@pytest.mark.parametrize("mark", [everyone, signed_in, administrators])
def test_marked_page_declares_access(mark):
    assert checks.declares_access(mark(named()))


@pytest.mark.parametrize("view", [page, login_required(page), Silent.as_view()])
def test_unmarked_view_declares_nothing(view):
    assert not checks.declares_access(view)


@pytest.mark.parametrize("view", [Declared, Inheriting])
def test_api_view_declares_by_its_own_classes_or_its_parents(view):
    assert checks.declares_access(view.as_view())


def test_declaration_of_a_library_is_not_ours():
    foreign = type("Foreign", (APIView,), {"permission_classes": [IsAuthenticated], "__module__": "somewhere.else"})
    assert not checks.declares_access(foreign.as_view())


def test_every_view_of_ours_declares_who_may_use_it():
    assert checks.every_view_declares_who_may_use_it(None) == []


@pytest.mark.parametrize("view", [page, Silent.as_view()])
def test_forgotten_view_stops_the_start_and_is_named(settings, view):
    page.__module__ = "projects.somewhere"

    class Urls:
        urlpatterns = [path("outer/", include([path("<int:pk>/forgotten/", view)])), path("fine/", everyone(named()))]

    settings.ROOT_URLCONF = Urls
    (error,) = checks.every_view_declares_who_may_use_it(None)
    assert error.id == "filiere.E001"
    assert "/outer/<int:pk>/forgotten/" in error.msg
    assert error.is_serious()


def named():
    def fine(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    return fine


def test_views_of_libraries_are_theirs_to_keep(settings):
    from django.views.i18n import JavaScriptCatalog

    class Urls:
        urlpatterns = [path("catalogue/", JavaScriptCatalog.as_view())]

    settings.ROOT_URLCONF = Urls
    assert checks.every_view_declares_who_may_use_it(None) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("FILIERE_ALOWED_HOSTS", "FILIERE_ALLOWED_HOSTS"),
        ("FILIERE_REQUIREMFA", "FILIERE_REQUIRE_MFA"),
        ("FILIERE_SECRET_KEY_FIEL", "FILIERE_SECRET_KEY_FILE"),
    ],
)
def test_misspelt_variable_is_remarked(monkeypatch, typed, meant):
    monkeypatch.setenv(typed, "1")
    (warning,) = checks.variables_are_spelt_right(None)
    assert typed in warning.msg
    assert meant in warning.msg
    assert not warning.is_serious()


@pytest.mark.parametrize(
    "name", ["FILIERE_ALLOWED_HOSTS", "FILIERE_SECRET_KEY_FILE", "FILIERE_TESTS_STRICT", "FILIERE"]
)
def test_known_and_unrelated_variables_are_not(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert checks.variables_are_spelt_right(None) == []


def test_checks_are_registered():
    names = {check.__name__ for check in framework.registry.registry.registered_checks}
    assert {"every_view_declares_who_may_use_it", "variables_are_spelt_right"} <= names
