"""What a person may do today, asked in every circumstance: midnight, a closed account, a right lost a moment ago."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.access.enums import ContractRole, Permission, Role
from projects.access.models import Grant, ProjectedDay
from projects.access.standing import NOBODY, read_standing, standing_of
from projects.groups.access.emergencies import LASTS, open_emergency
from projects.groups.mandates.services import end_mandate
from projects.groups.permissions import demand
from projects.models import Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db

EVENING = "2026-03-10T23:59:00+01:00"
MORNING = "2026-03-11T00:00:30+01:00"
REASON = "Un fichier signalé comme dangereux"


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.mark.parametrize(
    ("first", "last", "evening", "morning"),
    [
        (date(2026, 3, 10), date(2026, 3, 10), True, False),
        (date(2026, 3, 11), date(2026, 3, 11), False, True),
        (date(2026, 3, 1), None, True, True),
        (date(2026, 3, 1), date(2026, 3, 9), False, False),
        (date(2026, 3, 12), None, False, False),
    ],
)
def test_mandate_begins_and_ends_at_midnight_without_anybody_writing(group, first, last, evening, morning):
    with time_machine.travel(EVENING, tick=False):
        person = seat(Role.MEMBER, group, starts_on=first, ends_on=last)
        assert standing_of(person).may(Permission.SEE, group) is evening
    with time_machine.travel(MORNING, tick=False):
        assert standing_of(person).may(Permission.SEE, group) is morning
        assert ProjectedDay.objects.get().day == date(2026, 3, 11)
        assert Grant.objects.filter(user=person).exists() is morning


def test_inside_a_transaction_the_mandates_answer_and_nothing_is_crossed(group):
    with time_machine.travel(EVENING, tick=False):
        leaving = seat(Role.MEMBER, group, ends_on=date(2026, 3, 10))
        coming = seat(Role.PILOT, group, starts_on=date(2026, 3, 11))
        assert standing_of(leaving).may(Permission.SEE, group)
    with time_machine.travel(MORNING, tick=False), transaction.atomic():
        assert not standing_of(leaving).known or not standing_of(leaving).may(Permission.SEE, group)
        assert standing_of(coming).may(Permission.APPROVE, group)
        assert ProjectedDay.objects.get().day == date(2026, 3, 10)
        assert Grant.objects.filter(user=leaving).exists()
    with time_machine.travel(MORNING, tick=False):
        assert not standing_of(leaving).may(Permission.SEE, group)
        assert not Grant.objects.filter(user=leaving).exists()


def test_clock_that_goes_back_is_followed(group):
    person = seat(Role.MEMBER, group, starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 20))
    with time_machine.travel(MORNING, tick=False):
        assert standing_of(person).may(Permission.SEE, group)
    with time_machine.travel(EVENING, tick=False):
        assert not standing_of(person).may(Permission.SEE, group)


def test_standing_costs_one_query_whatever_the_mandates(django_assert_num_queries):
    person = UserFactory()
    for _ in range(30):
        seat(Role.MEMBER, WorkingGroupFactory(), person=person)
    standing_of(person)
    with django_assert_num_queries(1):
        assert len(standing_of(person).groups(Permission.READ)) == 30


def test_standing_of_an_administrator_costs_one_query_with_what_they_opened(group, django_assert_num_queries):
    administrator = AdministratorFactory()
    seat(Role.MEMBER, group, person=administrator)
    other = WorkingGroupFactory()
    open_emergency(group=other, reason=REASON, by=administrator)
    standing_of(administrator)
    with django_assert_num_queries(1):
        standing = standing_of(administrator)
    assert standing.behind_glass == {other.pk}
    assert standing.granted.keys() == {group.pk}


def test_inside_a_transaction_on_a_new_day_an_emergency_stays_open(group):
    administrator = AdministratorFactory()
    with time_machine.travel(EVENING, tick=False):
        standing_of(administrator)
        open_emergency(group=group, reason=REASON, by=administrator)
    with time_machine.travel(MORNING, tick=False), transaction.atomic():
        assert standing_of(administrator).behind_glass == {group.pk}
        assert ProjectedDay.objects.get().day == date(2026, 3, 10)


@pytest.mark.parametrize("person", [AnonymousUser(), None])
def test_nobody_stands_nowhere(person):
    assert standing_of(person) == NOBODY


def test_closed_account_stands_nowhere_whatever_it_holds(group):
    person = seat(Role.PILOT, group, person=UserFactory(is_staff=True, is_delegate=True))
    assert standing_of(person).known
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert read_standing(person) == NOBODY
    person.refresh_from_db()
    assert standing_of(person) == NOBODY


@pytest.mark.parametrize(
    ("flag", "role"), [("is_staff", ContractRole.ADMINISTRATOR), ("is_delegate", ContractRole.DELEGATE)]
)
def test_service_decides_by_the_account_as_it_is_now(group, flag, role):
    person = UserFactory(**{flag: True})
    demand(person, Permission.MANAGE_GROUP, group)
    User.objects.filter(pk=person.pk).update(**{flag: False})
    assert role in standing_of(person).contract_roles  # what the request loaded
    with pytest.raises(Exception, match="mandat"):
        demand(person, Permission.MANAGE_GROUP, group)


def test_account_that_is_no_more_stands_nowhere():
    assert read_standing(User(email="personne@demo.example")) == NOBODY


def test_mandate_that_ends_closes_the_door_within_the_request(client, group, monkeypatch):
    """What a request has found out is asked again once it has changed."""
    from projects.home import pages

    person = seat(Role.PILOT, group)
    seen = []

    def greeting(who):
        seen.append(standing_of(who).may(Permission.SEE, group))
        end_mandate(mandate=Membership.objects.get(person=who), by=who)
        seen.append(standing_of(who).may(Permission.SEE, group))
        return ""

    monkeypatch.setattr(pages, "greeting", greeting)
    client.force_login(person)
    assert client.get("/").status_code == 200
    assert seen == [True, False]


def test_emergency_reads_and_writes_nothing_for_an_hour(group):
    administrator = AdministratorFactory()
    seat(Role.PILOT, group)
    assert not standing_of(administrator).may(Permission.READ_RESTRICTED, group)
    with time_machine.travel(EVENING, tick=False) as clock:
        open_emergency(group=group, reason=REASON, by=administrator)
        standing = standing_of(administrator)
        assert standing.may(Permission.READ_RESTRICTED, group)
        assert not standing.may(Permission.READ_RESTRICTED, WorkingGroupFactory())
        assert not any(
            standing.may(permission, group)
            for permission in (Permission.CONTRIBUTE, Permission.APPROVE, Permission.HOLD_MEETINGS, Permission.DISCUSS)
        )
        clock.shift(LASTS)
        assert not standing_of(administrator).may(Permission.READ_RESTRICTED, group)


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("role", [*Role, None])
def test_all_that_is_held_is_what_each_question_answers(group, role, archived):
    administrator = AdministratorFactory()
    open_emergency(group=group, reason=REASON, by=administrator)
    for person in (seat(role, group) if role else UserFactory(), administrator):
        group.archived_at = timezone.now() if archived else None
        standing = standing_of(person)
        assert standing.all_in(group) == {each for each in Permission if standing.may(each, group)}


def test_emergency_ends_with_the_role_that_opened_it(group):
    administrator = AdministratorFactory()
    open_emergency(group=group, reason=REASON, by=administrator)
    assert standing_of(administrator).behind_glass
    User.objects.filter(pk=administrator.pk).update(is_staff=False)
    assert not read_standing(administrator).behind_glass


def test_bureau_sees_every_group_and_reads_what_is_open_to_the_filiere(group):
    person = seat(Role.MEMBER, WorkingGroupFactory(kind="bureau"))
    standing = standing_of(person)
    assert standing.contract_roles == {ContractRole.BUREAU}
    assert standing.may(Permission.SEE, group)
    assert not standing.may(Permission.READ, group)


def test_days_of_a_mandate_are_those_of_paris(group):
    with time_machine.travel("2026-07-01T22:30:00+00:00", tick=False):  # already the 2nd in Paris
        person = seat(Role.MEMBER, group, starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 1))
        assert not standing_of(person).may(Permission.SEE, group)
        assert standing_of(seat(Role.MEMBER, group, starts_on=date(2026, 7, 2))).may(Permission.SEE, group)


def test_lasting_mandate_crosses_many_midnights_at_once(group):
    with time_machine.travel(EVENING, tick=False) as clock:
        short = seat(Role.MEMBER, group, starts_on=date(2026, 3, 20), ends_on=date(2026, 3, 25))
        long = seat(Role.MEMBER, group, starts_on=date(2026, 3, 20))
        assert standing_of(long).granted == {}
        clock.shift(timedelta(days=30))
        assert standing_of(long).may(Permission.SEE, group)
        assert standing_of(short).granted == {}
