import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens.models import Scope
from accounts.tokens.services import create_token
from tests.factories import AdministratorFactory, UserFactory


@pytest.fixture
def person(db) -> User:
    return UserFactory()


@pytest.fixture
def api(person: User) -> APIClient:
    """A person's own session."""
    client = APIClient()
    client.force_login(person)
    return client


@pytest.fixture
def script(person: User) -> APIClient:
    """The same person by a token that writes: no session, no cookie."""
    _token, value = create_token(person=person, name="script", scope=Scope.WRITE, by=person)
    return APIClient(headers={"Authorization": f"Token {value}"})


@pytest.fixture
def administrator_api(db) -> APIClient:
    client = APIClient()
    client.force_login(AdministratorFactory())
    return client


@pytest.fixture
def visitor(db) -> APIClient:
    return APIClient()


@pytest.fixture
def sample(settings) -> str:
    """The address of the sample resource, served in place of the real API."""
    settings.ROOT_URLCONF = "tests.filiere.api.sample"
    return "/api/v1/organisations/"
