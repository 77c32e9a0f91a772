"""Whatever happens to mandates, guardian's grants are what the mandates say of the day."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.organisations.enums import College
from accounts.organisations.services import merge_organisations
from accounts.people.services import close_account, reopen_account
from filiere.days import today
from filiere.refusals import Refused
from projects.access import grants
from projects.access.enums import Permission, Role
from projects.access.models import Grant, ProjectedDay
from projects.access.standing import standing_of
from projects.groups.delegations.services import lend, take_back
from projects.groups.mandates.services import change_mandate, end_mandate, give_mandate
from projects.groups.models import Delegation, Membership
from projects.groups.projection import bring_up_to, differences, project, reconcile, rights_of, rights_on
from projects.groups.services import archive_group, reopen_group
from projects.groups.tasks import begin_the_day
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import DelegationFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db

START = date(2026, 3, 10)
COLLEGES = [College.STATE, College.INDUSTRY]
DAYS = st.integers(-2, 4)


class Story(RuleBasedStateMachine):
    """Acts of every kind, in any order, by the services; refusals are part of the story."""

    @initialize()
    def begin(self) -> None:
        self.around = transaction.atomic()
        self.around.__enter__()
        self.around._from_testcase = True
        self.clock = time_machine.travel(f"{START}T12:00:00+01:00", tick=False)
        self.travel = self.clock.start()
        self.administrator = AdministratorFactory()
        self.people = [UserFactory() for _ in range(3)]
        self.groups = [WorkingGroupFactory(), WorkingGroupFactory(kind="bureau")]
        self.organisations = [OrganisationFactory(college=college) for college in COLLEGES for _ in range(2)]

    def teardown(self) -> None:
        if hasattr(self, "around"):
            self.clock.stop()
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    def attempt(self, act: Any, **arguments: Any) -> None:
        with suppress(ValidationError, Refused, PermissionDenied):
            act(**arguments)

    @rule(
        who=st.integers(0, 2),
        where=st.integers(0, 1),
        role=st.sampled_from(Role),
        whose=st.integers(0, 3),
        since=DAYS,
        lasting=st.one_of(st.none(), st.integers(0, 3)),
    )
    def give(self, who: int, where: int, role: str, whose: int, since: int, lasting: int | None) -> None:
        first = today() + timedelta(days=since)
        self.attempt(
            give_mandate,
            person=self.people[who],
            group=self.groups[where],
            role=role,
            organisation=self.organisations[whose],
            starts_on=first,
            ends_on=None if lasting is None else first + timedelta(days=lasting),
            by=self.administrator,
        )

    @precondition(lambda self: Membership.objects.exists())
    @rule(which=st.integers(0, 50), role=st.sampled_from(Role), whose=st.integers(0, 3), from_in=DAYS)
    def change(self, which: int, role: str, whose: int, from_in: int) -> None:
        self.attempt(
            change_mandate,
            mandate=self.nth(Membership, which),
            role=role,
            organisation=self.organisations[whose],
            from_day=today() + timedelta(days=from_in),
            by=self.administrator,
        )

    @precondition(lambda self: Membership.objects.exists())
    @rule(which=st.integers(0, 50), in_days=st.one_of(st.none(), DAYS))
    def end(self, which: int, in_days: int | None) -> None:
        on = None if in_days is None else today() + timedelta(days=in_days)
        self.attempt(end_mandate, mandate=self.nth(Membership, which), on=on, by=self.administrator)

    @rule(
        lender=st.integers(0, 2),
        to=st.integers(0, 2),
        where=st.integers(0, 1),
        permission=st.sampled_from([Permission.APPROVE, Permission.READ_RESTRICTED, Permission.LEND]),
        since=DAYS,
        lasting=st.integers(0, 3),
    )
    def delegate(self, lender: int, to: int, where: int, permission: str, since: int, lasting: int) -> None:
        first = today() + timedelta(days=since)
        self.attempt(
            lend,
            group=self.groups[where],
            permission=permission,
            borrower=self.people[to],
            starts_on=first,
            ends_on=first + timedelta(days=lasting),
            by=self.people[lender],
        )

    @precondition(lambda self: Delegation.objects.exists())
    @rule(which=st.integers(0, 50))
    def take_back(self, which: int) -> None:
        self.attempt(take_back, delegation=self.nth(Delegation, which), by=self.administrator)

    @rule(keep=st.integers(0, 3), absorb=st.integers(0, 3))
    def merge(self, keep: int, absorb: int) -> None:
        self.attempt(
            merge_organisations,
            keep=self.organisations[keep],
            absorb=self.organisations[absorb],
            by=self.administrator,
        )

    @rule(where=st.integers(0, 1), act=st.sampled_from([archive_group, reopen_group]))
    def archive(self, where: int, act: Any) -> None:
        self.attempt(act, group=self.groups[where], by=self.administrator)

    @rule(who=st.integers(0, 2), act=st.sampled_from([close_account, reopen_account]))
    def close(self, who: int, act: Any) -> None:
        self.attempt(act, person=self.people[who], by=self.administrator)
        self.people[who].refresh_from_db()

    @rule(days=st.integers(1, 3))
    def sleep(self, days: int) -> None:
        self.travel.shift(timedelta(days=days))

    @invariant()
    def grants_say_what_mandates_say(self) -> None:
        if not hasattr(self, "administrator"):
            return
        standing = {person: standing_of(person) for person in (self.administrator, *self.people)}
        assert differences(today()) == (set(), set())
        for person in self.people:
            held = {(group, right) for group, rights in standing[person].granted.items() for right in rights}
            assert held == (set(rights_of(person, today())) if person.is_active else set())

    @staticmethod
    def nth(model: Any, which: int) -> Any:
        rows = list(model.objects.order_by("pk"))
        return rows[which % len(rows)]


def test_any_story_leaves_grants_equal_to_what_mandates_say():
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_project_changes_what_differs_and_says_how_much():
    group = WorkingGroupFactory()
    person = seat(Role.MEMBER, group)
    assert project(group) == 0
    Grant.objects.filter(user=person, permission__codename=Permission.SEE).delete()
    assert project(group) == 1


def test_differences_name_what_is_superfluous_and_what_is_missing():
    group = WorkingGroupFactory()
    person, other = seat(Role.MEMBER, group), UserFactory()
    Grant.objects.filter(user=person, permission__codename=Permission.SEE).update(user=other)
    found = differences(today())
    assert found.superfluous == {(group.pk, other.pk, Permission.SEE)}
    assert found.missing == {(group.pk, person.pk, Permission.SEE)}
    assert reconcile() == 2
    assert differences(today()) == (set(), set())


def test_rights_on_a_past_day_are_those_of_that_day():
    group = WorkingGroupFactory()
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False) as clock:
        pilot = seat(Role.PILOT, group, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 20))
        member = seat(Role.MEMBER, group)
        delegation = DelegationFactory(group=group, lender=pilot, borrower=member, starts_on=date(2026, 3, 5))
        clock.shift(timedelta(days=2))
        take_back(delegation=delegation, by=pilot)
        clock.shift(timedelta(days=1))
        archive_group(group=group, by=AdministratorFactory())
        approve = Permission.APPROVE.value
        days = {day: rights_on(date(2026, 3, day)) for day in (4, 5, 11, 12, 13, 21)}
    assert {day: (group.pk, member.pk, approve) in rights for day, rights in days.items()} == {
        4: False,
        5: True,
        11: True,
        12: False,
        13: False,
        21: False,
    }
    assert {day: (group.pk, pilot.pk, approve) in rights for day, rights in days.items()} == {
        4: True,
        5: True,
        11: True,
        12: True,
        13: False,
        21: False,
    }


def test_delegation_of_a_permission_that_the_code_forgot_opens_nothing():
    group = WorkingGroupFactory()
    pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=pilot, borrower=member, permission="former_right")
    assert not any(permission == "former_right" for _, _, permission in rights_on(today()))


def test_nightly_job_brings_the_grants_up_to_the_day():
    with time_machine.travel("2026-03-10T23:50:00+01:00", tick=False):
        seat(Role.MEMBER, WorkingGroupFactory(), starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 10))
        begin_the_day()
        assert Grant.objects.exists()
    with time_machine.travel("2026-03-11T00:01:00+01:00", tick=False):
        begin_the_day()
        assert not Grant.objects.exists()
        assert ProjectedDay.objects.get().day == date(2026, 3, 11)


def test_crossing_midnight_reads_the_groups_it_touches_and_no_other(django_assert_max_num_queries):
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        for _ in range(30):
            seat(Role.MEMBER, WorkingGroupFactory())
        bring_up_to(date(2026, 3, 10))
    with django_assert_max_num_queries(10):
        bring_up_to(date(2026, 3, 11))


def test_crossing_midnight_inside_a_transaction_is_a_mistake_in_the_code():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        bring_up_to(today())


def test_stored_rights_are_plain_words():
    group = WorkingGroupFactory()
    person = seat(Role.OBSERVER, group)
    assert grants.stored([group.pk]) == {
        (group.pk, person.pk, right) for right in ("see_group", "read_group_content", "read_filiere_content")
    }
