from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.signin import middleware
from accounts.tokens.services import create_token
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.signin import ApplicationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def required(settings):
    settings.REQUIRE_MFA = True


@pytest.fixture
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


@pytest.mark.parametrize("path", ["/", "/administration/", "/compte/sessions/", "/mot-de-passe/changer/"])
def test_person_without_a_required_factor_is_led_to_one(client, required, administrator, path):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, "/compte/securite/")


@pytest.mark.parametrize("path", ["/compte/securite/", "/aide/", "/deconnexion/", "/healthz", "/confirmer-identite/"])
def test_person_without_a_required_factor_finds_help_and_the_way_out(client, required, administrator, path):
    assert client.get(path).status_code == 200


def test_person_without_a_required_factor_can_do_nothing(client, required, administrator):
    assert client.post("/compte/sessions/", {"others": "1"})["Location"] == "/compte/securite/"
    assert client.post("/compte/securite/delier/")["Location"] == "/compte/securite/"


def test_person_without_a_required_factor_is_told_why(client, required, administrator):
    page = client.get("/compte/securite/").content.decode()
    assert "Votre rôle demande une vérification en deux étapes" in page
    assert "Voir les sessions" not in page


def test_person_without_a_required_factor_signs_out(client, required, administrator):
    assert client.post("/deconnexion/")["Location"] == "/connexion/"
    assert "_auth_user_id" not in client.session


def test_partial_page_leaves_for_the_whole_one(client, required, administrator):
    response = client.get("/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/compte/securite/"


def test_api_answers_a_problem_to_who_lacks_a_required_factor(client, required, administrator):
    response = client.get("/api/v1/schema/")
    assert response.status_code == 403
    assert response["Content-Type"].startswith("application/problem+json")
    assert "vérification en deux étapes" in response.json()["detail"]


@pytest.mark.parametrize("factor", [False, True])
def test_token_is_worth_what_its_person_is(client, required, factor):
    person = AdministratorFactory()
    _token, shown = create_token(person=person, name="Export", by=person)
    if factor:
        ApplicationFactory(user=person)
    response = client.get("/api/v1/me/", headers={"Authorization": f"Token {shown}"})
    assert response.status_code == (200 if factor else 403)
    assert ("vérification en deux étapes" in response.content.decode()) is not factor


def test_unknown_address_stays_unknown(client, required, administrator):
    assert client.get("/nulle-part/").status_code == 404


def test_person_with_a_factor_is_free(client, required, administrator):
    ApplicationFactory(user=administrator)
    assert client.get("/").status_code == 200


def test_plain_member_is_free(client, required):
    client.force_login(UserFactory())
    assert client.get("/").status_code == 200


def test_visitor_meets_the_entrance(client, required):
    assert client.get("/")["Location"].startswith("/connexion/")


def test_every_address_left_open_exists():
    from django.urls import get_resolver

    assert set(get_resolver().reverse_dict) >= middleware.OPEN_WITHOUT


@pytest.fixture
def entered(client, person, typed):
    typed()
    session = UserSession.objects.get()
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    cache.clear()
    return session


def seen_at(session):
    session.refresh_from_db()
    return session.last_seen_at


def writes(client, path="/aide/"):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(path)
    return [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]


def test_session_is_seen_with_one_update_then_left_in_peace(client, entered):
    first = writes(client)
    assert len(first) == 1
    assert "usersessions" in first[0]
    assert writes(client) == []
    assert timezone.now() - seen_at(entered) < timedelta(minutes=1)


def test_session_is_seen_again_five_minutes_later(client, entered, time_machine):
    client.get("/aide/")
    first = seen_at(entered)
    cache.clear()
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    client.get("/aide/")
    assert seen_at(entered) - first > timedelta(minutes=5)


def test_session_seen_a_moment_ago_is_not_written_again_without_the_cache(client, entered, monkeypatch):
    client.get("/aide/")
    first = seen_at(entered)
    cache.clear()
    client.get("/aide/")
    assert seen_at(entered) == first


def test_session_activity_follows_the_address(client, entered):
    client.get("/aide/", REMOTE_ADDR="192.0.2.44")
    entered.refresh_from_db()
    assert entered.ip == "192.0.2.44"


def test_session_activity_never_fails_a_page(client, entered, monkeypatch):
    class Broken:
        def filter(self, **_):
            raise DatabaseError("disk full")

    monkeypatch.setattr(middleware.UserSession, "objects", Broken())
    assert client.get("/aide/").status_code == 200


def test_visitor_leaves_no_trace_in_sessions(client):
    assert writes(client) == []
    assert client.get("/aide/").status_code == 200
    assert not UserSession.objects.exists()
