"""« Pourquoi X voit-il ceci ? »: what the page and the API answer is what the application does, on any day."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.organisations.enums import College
from accounts.people.anonymisation import anonymise
from accounts.people.services import close_account, make_delegate, withdraw_delegate
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.standing import standing_of
from projects.groups.access.emergencies import open_emergency
from projects.groups.access.explanations import explain, holders_on
from projects.groups.delegations.services import take_back
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import furnished, seat
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db

NOON = "2026-03-10T12:00:00+01:00"
REASON = "Un fichier signalé comme dangereux"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="div")


def held(person, group, day=None):
    return {answer.permission for answer in explain(person, group, day or today()) if answer.holds}


def reasons(person, group, permission, day=None):
    return next(answer.reasons for answer in explain(person, group, day or today()) if answer.permission == permission)


def page(group):
    return f"/groupes/{group.slug}/acces/"


def api(group):
    return f"/api/v1/groups/{group.slug}/access/"


def test_what_is_explained_is_what_is_decided():
    room = furnished()
    open_emergency(group=room.group, reason=REASON, by=room.actors["administrateur"].person)
    for name, actor in room.actors.items():
        for group in (room.group, room.archived):
            standing = standing_of(actor.person)
            assert held(actor.person, group) == {right for right in Permission if standing.may(right, group)}, name


def test_mandate_names_its_role_organisation_and_college(group):
    person = seat(Role.MEMBER, group, college=College.STATE)
    organisation = person.mandates.get().organisation
    assert reasons(person, group, Permission.SEE) == (f"mandat\u00a0: membre, {organisation}",)
    assert reasons(person, group, Permission.READ_COLLEGE_STATE) == (
        f"mandat\u00a0: membre, {organisation}, du collège État",
    )
    assert reasons(person, group, Permission.APPROVE) == ()


def test_delegation_names_who_lends_and_until_when(group):
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=pilot, borrower=member, ends_on=date(2026, 4, 1))
    assert reasons(member, group, Permission.APPROVE) == (f"délégation de {pilot}, jusqu’au 1er\u00a0avril 2026",)


def test_every_reason_is_told(group):
    person = seat(Role.MEMBER, group, person=UserFactory(is_delegate=True))
    assert len(reasons(person, group, Permission.SEE)) == 2


def test_bureau_is_told_as_what_it_is(group):
    person = seat(Role.MEMBER, WorkingGroupFactory(kind="bureau"))
    assert reasons(person, group, Permission.SEE) == ("rôle sur tout le contrat\u00a0: membre du bureau",)


def test_emergency_is_told_with_its_hours(group, clock):
    administrator = AdministratorFactory()
    open_emergency(group=group, reason=REASON, by=administrator)
    clock.shift(timedelta(days=2))
    assert Permission.READ_RESTRICTED not in held(administrator, group)
    (reason,) = reasons(administrator, group, Permission.READ_RESTRICTED, date(2026, 3, 10))
    assert reason.startswith("lecture d’urgence, du 10\u00a0mars 2026 à 12")


def test_past_day_is_told_as_it_was(group, clock):
    administrator, person = AdministratorFactory(), UserFactory(date_joined="2026-03-01T08:00:00Z")
    seat(Role.PILOT, group, person=person, starts_on=date(2026, 3, 5), ends_on=date(2026, 3, 20))
    clock.shift(timedelta(days=1))
    make_delegate(person=person, by=administrator)
    clock.shift(timedelta(days=2))
    person.refresh_from_db()
    withdraw_delegate(person=person, by=administrator)
    clock.shift(timedelta(days=2))
    person.refresh_from_db()
    close_account(person=person, by=administrator)
    person.refresh_from_db()
    manages = {
        day: Permission.MANAGE_GROUP in held(person, group, date(2026, 3, day)) for day in (4, 10, 11, 12, 13, 15)
    }
    assert manages == {4: False, 10: False, 11: True, 12: True, 13: False, 15: False}
    approves = {day: Permission.APPROVE in held(person, group, date(2026, 3, day)) for day in (4, 5, 14, 15)}
    assert approves == {4: False, 5: True, 14: True, 15: False}
    assert held(person, group, date(2026, 2, 28)) == set()


def test_person_who_was_anonymised_could_what_they_could(group, clock):
    person = seat(Role.MEMBER, group, person=UserFactory(date_joined="2026-01-01T08:00:00Z"))
    clock.shift(timedelta(days=1))
    anonymise(person=person, confirmation=person.email, by=AdministratorFactory())
    person.refresh_from_db()
    assert Permission.SEE in held(person, group, date(2026, 3, 10))
    assert held(person, group) == set()


def test_delegation_taken_back_is_told_of_the_days_before(group, clock):
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    lent = DelegationFactory(group=group, lender=pilot, borrower=member)
    clock.shift(timedelta(days=3))
    take_back(delegation=lent, by=pilot)
    assert reasons(member, group, Permission.APPROVE) == ()
    assert len(reasons(member, group, Permission.APPROVE, date(2026, 3, 12))) == 1


def test_holders_are_those_who_hold_it_that_day(group, clock):
    pilot = seat(Role.PILOT, group, person=UserFactory(date_joined="2026-01-01T08:00:00Z"))
    gone = seat(Role.CO_PILOT, group, person=UserFactory(date_joined="2026-01-01T08:00:00Z"))
    clock.shift(timedelta(days=1))
    close_account(person=gone, by=AdministratorFactory())

    def approvers(day):
        return {row.permission: set(row.people) for row in holders_on(group, day)}[Permission.APPROVE]

    assert approvers(today()) == {pilot}
    assert approvers(date(2026, 3, 10)) == {pilot, gone}
    roles = {row.permission: row.roles for row in holders_on(group, today())}
    assert roles[Permission.APPROVE] == ()
    assert roles[Permission.MANAGE_GROUP] == ("Délégué permanent", "Administrateur")


# --- The page and its twin ---------------------------------------------------


def test_page_tells_a_member_of_themselves_alone(client, group):
    person, other = seat(Role.MEMBER, group), seat(Role.PILOT, group)
    client.force_login(person)
    text = client.get(page(group)).content.decode()
    assert "mandat\u00a0: membre" in text
    assert 'name="personne"' not in text
    assert client.get(page(group), {"personne": str(person.pk)}).status_code == 200
    assert client.get(page(group), {"personne": str(other.pk)}).status_code == 403
    answer = APIClient()
    answer.force_login(person)
    assert answer.get(api(group)).json()["person"] == str(person.pk)
    assert answer.get(api(group), {"person": str(other.pk)}).status_code == 403


@pytest.mark.parametrize("role", [Role.PILOT, Role.CO_PILOT])
def test_those_who_steer_ask_about_anybody_who_ever_sat_there(client, group, role):
    pilot, outsider = seat(role, group), UserFactory()
    former = seat(Role.MEMBER, group, ends_on=date(2026, 1, 1), person=UserFactory(date_joined="2024-01-01T08:00:00Z"))
    client.force_login(pilot)
    assert "Situation au 10\u00a0mars 2026" in client.get(page(group)).content.decode()
    told = client.get(page(group), {"personne": str(former.pk), "le": "2025-06-01"}).content.decode()
    assert "mandat\u00a0: membre" in told
    refused = client.get(page(group), {"personne": str(outsider.pk)}).content.decode()
    assert "Sélectionnez un choix valide" in refused
    assert outsider.family_name not in refused
    answer = APIClient()
    answer.force_login(pilot)
    assert answer.get(api(group), {"person": str(former.pk), "day": "2025-06-01"}).json()["answers"][0]["holds"]
    assert answer.get(api(group), {"person": str(outsider.pk)}).status_code == 400


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_delegate": True}])
def test_coordinators_ask_by_address_about_who_never_sat_there(client, group, fields):
    outsider = UserFactory()
    client.force_login(UserFactory(**fields))
    text = client.get(page(group), {"adresse": outsider.email.upper()}).content.decode()
    assert outsider.get_full_name() in text
    assert "Personne n’a de compte" in client.get(page(group), {"adresse": "x@demo.example"}).content.decode()


def test_pilots_do_not_learn_from_addresses_who_has_an_account(client, group):
    outsider = UserFactory()
    client.force_login(seat(Role.PILOT, group))
    text = client.get(page(group), {"adresse": outsider.email}).content.decode()
    assert outsider.get_full_name() not in text


@pytest.mark.parametrize("query", [{"le": "hier"}, {"personne": "moi-même"}, {"personne": "x" * 300}])
def test_page_forgives_nonsense_in_the_address(client, group, query):
    client.force_login(seat(Role.PILOT, group))
    assert client.get(page(group), query).status_code == 200


@pytest.mark.parametrize("query", [{"day": "hier"}, {"person": "moi"}, {"jour": "2026-01-01"}])
def test_api_says_what_is_wrong(group, query):
    client = APIClient()
    client.force_login(seat(Role.PILOT, group))
    response = client.get(api(group), query)
    assert response.status_code == 400
    assert set(response.json()["errors"]) == set(query)


def test_group_answers_to_its_id_too(group):
    client = APIClient()
    client.force_login(seat(Role.MEMBER, group))
    assert client.get(f"/api/v1/groups/{group.pk}/access/").json()["group"] == str(group.pk)


def test_page_costs_the_same_for_one_member_and_for_thirty(client, group):
    pilot = seat(Role.PILOT, group)
    client.force_login(pilot)
    addresses = [page(group), f"{page(group)}?personne={pilot.pk}"]
    costs = []
    for more in (0, 29):
        for _ in range(more):
            MembershipFactory(group=group)
        counted = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counted.append(len(queries))
        costs.append(counted)
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12, costs


def test_roles_are_printed_as_they_are(client):
    client.force_login(UserFactory())
    text = client.get("/aide/roles/").content.decode()
    for word in (*Role.labels, "Délégué permanent", "Membre du Bureau", Permission.APPROVE.label):
        assert str(word) in text
