import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens.selectors import token_behind
from accounts.tokens.services import LIMIT
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.tokens import TokenFactory

pytestmark = pytest.mark.django_db
PAGE = "/compte/jetons/"


@pytest.fixture
def person():
    return UserFactory()


@pytest.fixture
def browser(client, person):
    client.force_login(person)
    return client


def shown_value(response) -> str | None:
    found = re.search(r"flr_[A-Za-z0-9_-]{40}", response.content.decode())
    return found[0] if found else None


def test_visitor_is_sent_to_sign_in(client):
    for address in (PAGE, f"{PAGE}0193f1a2-0000-7000-8000-000000000000/revoquer/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/connexion/")


def test_token_opens_no_page(client):
    TokenFactory(value="flr_x")
    assert client.get(PAGE, headers={"Authorization": "Token flr_x"}).status_code == 302


def test_person_without_token_is_told_what_to_do(browser):
    content = browser.get(PAGE).content.decode()
    assert "Aucun jeton" in content
    assert "Créer le jeton" in content


def test_list_shows_what_recognises_a_token(browser, person):
    now = timezone.now()
    token = TokenFactory(person=person, name="Export du lundi", scope="write", last_used_at=now)
    TokenFactory(person=person, name="Ancien", expires_at=now - timedelta(days=1))
    TokenFactory(name="D’une autre")
    content = browser.get(PAGE).content.decode()
    for text in ("Export du lundi", token.prefix, "Lecture et écriture", "Ancien", "Expiré", "Jamais"):
        assert text in content
    assert "D’une autre" not in content


def test_created_token_is_shown_once_and_kept_by_no_cache(browser):
    response = browser.post(PAGE, {"name": "Script", "scope": "write"})
    value = shown_value(response)
    assert token_behind(value).scope == "write"
    assert 'data-copy="#jeton"' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    again = browser.get(PAGE)
    assert shown_value(again) is None
    assert "Script" in again.content.decode()


def test_last_day_counts_until_its_end_on_the_persons_clock(browser, person):
    person.time_zone = "Pacific/Noumea"
    person.save()
    day = date.today() + timedelta(days=30)  # noqa: DTZ011  any day to come
    browser.post(PAGE, {"name": "x", "scope": "read", "expires_at": day.isoformat()})
    ends = ApiToken.objects.get().expires_at.astimezone(ZoneInfo("Pacific/Noumea"))
    assert (ends.date(), ends.hour, ends.minute) == (day, 23, 59)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"name": "", "scope": "read"}, "Ce champ est obligatoire."),
        ({"name": "Mon script", "scope": "admin"}, "Mon script"),
        (
            {"name": "Mon script", "scope": "read", "expires_at": "2020-01-01"},
            "Choisissez un moment à venir, dans les dix ans.",
        ),
        ({"name": "Mon script", "scope": "read", "expires_at": "9999-12-31"}, "dans les dix ans"),
        ({"name": "Mon script", "scope": "read", "expires_at": "demain"}, "Mon script"),
    ],
)
def test_refused_form_keeps_what_was_typed(browser, data, says):
    response = browser.post(PAGE, data)
    assert response.status_code == 200
    content = response.content.decode()
    assert says in content
    assert data["name"] in content
    assert shown_value(response) is None
    assert not ApiToken.objects.exists()


def test_limit_is_told_above_the_form(browser, person):
    TokenFactory.create_batch(LIMIT, person=person)
    response = browser.post(PAGE, {"name": "de trop", "scope": "read"})
    assert "Vous avez déjà 20 jetons" in response.content.decode()
    assert ApiToken.objects.count() == LIMIT


def test_revoking_asks_first(browser, person):
    token = TokenFactory(person=person, name="Export")
    page = browser.get(f"{PAGE}{token.pk}/revoquer/")
    assert "Révoquer «\u00a0Export\u00a0»" in page.content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None
    response = browser.post(f"{PAGE}{token.pk}/revoquer/", follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Le jeton est révoqué." in response.content.decode()
    token.refresh_from_db()
    assert token.revoked_at


@pytest.mark.parametrize("method", ["get", "post"])
def test_token_of_somebody_else_does_not_exist(client, method):
    token = TokenFactory()
    for other in (UserFactory(), AdministratorFactory()):
        client.force_login(other)
        assert getattr(client, method)(f"{PAGE}{token.pk}/revoquer/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_writing_wants_the_csrf_token(person):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.post(PAGE, {"name": "x", "scope": "read"}).status_code == 403
    assert not ApiToken.objects.exists()


def test_page_costs_the_same_with_one_token_and_with_thirty(browser, person):
    TokenFactory(person=person)
    browser.get(PAGE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        return len(queries)

    one = cost()
    TokenFactory.create_batch(29, person=person)
    assert cost() == one
