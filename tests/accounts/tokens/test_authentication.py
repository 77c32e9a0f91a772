import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Organisation
from accounts.tokens.models import Scope
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.tokens import TokenFactory, script_of
from tests.filiere.api.shapes import problem

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.filiere.api.sample")]
LIST = "/api/v1/organisations/"
BODY = {"name": "N", "kind": "pme", "college": "industrie"}


def asking(authorization: str) -> APIClient:
    return APIClient(headers={"Authorization": authorization})


@pytest.mark.parametrize("authorization", ["Token flr_x", "token flr_x", "TOKEN  flr_x "])
def test_token_opens_the_api_as_its_person(authorization):
    TokenFactory(value="flr_x")
    assert asking(authorization).get(LIST).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["Token", "Token ", "Token flr_y", "Token flr_x flr_x", "Token flr_x,", "Token é", "Token flr_X"],
)
def test_unknown_token_is_401_even_where_everybody_may_go(authorization):
    TokenFactory(value="flr_x")
    for address in (LIST, "/api/v1/open/"):
        response = asking(authorization).get(address)
        assert "jeton" in problem(response, 401, "authentification")["detail"]
        assert response["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("authorization", ["Bearer flr_x", "Basic flr_x", "flr_x", "Tokenflr_x"])
def test_other_schemes_are_no_token(authorization):
    TokenFactory(value="flr_x")
    content = problem(asking(authorization).get(LIST), 401, "authentification")
    assert content["detail"] == "Connectez-vous, ou joignez un jeton\u00a0: «\u00a0Authorization: Token …\u00a0»."


def test_token_wins_over_the_session():
    client = asking("Token flr_y")
    client.force_login(UserFactory())
    problem(client.get(LIST), 401, "authentification")


def test_account_closed_meanwhile_is_refused_at_once():
    person = UserFactory()
    client = script_of(person)
    assert client.get(LIST).status_code == 200
    person.is_active = False
    person.save()
    problem(client.get(LIST), 401, "authentification")


def test_account_anonymised_meanwhile_is_refused_at_once():
    person = UserFactory()
    client = script_of(person)
    person.anonymised_at = timezone.now()
    person.save()
    problem(client.get(LIST), 401, "authentification")


# --- Scope ---


def test_writing_token_writes_without_csrf():
    client = APIClient(enforce_csrf_checks=True, headers={"Authorization": "Token flr_x"})
    TokenFactory(value="flr_x", scope=Scope.WRITE)
    assert client.post(LIST, BODY).status_code == 201


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "address",
    [LIST, f"{LIST}0193f1a2-0000-7000-8000-000000000000/", "/api/v1/open/", "/api/v1/upload/", "/api/v1/softly/"],
)
def test_reading_token_writes_nowhere(method, address):
    client = script_of(AdministratorFactory(), scope=Scope.READ)
    assert client.get(LIST).status_code == 200
    response = getattr(client, method)(address, BODY)
    assert problem(response, 403, "interdit")["detail"] == "Ce jeton ne permet que la lecture."
    assert not Organisation.objects.exists()


def test_reading_token_reads_with_head():
    assert script_of(UserFactory(), scope=Scope.READ).head(LIST).status_code == 200


def test_scope_nobody_knows_reads_only():
    TokenFactory(value="flr_x", scope="later")
    assert asking("Token flr_x").get(LIST).status_code == 200
    problem(asking("Token flr_x").post(LIST, BODY), 403, "interdit")


def test_method_cannot_be_disguised():
    client = script_of(UserFactory(), scope=Scope.READ)
    for header in ("X-HTTP-Method-Override", "X-Method-Override"):
        assert client.get(LIST, headers={header: "POST"}).status_code == 200
        problem(client.post(LIST, BODY, headers={header: "GET"}), 403, "interdit")


def test_token_gives_no_more_than_its_person():
    Organisation.objects.create(**BODY)
    address = f"{LIST}{Organisation.objects.get().pk}/close/"
    problem(script_of(UserFactory()).post(address, {"reason": "x"}), 403, "interdit")
    assert script_of(AdministratorFactory(), value="flr_b").post(address, {"reason": "x"}).status_code == 200


# --- Cost ---


def test_recognising_a_token_is_one_query(django_assert_num_queries):
    client = script_of(UserFactory())
    client.get(LIST)
    # The token with its person; the count; the page is not asked for when there is nothing.
    with django_assert_num_queries(2):
        client.get(LIST)
