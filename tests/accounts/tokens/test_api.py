from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken
from accounts.tokens.models import Scope
from accounts.tokens.selectors import token_behind
from accounts.tokens.services import LIMIT
from filiere.models import StoredAnswer
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.tokens import TokenFactory, script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/me/tokens/"


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def api(person) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


def test_person_lists_their_own_tokens_without_values(api, person):
    token = TokenFactory(person=person, name="Script")
    TokenFactory(person=person, revoked_at=timezone.now())
    TokenFactory()
    (item,) = api.get(TOKENS).json()["results"]
    assert item.pop("created_at")
    assert item == {
        "id": str(token.pk),
        "name": "Script",
        "scope": "read",
        "prefix": token.prefix,
        "expires_at": None,
        "last_used_at": None,
    }


def test_created_token_is_shown_once(api):
    created = api.post(TOKENS, {"name": "Script", "scope": "write"})
    content = created.json()
    assert created.status_code == 201
    assert token_behind(content["token"]).scope == Scope.WRITE
    assert "token" not in api.get(created["Location"]).json()
    assert content["token"] not in api.get(TOKENS).content.decode()
    assert created["ETag"] == api.get(created["Location"])["ETag"]


def test_token_reads_only_unless_asked(api):
    assert api.post(TOKENS, {"name": "Script"}).json()["scope"] == "read"


def test_expiry_is_a_moment_to_come(api):
    later = (timezone.now() + timedelta(days=3)).isoformat()
    assert api.post(TOKENS, {"name": "x", "expires_at": later}).json()["expires_at"]
    earlier = (timezone.now() - timedelta(days=3)).isoformat()
    content = problem(api.post(TOKENS, {"name": "x", "expires_at": earlier}), 400, "validation")
    assert content["errors"] == {"expires_at": ["Choisissez un moment à venir, dans les dix ans."]}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "scope": "admin"}, "scope"),
        ({"name": "x", "expires_at": "demain"}, "expires_at"),
        ({"name": "x", "person": "0193f1a2-0000-7000-8000-000000000000"}, "person"),
        ({"name": "x", "token": "flr_mine"}, "token"),
    ],
)
def test_bad_body_is_refused(api, body, wrong):
    assert list(problem(api.post(TOKENS, body), 400, "validation")["errors"]) == [wrong]
    assert not ApiToken.objects.exists()


def test_limit_is_a_conflict(api, person):
    TokenFactory.create_batch(LIMIT, person=person)
    assert problem(api.post(TOKENS, {"name": "x"}), 409, "refus")["code"] == "trop_de_jetons"


def test_token_makes_no_token(person):
    script = script_of(person, scope=Scope.WRITE)
    assert script.get(TOKENS).status_code == 200
    content = problem(script.post(TOKENS, {"name": "x"}), 403, "interdit")
    assert "Un jeton ne crée pas de jeton" in content["detail"]
    assert ApiToken.objects.count() == 1


def test_repeated_creation_makes_one_token_and_keeps_no_value(api):
    answers = [api.post(TOKENS, {"name": "x"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    value = answers[0].json()["token"]
    assert answers[1].json() == {**answers[0].json(), "token": None}
    assert ApiToken.objects.count() == 1
    assert value.encode() not in bytes(StoredAnswer.objects.get().body)


def test_revoked_token_disappears_and_serves_no_more(api, person):
    script = script_of(person)
    (item,) = api.get(TOKENS).json()["results"]
    assert api.delete(f"{TOKENS}{item['id']}/").status_code == 204
    problem(script.get(TOKENS), 401, "authentification")
    problem(api.get(f"{TOKENS}{item['id']}/"), 404, "introuvable")
    problem(api.delete(f"{TOKENS}{item['id']}/"), 404, "introuvable")


def test_token_may_revoke_itself_when_it_writes(person):
    script = script_of(person)
    assert script.delete(f"{TOKENS}{person.api_tokens.get().pk}/").status_code == 204
    assert person.api_tokens.get().revoked_at


def test_reading_token_revokes_nothing(person):
    script = script_of(person, scope=Scope.READ)
    problem(script.delete(f"{TOKENS}{person.api_tokens.get().pk}/"), 403, "interdit")
    assert person.api_tokens.get().revoked_at is None


@pytest.mark.parametrize("method", ["get", "delete"])
def test_tokens_of_others_do_not_exist_even_for_an_administrator(method):
    token = TokenFactory()
    for other in (UserFactory(), AdministratorFactory()):
        client = APIClient()
        client.force_login(other)
        problem(getattr(client, method)(f"{TOKENS}{token.pk}/"), 404, "introuvable")
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("identifier", ["1", "abc", "0193f1a2", "urn:uuid:0193f1a2-0000-7000-8000-000000000000"])
def test_malformed_identifier_is_404(api, identifier):
    problem(api.get(f"{TOKENS}{identifier}/"), 404, "introuvable")


def test_visitor_and_closed_account_are_refused():
    problem(APIClient().get(TOKENS), 401, "authentification")
    problem(APIClient().post(TOKENS, {"name": "x"}), 401, "authentification")
    closed = APIClient()
    closed.force_login(UserFactory(is_active=False))
    problem(closed.get(TOKENS), 401, "authentification")


def test_token_is_not_changed(api, person):
    token = TokenFactory(person=person)
    problem(api.patch(f"{TOKENS}{token.pk}/", {"scope": "write"}), 405, "methode")


@pytest.mark.parametrize("ordering", ["name", "-created_at", "expires_at", "-last_used_at"])
def test_list_is_ordered(api, person, ordering):
    TokenFactory.create_batch(3, person=person)
    assert api.get(TOKENS, {"ordering": ordering}).json()["count"] == 3


def test_list_costs_the_same_with_one_token_and_with_thirty(api, person):
    TokenFactory(person=person)
    api.get(TOKENS)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            api.get(TOKENS)
        return len(queries)

    one = cost()
    TokenFactory.create_batch(29, person=person)
    assert cost() == one
