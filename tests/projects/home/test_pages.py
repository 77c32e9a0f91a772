import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.invitations.enums import Sending
from projects.access.enums import Role
from projects.activity.services import record
from projects.home.help import TOPICS
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.signin import ApplicationFactory

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


def text(response):
    """What is read, in one line, with plain spaces."""
    words = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", words).replace("&nbsp;", " ").replace("&#8239;", " ").split())


def note(actor, verb, target):
    with transaction.atomic():
        record(actor=actor, verb=verb, target=target)


def links(response):
    return re.findall(r'<a\b[^>]*\bhref="([^"]+)"', response.content.decode())


# --- My work ---


@pytest.mark.parametrize("address", ["/", "/administration/"])
def test_visitor_is_led_to_the_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/connexion/?next={address}"


def test_home_greets_the_person_on_their_day(client):
    client.force_login(UserFactory(given_name="Camille", time_zone="Indian/Reunion"))
    with time_machine.travel(datetime(2026, 4, 30, 21, 0, tzinfo=UTC), tick=False):
        response = client.get("/")
    assert "Bonjour Camille. Nous sommes le vendredi 1er mai 2026." in text(response)
    assert "<title>" in response.content.decode()


def test_home_says_that_nothing_is_expected_when_nothing_is(client):
    client.force_login(UserFactory())
    response = client.get("/")
    assert "Rien n’est attendu de vous, et rien n’est en retard." in text(response)
    assert "En retard" not in text(response)


def test_home_tells_an_administrator_about_invitations_that_failed_or_expired(client):
    past = timezone.now() - timedelta(days=1)
    a_sent_invitation(sending=Sending.FAILED)
    a_sent_invitation(expires_at=past)
    a_sent_invitation(expires_at=past)
    a_sent_invitation()
    client.force_login(AdministratorFactory())
    response = client.get("/")
    assert "1 invitation n’a pas pu partir" in text(response)
    assert "2 invitations ont expiré sans réponse" in text(response)
    assert text(response).count("En retard") == 2
    assert "/administration/invitations/?etat=echec" in links(response)
    assert "/administration/invitations/?etat=expiree" in links(response)
    assert "Rien n’est attendu" not in text(response)


def test_home_links_open_the_list_on_what_they_announce(client):
    a_sent_invitation("expiree@demo.example", expires_at=timezone.now() - timedelta(days=1))
    a_sent_invitation("autre@demo.example")
    client.force_login(AdministratorFactory())
    (href,) = [each for each in links(client.get("/")) if "etat=" in each]
    listed = text(client.get(href))
    assert "expiree@demo.example" in listed
    assert "autre@demo.example" not in listed


def test_home_does_not_speak_of_invitations_to_a_member(client):
    a_sent_invitation(sending=Sending.FAILED)
    client.force_login(UserFactory())
    assert "invitation" not in text(client.get("/")).lower().replace("aide", "")


def test_home_says_whether_a_second_factor_protects_the_account(client):
    person = UserFactory()
    client.force_login(person)
    assert "Second facteur Aucun" in text(client.get("/"))
    ApplicationFactory(user=person)
    assert "Second facteur En place" in text(client.get("/"))


def test_home_escapes_a_hostile_name(client):
    client.force_login(AdministratorFactory(given_name=HOSTILE, family_name=HOSTILE))
    assert "<script>alert" not in client.get("/").content.decode()


def test_home_tells_the_last_acts_of_the_person_and_of_nobody_else(client):
    person, other = UserFactory(given_name="Camille", family_name="M."), UserFactory(given_name="Dominique")
    note(person, "person.preferences_changed", person)
    note(other, "person.closed", person)
    client.force_login(person)
    read = text(client.get("/"))
    assert "Camille M. a changé ses préférences" in read
    assert "a fermé un compte" not in read


def test_home_without_any_act_says_where_they_will_stand(client):
    client.force_login(UserFactory())
    assert "Ce que vous ferez s’inscrira ici." in text(client.get("/"))


@pytest.mark.parametrize("factory", [UserFactory, AdministratorFactory])
def test_home_costs_the_same_with_one_or_thirty_of_everything(client, factory, django_assert_max_num_queries):
    person = factory()
    client.force_login(person)
    client.get("/aide/")  # the first visit of a session is noted down
    costs = []
    for number in (1, 30):
        for _ in range(number):
            note(person, "person.closed", UserFactory())
            a_sent_invitation(sending=Sending.FAILED)
        with django_assert_max_num_queries(12) as queries:
            client.get("/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_closed_account_meets_the_sign_in(client):
    person = UserFactory()
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/", "/aide/", "/administration/"])
def test_pages_are_read_not_written_to(client, address):
    client.force_login(AdministratorFactory())
    assert client.post(address).status_code == 405


# --- Administration ---


@pytest.mark.parametrize(
    ("factory", "options", "sections"),
    [
        (
            AdministratorFactory,
            {},
            {
                "/administration/personnes/",
                "/administration/organisations/",
                "/administration/contrats/",
                "/administration/groupes/",
                "/administration/mandats/",
                "/administration/invitations/",
                "/administration/journal/",
                "/administration/etat/",
            },
        ),
        (
            UserFactory,
            {"is_delegate": True},
            {
                "/administration/organisations/",
                "/administration/contrats/",
                "/administration/groupes/",
                "/administration/mandats/",
                "/administration/invitations/",
            },
        ),
    ],
)
def test_administration_lists_what_its_reader_may_open(client, factory, options, sections):
    client.force_login(factory(**options))
    response = client.get("/administration/")
    found = {href for href in links(response) if href.startswith("/administration/") and href != "/administration/"}
    assert found == sections
    for href in found:
        assert client.get(href).status_code == 200


def test_administration_refuses_a_member(client):
    client.force_login(UserFactory())
    assert client.get("/administration/").status_code == 403


# --- Help ---


@pytest.mark.parametrize("factory", [None, UserFactory, AdministratorFactory])
def test_help_is_open_to_everyone(client, factory):
    if factory:
        client.force_login(factory())
    response = client.get("/aide/")
    assert response.status_code == 200
    assert "L’accès se fait sur invitation." in text(response)


def test_help_has_a_table_of_contents_that_leads_to_each_chapter(client):
    html = client.get("/aide/").content.decode()
    anchors = [anchor for anchor, _title, _template in TOPICS]
    assert [href for href in re.findall(r'href="#([a-z-]+)"', html) if href != "contenu"] == anchors
    for anchor in anchors:
        assert html.count(f'id="{anchor}"') == 1


def test_help_chapters_are_all_there_and_none_is_orphaned():
    folder = get_template("projects/home/help.html").origin.name.removesuffix(".html")
    from pathlib import Path

    assert {f"projects/home/help/{each.name}" for each in Path(folder).iterdir()} == {
        template for _anchor, _title, template in TOPICS
    }


def test_help_keeps_the_anchors_other_pages_point_at(client):
    html = client.get("/aide/").content.decode()
    for href in re.findall(r'href="/aide/#([a-z-]+)"', html):
        assert f'id="{href}"' in html


def test_help_speaks_to_people_not_to_engineers(client):
    words = text(client.get("/aide/")).lower()
    for jargon in ("token", "backend", "django", "celery", "redis", "serveur", "cookie", "hash", "url", "csrf"):
        assert jargon not in words.split(), jargon


def test_help_is_spaced_the_french_way(client):
    html = client.get("/aide/").content.decode()
    prose = html[html.index('<div class="prose">') : html.index("<footer")]
    words = re.sub(r"<[^>]+>|&\w+;|&#\d+;", "\u00a0", prose)
    assert not re.search(r"[^\s\u00a0\u202f][;!?»]|[«][^\u00a0]|[^\u00a0\s/]:| [:;!?»]", words)
    assert "'" not in words


def test_help_says_the_length_and_the_wait_that_hold(client, settings):
    (length,) = [
        each["OPTIONS"]["min_length"]
        for each in settings.AUTH_PASSWORD_VALIDATORS
        if "min_length" in each.get("OPTIONS", {})
    ]
    assert (length, settings.AXES_COOLOFF_TIME) == (12, timedelta(minutes=15))
    words = text(client.get("/aide/"))
    assert "au moins douze caractères" in words
    assert "se bloque un quart d’heure" in words


# --- Light and dark ---


@pytest.mark.parametrize("value", ["light", "dark"])
def test_theme_chosen_is_drawn_by_the_server_from_then_on(client, value):
    response = client.post("/apparence/", {"theme": value, "next": "/aide/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/aide/?a=1")
    assert f'<html lang="fr" data-theme="{value}">' in client.get("/aide/").content.decode()


def test_theme_goes_back_to_automatic(client):
    client.post("/apparence/", {"theme": "dark"})
    client.post("/apparence/", {"theme": ""})
    assert '<html lang="fr">' in client.get("/aide/").content.decode()


@pytest.mark.parametrize("value", ["pink", HOSTILE, "dark; Path=/", "\x00"])
def test_theme_that_does_not_exist_is_automatic(client, value):
    client.post("/apparence/", {"theme": value})
    assert '<html lang="fr">' in client.get("/aide/").content.decode()


@pytest.mark.parametrize(
    "elsewhere",
    ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "\\\\ailleurs.example", "http:///x", ""],
)
def test_theme_never_leads_to_another_site(client, elsewhere):
    assert client.post("/apparence/", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_theme_is_chosen_by_a_form_of_ours(client):
    assert client.get("/apparence/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/apparence/", {"theme": "dark"}).status_code == 403


# --- The frame ---


def test_page_has_one_heading_landmarks_and_a_way_past_the_navigation(client):
    client.force_login(AdministratorFactory())
    html = client.get("/").content.decode()
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert '<a class="skip" href="#contenu">' in html
    assert 'aria-label="Navigation principale"' in html
    assert "<footer" in html


def test_page_obeys_the_strict_policy(client):
    client.force_login(AdministratorFactory())
    for address in ("/", "/aide/", "/administration/", "/nulle-part/"):
        response = client.get(address)
        html = response.content.decode()
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
        assert not re.search(r'(src|href)="(https?:)?//', html)


def test_navigation_shows_each_role_its_own_places(client):
    assert "/administration/" not in links(client.get("/aide/"))
    client.force_login(UserFactory())
    assert "/administration/" not in links(client.get("/aide/"))
    client.force_login(AdministratorFactory())
    assert "/administration/" in links(client.get("/aide/"))


def test_visitor_is_offered_the_sign_in_and_a_member_their_account(client):
    assert "/connexion/" in links(client.get("/aide/"))
    client.force_login(UserFactory())
    response = client.get("/aide/")
    assert "/connexion/" not in links(response)
    assert '<form method="post" action="/deconnexion/">' in response.content.decode()


# --- Mandates ---


def test_home_shows_the_mandates_in_force_and_no_other(client):
    mandate = MembershipFactory(role=Role.PILOT, group__name="Imagerie", organisation__acronym="SNITEM")
    MembershipFactory(person=mandate.person, group__name="Ancien groupe", ends_on=date(2024, 2, 1))
    MembershipFactory(group__name="Groupe d’un autre")
    client.force_login(mandate.person)
    shown = text(client.get("/"))
    assert "Imagerie Pilote, pour SNITEM" in shown
    assert "Ancien groupe" not in shown
    assert "Groupe d’un autre" not in shown


def test_home_costs_the_same_with_one_mandate_and_with_thirty(client):
    few, many = UserFactory(), UserFactory()
    MembershipFactory(person=few)
    MembershipFactory.create_batch(30, person=many)
    costs = []
    for person in (few, many):
        client.force_login(person)
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
