import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory, force_authenticate

from filiere.api.permissions import Administrators, SignedIn, Undeclared
from filiere.api.views import View
from tests.factories import AdministratorFactory, UserFactory
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db


def allowed(permission, person) -> bool:
    request = Request(APIRequestFactory().get("/"))
    request.user = person
    return permission().has_permission(request, View())


@pytest.mark.parametrize(
    ("permission", "visitor", "member", "administrator"),
    [(Undeclared, False, False, False), (SignedIn, False, True, True), (Administrators, False, False, True)],
)
def test_who_may(permission, visitor, member, administrator):
    assert allowed(permission, AnonymousUser()) is visitor
    assert allowed(permission, UserFactory()) is member
    assert allowed(permission, AdministratorFactory()) is administrator


def test_delegate_is_no_administrator():
    assert not allowed(Administrators, UserFactory(is_delegate=True))


class Forgotten(View):
    def get(self, request):
        raise AssertionError("nobody comes this far")


@pytest.mark.parametrize("factory", [UserFactory, AdministratorFactory])
def test_view_that_declares_nothing_answers_to_nobody(factory):
    request = APIRequestFactory().get("/")
    force_authenticate(request, factory())
    problem(Forgotten.as_view()(request), 403, "interdit")


def test_view_that_declares_nothing_asks_visitors_who_they_are():
    problem(Forgotten.as_view()(APIRequestFactory().get("/")), 401, "authentification")
