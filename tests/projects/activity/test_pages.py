import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.activity import pages
from projects.activity.models import Event
from projects.activity.sealing import head
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.activity import recorded, sealed, tamper

pytestmark = pytest.mark.django_db

JOURNAL = "/administration/journal/"
VERIFICATION = f"{JOURNAL}verification/"


@pytest.fixture
def administrator():
    return AdministratorFactory(given_name="Angèle", family_name="Aubier")


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


def shown(response):
    return list(response.context["table"].page)


def text(response):
    return response.content.decode().replace("&nbsp;", "\u00a0")


def test_addresses():
    assert (reverse("journal"), reverse("journal-verification")) == (JOURNAL, VERIFICATION)


@pytest.mark.parametrize("address", [JOURNAL, f"{JOURNAL}?format=csv"])
def test_visitor_is_sent_to_the_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("rights", [{}, {"is_delegate": True}, {"is_superuser": True}])
def test_who_does_not_administer_is_refused(client, rights):
    sealed(1)
    client.force_login(UserFactory(**rights))
    assert client.get(JOURNAL).status_code == 403
    assert client.get(f"{JOURNAL}?format=csv").status_code == 403
    assert client.post(VERIFICATION).status_code == 403


def test_closed_account_of_an_administrator_is_a_visitor(client):
    person = AdministratorFactory()
    client.force_login(person)
    person.is_active = False
    person.save()
    assert client.get(JOURNAL).status_code == 302
    assert client.post(VERIFICATION).status_code == 302


def test_journal_tells_each_event(office, administrator):
    organisation = OrganisationFactory(name="Institut", acronym="INST")
    (event,) = sealed(
        actor=administrator, target=organisation, changes={"region": ("", "bretagne")}, capacity="administratrice"
    )
    page = text(office.get(JOURNAL))
    for expected in (
        "Angèle Aubier a modifié une organisation",
        "région\u00a0: Bretagne",
        "INST",
        "administratrice",
        event.link.hash,
        str(head()),
    ):
        assert expected in page


def test_personal_change_shows_that_it_happened_and_nothing_else(office):
    recorded(target=UserFactory(), verb="person.changed", changes={"email": (None, None)})
    assert "adresse électronique\u00a0: modifié" in text(office.get(JOURNAL))


def test_waiting_event_says_so(office):
    recorded(1)
    assert "En attente" in text(office.get(JOURNAL))


def test_names_cannot_carry_markup(office):
    recorded(
        actor=UserFactory(given_name="<script>alert(1)</script>"),
        target=OrganisationFactory(acronym="<i>x</i>"),
        changes={"<b>": ("<u>", "</td>")},
        capacity="<s>",
    )
    page = text(office.get(JOURNAL))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for raw in ("<script>alert", "<i>x", "<b>", "<u>", "</td></td>", "<s>"):
        assert raw not in page


def test_empty_journal_says_so(office):
    assert "Rien n’est encore inscrit au journal" in text(office.get(JOURNAL))


def test_journal_only_reads(office):
    sealed(1)
    assert office.post(JOURNAL).status_code == 405
    assert office.delete(JOURNAL).status_code == 405
    assert office.get(VERIFICATION).status_code == 405


# --- Filters --------------------------------------------------------------------------


def test_filter_by_person_act_and_kind(office, administrator):
    (by_administrator,) = recorded(actor=administrator)
    person = UserFactory(given_name="Zoé", family_name="Lefèvre")
    (by_zoe,) = recorded(actor=person, verb="organisation.created")
    (about_zoe,) = recorded(target=person, verb="person.closed")
    assert shown(office.get(JOURNAL, {"personne": "lefevre zoe"})) == [by_zoe]
    assert shown(office.get(JOURNAL, {"acte": "organisation.created"})) == [by_zoe]
    assert shown(office.get(JOURNAL, {"nature": "accounts.user"})) == [about_zoe]
    assert shown(office.get(JOURNAL, {"acte": "nonsense"})) == [about_zoe, by_zoe, by_administrator]


def test_filter_by_number_of_request_or_object(office):
    organisation = OrganisationFactory()
    (about,) = recorded(target=organisation)
    recorded(target=OrganisationFactory())
    (asked,) = recorded()
    tamper("UPDATE projects_event SET request_id = 'requete-42' WHERE id = %s", asked.pk)
    assert shown(office.get(JOURNAL, {"numero": "requete-42"})) == [asked]
    assert about in shown(office.get(JOURNAL, {"numero": str(organisation.pk)}))
    assert 'href="?numero=requete-42"' in text(office.get(JOURNAL))


def test_filter_by_dates_on_the_readers_calendar(office):
    events = recorded(3)
    moments = ["2026-03-01 22:30:00+00:00", "2026-03-01 23:30:00+00:00", "2026-03-02 23:30:00+00:00"]
    for event, moment in zip(events, moments, strict=True):
        tamper("UPDATE projects_event SET at = %s WHERE id = %s", moment, event.pk)
    assert shown(office.get(JOURNAL, {"depuis": "2026-03-02"})) == [events[2], events[1]]
    assert shown(office.get(JOURNAL, {"depuis": "2026-03-02", "jusqu_au": "2026-03-02"})) == [events[1]]
    assert shown(office.get(JOURNAL, {"jusqu_au": "2026-03-01"})) == [events[0]]


def test_filter_by_what_waits(office):
    sealed(2)
    (waiting,) = recorded(1)
    assert shown(office.get(JOURNAL, {"en_attente": "on"})) == [waiting]


@pytest.mark.parametrize("value", ["\x00", "x" * 5000, "2026-13-45", "é", "' OR 1=1 --", "99999999999999999999"])
def test_nonsense_in_the_address_is_forgiven(office, value):
    sealed(1)
    for name in ("personne", "acte", "nature", "depuis", "jusqu_au", "numero", "en_attente", "page", "tri"):
        assert office.get(JOURNAL, {name: value}).status_code == 200


# --- Cost -----------------------------------------------------------------------------


def test_journal_costs_the_same_for_one_row_and_for_thirty(office):
    def cost(count):
        for _ in range(count):
            recorded(actor=UserFactory(), target=OrganisationFactory(), changes={"region": ("", "bretagne")})
        sealed(1)
        with CaptureQueriesContext(connection) as queries:
            office.get(JOURNAL)
        return len(queries)

    office.get(JOURNAL)
    one = cost(1)
    assert cost(30) == one
    assert one <= 12


# --- Export ---------------------------------------------------------------------------


def test_export_holds_every_event_and_no_change(office, administrator):
    organisation = OrganisationFactory(acronym="INST")
    (event,) = sealed(actor=administrator, target=organisation, changes={"region": ("", "bretagne")})
    recorded(1, target=organisation)
    response = office.get(JOURNAL, {"format": "csv"})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    assert "bretagne" not in content.decode()
    assert rows[2][1] == "Angèle Aubier a modifié une organisation"
    assert rows[2][2] == f"accounts.organisation {organisation.pk}"
    assert rows[2][-1] == f"1 {event.link.hash}"
    assert rows[1][-1] == ""


# --- Verification ---------------------------------------------------------------------


def test_verification_of_an_intact_chain_says_so(office):
    sealed(3)
    page = text(office.post(VERIFICATION))
    assert "Le journal est intact\u00a0: 3 maillons vérifiés." in page
    assert str(head()) in page
    assert "attente" not in page


def test_verification_tells_what_waits(office):
    recorded(2)
    assert "En attente de scellement\u00a0: 2" in text(office.post(VERIFICATION))


def test_verification_of_a_broken_chain_names_the_event(office):
    events = sealed(3)
    tamper("UPDATE projects_event SET verb = 'x' WHERE id = %s", events[1].pk)
    page = text(office.post(VERIFICATION))
    assert "Le journal n’est pas intact\u00a0: 1 anomalie." in page
    assert str(events[1].pk) in page
    assert "La base de données n’a plus toutes ses gardes" in page


def test_verification_of_a_long_journal_is_left_to_the_command(office, monkeypatch):
    monkeypatch.setattr(pages, "VERIFIED_ON_THE_SPOT", 2)
    sealed(3)
    monkeypatch.setattr(pages, "verify", None)
    page = text(office.post(VERIFICATION))
    assert "verify_journal" in page
    assert "Il compte 3 événements" in page


def test_verification_wants_the_form_it_came_from(administrator):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator)
    assert strict.post(VERIFICATION).status_code == 403


def test_looking_writes_nothing(office):
    sealed(2)
    before = Event.objects.count()
    office.get(JOURNAL)
    office.post(VERIFICATION)
    assert Event.objects.count() == before
    assert Event.objects.latest("at").at < timezone.now() + timedelta(seconds=1)
