"""Where a second factor is demanded, the API is no way around it."""

import pytest
from allauth.mfa.models import Authenticator
from rest_framework.test import APIClient

from tests.factories import AdministratorFactory, UserFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demanded(settings) -> None:
    settings.REQUIRE_MFA = True


@pytest.fixture
def administrator():
    return AdministratorFactory()


@pytest.fixture
def session(administrator) -> APIClient:
    client = APIClient()
    client.force_login(administrator)
    return client


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/schema/", "/api/v1/me/", "/api/v1/people/"])
def test_session_without_its_second_factor_reads_nothing(session, address):
    problem(session.get(address), 403, "interdit")


def test_session_without_its_second_factor_makes_no_token(session, administrator):
    problem(session.post("/api/v1/me/tokens/", {"name": "x", "scope": "write"}), 403, "interdit")
    assert session.post("/compte/jetons/", {"name": "x", "scope": "write"}).status_code == 302
    assert not administrator.api_tokens.exists()


def test_token_does_no_more_than_the_session_of_its_person(administrator):
    """Made before the person became an administrator, or by the server's own command."""
    script = script_of(administrator)
    content = problem(script.get("/api/v1/people/"), 403, "interdit")
    assert "deux étapes" in content["detail"]
    assert administrator.api_tokens.get().last_used_at is None
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.TOTP, data={})
    assert script.get("/api/v1/people/").status_code == 200


def test_token_of_who_needs_none_serves():
    assert script_of(UserFactory()).get("/api/v1/me/").status_code == 200
