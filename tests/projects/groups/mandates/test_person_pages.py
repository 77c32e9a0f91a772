from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.access.enums import Role
from projects.groups.enums import GroupKind
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

YESTERDAY = date(2026, 3, 9)
TOMORROW = date(2026, 3, 11)


@pytest.fixture(autouse=True)
def on_that_day(db):
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def group():
    return WorkingGroupFactory(name="Imagerie")


@pytest.fixture
def seat(group):
    return MembershipFactory(group=group, organisation=OrganisationFactory(name="Syndicat de l’imagerie"))


def card(client, reader, person):
    client.force_login(reader)
    return client.get(reverse("person-card", args=[person.pk]))


def text_of(response):
    return response.content.decode().replace("\xa0", " ")


def test_visitors_are_sent_to_sign_in(client, seat):
    assert client.get(reverse("person-card", args=[seat.person.pk]))["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", Role)
def test_who_shares_a_group_reads_the_card_with_its_address(client, group, seat, role):
    page = text_of(card(client, MembershipFactory(group=group, role=role).person, seat.person))
    for words in (seat.person.get_full_name(), "Syndicat de l’imagerie", "Imagerie", f"mailto:{seat.person.email}"):
        assert words in page


@pytest.mark.parametrize(
    "outsider",
    [
        lambda group: UserFactory(),
        lambda group: UserFactory(is_superuser=True),
        lambda group: MembershipFactory(role=Role.PILOT).person,
        lambda group: MembershipFactory(group=group, ends_on=YESTERDAY).person,
        lambda group: MembershipFactory(group=group, starts_on=TOMORROW).person,
    ],
)
def test_to_who_shares_nothing_the_person_does_not_exist(client, group, seat, outsider):
    reader = outsider(group)
    unknown = client.get(reverse("person-card", args=[group.pk]))
    assert unknown.status_code == 302
    hidden = card(client, reader, seat.person)
    unknown = client.get(reverse("person-card", args=[group.pk]))
    assert hidden.status_code == unknown.status_code == 404


def test_unknown_and_hidden_cost_the_same(client, group, seat):
    reader = UserFactory()
    card(client, reader, seat.person)
    costs = []
    for pk in (seat.person.pk, group.pk):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("person-card", args=[pk]))
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("flag", ["is_staff", "is_delegate"])
def test_coordinators_read_every_card(client, flag):
    person = UserFactory()
    page = text_of(card(client, UserFactory(**{flag: True}), person))
    assert person.email in page
    assert "Aucun mandat que vous puissiez voir" in page


def test_everybody_reads_their_own(client):
    person = UserFactory()
    assert f"mailto:{person.email}" in text_of(card(client, person, person))


def test_card_shows_only_what_its_reader_may_see(client, group, seat):
    MembershipFactory(person=seat.person, group=WorkingGroupFactory(name="Groupe caché"))
    assert "Groupe caché" not in text_of(card(client, MembershipFactory(group=group).person, seat.person))
    assert "Groupe caché" in text_of(card(client, AdministratorFactory(), seat.person))


def test_card_sorts_mandates_by_time_and_forgets_withdrawn_ones(client, group, seat):
    reader = MembershipFactory(group=group).person
    MembershipFactory(person=seat.person, group=group, role=Role.OBSERVER, ends_on=YESTERDAY)
    MembershipFactory(person=seat.person, group=group, role=Role.RAPPORTEUR, starts_on=TOMORROW, substitute_for=seat)
    MembershipFactory(person=seat.person, group=group, role=Role.PILOT, withdrawn_at="2026-03-01T10:00:00+01:00")
    page = text_of(card(client, reader, seat.person))
    assert page.index("Mandats en cours") < page.index("Mandats à venir") < page.index("Mandats passés")
    assert "suppléant de" in page
    assert "Pilote" not in page


def test_who_has_left_keeps_a_card_but_no_address(client, group):
    gone = MembershipFactory(group=group, ends_on=YESTERDAY).person
    page = text_of(card(client, MembershipFactory(group=group).person, gone))
    assert "Mandats passés" in page
    assert gone.email not in page


def test_bureau_sees_every_group_but_writes_to_its_own_members(client, seat):
    reader = MembershipFactory(group=WorkingGroupFactory(kind=GroupKind.BUREAU)).person
    page = text_of(card(client, reader, seat.person))
    assert "Imagerie" in page
    assert seat.person.email not in page


def test_anonymised_person_has_neither_name_nor_address(client, group):
    person = UserFactory(
        given_name="Personne",
        family_name="anonymisée",
        email="x@anonyme.invalid",
        anonymised_at="2026-03-01T10:00:00+01:00",
        is_active=False,
    )
    MembershipFactory(person=person, group=group, ends_on=YESTERDAY)
    page = text_of(card(client, AdministratorFactory(), person))
    assert "Personne anonymisée" in page
    assert "anonyme.invalid" not in page


def test_administration_of_a_person_leads_to_the_card(client, seat):
    client.force_login(AdministratorFactory())
    page = text_of(client.get(reverse("person", args=[seat.person.pk])))
    assert reverse("person-card", args=[seat.person.pk]) in page


def test_card_costs_the_same_with_one_mandate_and_with_thirty(client, group, seat):
    reader = MembershipFactory(group=group).person
    card(client, reader, seat.person)
    costs = []
    for number in (1, 29):
        for _ in range(number):
            MembershipFactory(person=seat.person, group=group, substitute_for=seat)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("person-card", args=[seat.person.pk]))
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12
