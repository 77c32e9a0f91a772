"""Whose approval is missing, asked for many versions at once: the answer of the table of moves, one by one."""

from datetime import timedelta

import pytest

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.approvals.selectors import awaiting
from projects.deliverables.approvals.services import declare_recusal
from projects.deliverables.models import Deliverable
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle
from projects.groups.enums import ApprovalRule
from projects.groups.services import archive_group
from projects.models import Delegation, Membership
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_version, submitted_version
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.approvals.going import demand_all, yes

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.fixture
def pilot(group):
    return seat(Role.PILOT, group)


@pytest.fixture
def member(group):
    return seat(Role.MEMBER, group)


def handed_in(group, by, **fields):
    deliverable = DeliverableFactory(group=group, **fields)
    submitted_version(deliverable, author=by, submitted_by=by)
    return deliverable


def awaited(person):
    return [row.title for row in awaiting(person)]


def test_submitted_version_awaits_each_of_those_who_steer_the_longest_first(group, pilot, member):
    other = seat(Role.CO_PILOT, group)
    first, second = handed_in(group, member, title="Premier"), handed_in(group, member, title="Second")
    first.current.submitted_at -= DAY
    first.current.save()
    for person in (pilot, other):
        assert awaited(person) == ["Premier", "Second"]
    assert awaiting(pilot)[1] == second
    assert awaited(member) == []
    assert awaited(UserFactory()) == []


def test_draft_awaits_nobody(group, pilot):
    a_version(DeliverableFactory(group=group))
    assert awaited(pilot) == []


def test_author_is_not_awaited_where_one_approval_is_enough(group, pilot):
    handed_in(group, pilot, title="Du pilote")
    other = seat(Role.PILOT, group)
    assert awaited(pilot) == []
    assert awaited(other) == ["Du pilote"]
    demand_all(group)
    assert awaited(pilot) == ["Du pilote"]


def test_voice_that_was_heard_is_no_longer_awaited(group, pilot, member):
    demand_all(group)
    other = seat(Role.PILOT, group)
    row = handed_in(group, member)
    yes(row.current, pilot)
    assert awaited(pilot) == []
    assert awaited(other) == [row.title]


def test_who_stands_aside_is_not_awaited_nor_who_speaks_for_them(group, pilot, member):
    demand_all(group)
    seat(Role.PILOT, group)
    borrower = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=pilot, borrower=borrower, permission=Permission.APPROVE)
    row = handed_in(group, member)
    assert awaited(borrower) == [row.title]
    declare_recusal(deliverable=row, reason="Mon entreprise répond à cet appel", by=pilot)
    assert awaited(pilot) == awaited(borrower) == []


@pytest.mark.parametrize(
    ("loan", "waits"),
    [
        ({}, True),
        ({"permission": Permission.HOLD_MEETINGS}, False),
        ({"starts_on": today() + DAY}, False),
        ({"ends_on": today() - DAY}, False),
        ({"revoked_at": "2026-01-01T00:00:00Z"}, False),
    ],
)
def test_delegation_opens_what_it_lends_while_it_lasts(group, pilot, member, loan, waits):
    borrower = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=pilot, borrower=borrower, **{"permission": Permission.APPROVE, **loan})
    handed_in(group, member)
    assert bool(awaited(borrower)) is waits


def test_delegation_of_another_group_opens_nothing_here(group, pilot, member):
    elsewhere = WorkingGroupFactory()
    for person, role in ((pilot, Role.PILOT), (member, Role.MEMBER)):
        MembershipFactory(group=elsewhere, person=person, role=role)
    DelegationFactory(group=elsewhere, lender=pilot, borrower=member, permission=Permission.APPROVE)
    handed_in(group, seat(Role.MEMBER, group))
    assert awaited(member) == []


def test_co_pilot_who_said_theirs_is_awaited_for_the_voice_lent_to_them(group, pilot, member):
    demand_all(group)
    co_pilot = seat(Role.CO_PILOT, group)
    for _ in range(2):  # one that repeats the other changes nothing
        DelegationFactory(group=group, lender=pilot, borrower=co_pilot, permission=Permission.APPROVE)
    row = handed_in(group, member)
    yes(row.current, co_pilot)
    assert awaited(co_pilot) == [row.title]
    yes(Deliverable.objects.get(pk=row.pk).current, pilot)
    assert awaited(co_pilot) == []


def test_group_that_is_archived_or_left_awaits_nobody(group, pilot, member):
    handed_in(group, member)
    archive_group(group=group, by=None)
    assert awaited(pilot) == []
    other = WorkingGroupFactory()
    gone = seat(Role.PILOT, other, ends_on=today() - DAY)
    handed_in(other, seat(Role.MEMBER, other))
    assert awaited(gone) == []


def test_answer_is_that_of_the_table_for_everybody_everywhere(group, member):
    """Rules, authors, loans and recusals crossed."""
    other = WorkingGroupFactory(approval_rule=ApprovalRule.ALL)
    for each in (group, other):
        first, second, third = (seat(role, each) for role in (Role.PILOT, Role.CO_PILOT, Role.PILOT))
        DelegationFactory(group=each, lender=first, borrower=second, permission=Permission.APPROVE)
        DelegationFactory(group=each, lender=first, borrower=seat(Role.MEMBER, each), permission=Permission.APPROVE)
        for author in (first, second, seat(Role.MEMBER, each)):
            handed_in(each, author)
            recused = handed_in(each, author)
            declare_recusal(deliverable=recused, reason="Intérêt direct", by=third)
            if each == other:
                said = handed_in(each, author)
                yes(said.current, third)
    rows = list(Deliverable.objects.select_related("group", "current"))
    people = {mandate.person for mandate in Membership.objects.select_related("person")}
    assert Delegation.objects.count() == 4
    for person in people:
        expected = {row.pk for row in rows if _open(row, person)}
        assert {row.pk for row in awaiting(person)} == expected
    assert any(awaiting(person) for person in people)


def _open(row, person):
    ballot = Ballot.of(row.current, row)
    return any(
        not obstacle(STEPS[Move.APPROVE], Situation(row, person, row.current, capacity))
        for capacity in ballot.capacities_of(person)
    )


@pytest.mark.parametrize("number", [1, 30])
def test_awaiting_costs_the_same_however_many_wait(group, pilot, member, number, django_assert_num_queries):
    awaiting(pilot)
    for place in range(number):
        there = group if place % 2 else WorkingGroupFactory()
        if there != group:
            MembershipFactory(group=there, person=pilot, role=Role.PILOT)
        row = handed_in(there, member if there == group else seat(Role.MEMBER, there))
        declare_recusal(deliverable=row, reason="x", by=seat(Role.PILOT, there))
    awaiting(pilot)
    with django_assert_num_queries(5):  # two of them for who the person is
        assert len(awaiting(pilot)) == number
