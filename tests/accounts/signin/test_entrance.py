"""The entrance as a visitor meets it: in, out, and what is remembered."""

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filiere.cache import ForgivingCache
from tests.factories import UserFactory
from tests.factories.signin import ApplicationFactory, SessionFactory, code_now

pytestmark = pytest.mark.django_db
SESSION = django_settings.SESSION_COOKIE_NAME


def cookie(response):
    return response.cookies[SESSION]


def test_person_enters_and_leaves(client, person, typed):
    response = typed()
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/compte/securite/").status_code == 200
    assert client.post("/deconnexion/").url == "/connexion/"
    assert client.get("/compte/securite/").url == "/connexion/?next=/compte/securite/"


def test_person_enters_with_capitals_and_spaces(client, person, typed):
    assert typed(email=" Claire@DEMO.example ").status_code == 302


def test_entering_leads_to_the_page_that_was_wanted(client, person, typed):
    assert typed(next="/aide/").url == "/aide/"


@pytest.mark.parametrize(
    "wanted", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)", "\\\\a.b"]
)
def test_entering_leads_to_no_other_site(client, person, typed, wanted):
    assert typed(next=wanted).url == "/"


def test_session_ends_with_the_browser_unless_asked(client, person, typed):
    assert cookie(typed())["max-age"] == ""
    client.post("/deconnexion/")
    assert cookie(typed(remember="on"))["max-age"] == 14 * 24 * 3600


def test_wish_to_be_remembered_survives_the_second_factor(client, person, typed):
    ApplicationFactory(user=person)
    typed(remember="on")
    response = client.post("/connexion/code/", {"code": code_now()})
    assert cookie(response)["max-age"] == 14 * 24 * 3600


def test_session_key_changes_as_somebody_enters(client, person, typed):
    before = client.session.session_key
    assert client.cookies[SESSION].value == before
    typed()
    assert client.session.session_key != before


def test_session_is_listed_as_soon_as_it_is_open(client, person, typed):
    typed()
    session = UserSession.objects.get()
    assert (session.user, session.session_key) == (person, client.session.session_key)


def test_nothing_is_open_between_password_and_code(client, person, typed):
    ApplicationFactory(user=person)
    assert typed().url == "/connexion/code/"
    assert not UserSession.objects.exists()
    assert client.get("/compte/securite/").status_code == 302
    assert client.get("/connexion/").url == "/connexion/code/"


def test_giving_up_between_password_and_code_forgets_the_password(client, person, typed):
    ApplicationFactory(user=person)
    typed()
    client.post("/deconnexion/")
    assert client.get("/connexion/code/").url == "/connexion/"


def test_closed_account_is_told_so_to_who_knows_its_password(client, person, typed):
    person.is_active = False
    person.save()
    response = typed()
    assert response.url == "/connexion/compte-ferme/"
    assert "Ce compte est fermé" in client.get(response.url).content.decode()
    assert "_auth_user_id" not in client.session


def test_closed_account_is_not_told_to_who_does_not(client, person, typed):
    person.is_active = False
    person.save()
    assert "Adresse ou mot de passe incorrect." in typed(password="mauvais").content.decode()


def test_signed_in_person_has_no_business_at_the_entrance(client, person):
    client.force_login(person)
    assert client.get("/connexion/").url == "/"


def test_signing_out_is_not_done_by_a_link(client, person):
    client.force_login(person)
    assert client.get("/deconnexion/").status_code == 200
    assert "_auth_user_id" in client.session


def test_signing_out_asks_for_the_token_of_the_form(person):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post("/deconnexion/").status_code == 403


def test_visitor_who_signs_out_is_at_the_entrance(client):
    assert client.get("/deconnexion/").url == "/connexion/"
    assert client.post("/deconnexion/").url == "/connexion/"


def test_entering_fills_no_table_of_addresses(client, person, typed):
    typed()
    assert not EmailAddress.objects.exists()


def test_entrance_is_kept_by_no_cache(client):
    assert "no-store" in client.get("/connexion/")["Cache-Control"]


def test_password_is_not_sent_back(client, person, typed):
    assert "un-secret" not in typed(password="un-secret").content.decode()


@pytest.mark.parametrize("given", [{}, {"login": ""}, {"password": ""}, {"login": ["a", "b"], "password": "x"}])
def test_incomplete_form_is_shown_again(client, given):
    response = client.post("/connexion/", given)
    assert response.status_code == 200
    assert "à corriger" in response.content.decode()


def test_too_many_requests_from_one_address_are_refused_in_dress(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    for _ in range(2):
        client.post("/connexion/", {})
    response = client.post("/connexion/", {})
    assert response.status_code == 429
    assert 'lang="fr"' in response.content.decode()


@pytest.fixture
def cache_away(monkeypatch):
    """The default cache has lost its server."""
    away = ForgivingCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr(caches._connections, "default", away, raising=False)


def test_entering_works_without_the_cache(client, person, typed, cache_away):
    ApplicationFactory(user=person)
    assert typed(password="mauvais").status_code == 200
    assert typed().url == "/connexion/code/"
    given = code_now()
    assert client.post("/connexion/code/", {"code": given}).url == "/"
    assert client.get("/compte/securite/").status_code == 200
    client.post("/deconnexion/")
    typed()
    assert "il a déjà servi" in client.post("/connexion/code/", {"code": given}).content.decode()


def test_lockout_holds_without_the_cache(client, person, typed, cache_away):
    for _ in range(8):
        response = typed(password="mauvais")
    assert response.status_code == 429
    assert typed().status_code == 429


def test_forgotten_password_works_without_the_cache(client, person, cache_away):
    assert client.post("/mot-de-passe/oublie/", {"email": person.email}).status_code == 302


def test_entering_costs_the_same_in_queries_whatever_else_there_is(client, person, typed):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert typed().status_code == 302
        client.post("/deconnexion/")
        return len(queries)

    typed()
    client.post("/deconnexion/")
    few = cost()
    UserFactory.create_batch(30)
    for each in UserFactory.create_batch(5):
        SessionFactory(user=each)
    assert cost() == few
