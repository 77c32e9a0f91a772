"""Who must approve, who did, who is missing: counted on the day, from mandates, loans and recusals."""

from datetime import timedelta

import pytest

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.deliverables.approvals.rules import OWN_MANDATE, Ballot
from projects.deliverables.enums import Verdict, Void
from projects.groups.enums import ApprovalRule
from projects.models import Approval, Delegation, Membership, Recusal
from tests.factories import OrganisationFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, submitted_version
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db

ANY, ALL = ApprovalRule.ANY, ApprovalRule.ALL
DAY = timedelta(days=1)


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


def ballot(deliverable, rule=ANY):
    deliverable.group.approval_rule = rule
    return Ballot.of(deliverable.current, deliverable)


def approved_by(version, person, voice=None, **fields):
    return Approval.objects.create(
        version=version, sha256=version.sha256, verdict=Verdict.APPROVED, person=person, voice=voice or person, **fields
    )


def recuse(deliverable, person):
    return Recusal.objects.create(deliverable=deliverable, person=person, reason="Conflit d’intérêts")


def people_of(seats):
    return {each.person for each in seats}


def test_those_who_steer_are_awaited_and_nobody_else(group, deliverable):
    pilot, copilot = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    for role in (Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST):
        seat(role, group)
    seat(Role.PILOT, WorkingGroupFactory())
    submitted_version(deliverable)
    for rule in (ANY, ALL):
        assert people_of(ballot(deliverable, rule).required) == {pilot, copilot}
        assert people_of(ballot(deliverable, rule).missing) == {pilot, copilot}


def test_mandate_counts_on_its_days_and_on_no_other(group, deliverable):
    here = seat(Role.PILOT, group, starts_on=today(), ends_on=today())
    seat(Role.PILOT, group, starts_on=today() + DAY)
    seat(Role.PILOT, group, starts_on=today() - DAY, ends_on=today() - DAY)
    withdrawn = seat(Role.PILOT, group)
    Membership.objects.filter(person=withdrawn).update(withdrawn_at="2026-01-01T00:00:00Z")
    closed = seat(Role.PILOT, group)
    closed.is_active = False
    closed.save()
    submitted_version(deliverable)
    found = ballot(deliverable, ALL)
    assert people_of(found.required) == {here}
    assert [found.capacities_of(person) for person in (withdrawn, closed)] == [[], []]


def test_person_who_steers_twice_is_awaited_once(group, deliverable):
    pilot = seat(Role.PILOT, group)
    MembershipFactory(group=group, person=pilot, role=Role.CO_PILOT, starts_on=today())
    submitted_version(deliverable)
    found = ballot(deliverable, ALL)
    assert [each.role for each in found.required] == [Role.PILOT]
    assert len(found.capacities_of(pilot)) == 1


@pytest.mark.parametrize("by", ["author", "submitted_by"])
def test_author_is_not_awaited_where_one_is_enough_and_is_where_all_are(group, deliverable, by):
    pilot, copilot = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    submitted_version(deliverable, **{"author": None, by: pilot})
    assert people_of(ballot(deliverable, ANY).required) == {copilot}
    assert people_of(ballot(deliverable, ALL).required) == {pilot, copilot}


def test_recused_pilot_is_not_awaited_until_the_recusal_is_lifted(group, deliverable):
    pilot, copilot = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    submitted_version(deliverable)
    recusal = recuse(deliverable, pilot)
    recuse(DeliverableFactory(group=group), copilot)  # of another deliverable
    for rule in (ANY, ALL):
        assert people_of(ballot(deliverable, rule).required) == {copilot}
        assert ballot(deliverable, rule).is_recused(pilot)
    recusal.lifted_at = recusal.declared_at
    recusal.save()
    assert people_of(ballot(deliverable, ALL).required) == {pilot, copilot}


# Who is in the room: the author A steers, so do P and Q; M is a member. Whose hand and whose voice approved.
COMPLETE = [
    (ANY, [], False),
    (ANY, [("P", "P")], True),
    (ANY, [("A", "A")], False),
    (ANY, [("M", "P")], True),
    (ANY, [("M", "A")], False),  # an author's voice, in another hand
    (ANY, [("A", "P")], False),  # another voice, in the author's hand
    (ANY, [("A", "A"), ("P", "P")], True),
    (ALL, [("P", "P"), ("Q", "Q")], False),
    (ALL, [("P", "P"), ("Q", "Q"), ("A", "A")], True),
    (ALL, [("P", "P"), ("M", "Q"), ("M", "A")], True),
    (ALL, [("P", "P"), ("P", "Q"), ("P", "A")], True),
    (ALL, [("A", "A"), ("A", "P"), ("A", "Q")], False),
    (ALL, [("A", "A"), ("A", "P"), ("M", "Q")], True),
]


@pytest.mark.parametrize(("rule", "said", "complete"), COMPLETE)
def test_rule_is_met_by_voices_one_of_which_is_independent(group, deliverable, rule, said, complete):
    people = {"A": seat(Role.PILOT, group), "P": seat(Role.CO_PILOT, group), "Q": seat(Role.CO_PILOT, group)}
    people["M"] = seat(Role.MEMBER, group)
    version = submitted_version(deliverable, author=people["A"])
    for hand, voice in said:
        approved_by(version, people[hand], people[voice])
    found = ballot(deliverable, rule)
    assert found.is_complete is complete
    assert not (complete and found.missing)


def test_voided_approval_and_one_of_another_version_say_nothing(group, deliverable):
    pilot = seat(Role.PILOT, group)
    first = submitted_version(deliverable)
    approved_by(first, pilot)
    second = submitted_version(deliverable, b"Autre texte.")
    approved_by(second, pilot, voided_at=second.deposited_at, voided_because=Void.WITHDRAWN)
    assert not ballot(deliverable).said
    assert not ballot(deliverable).is_complete


def test_request_for_changes_is_no_voice_for(group, deliverable):
    pilot = seat(Role.PILOT, group)
    version = submitted_version(deliverable)
    approval = approved_by(version, pilot)
    Approval.objects.filter(pk=approval.pk).update(verdict=Verdict.CHANGES_ASKED, reason="Non")
    assert not ballot(deliverable).said


def test_approval_of_who_left_since_still_counts_and_whoever_came_since_is_awaited(group, deliverable):
    pilot, leaving = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    version = submitted_version(deliverable)
    approved_by(version, leaving)
    Membership.objects.filter(person=leaving).update(ends_on=today() - DAY)
    assert people_of(ballot(deliverable, ALL).missing) == {pilot}
    Membership.objects.filter(person=pilot).update(ends_on=today() - DAY)
    assert ballot(deliverable, ALL).is_complete
    newcomer = seat(Role.CO_PILOT, group)
    assert people_of(ballot(deliverable, ALL).missing) == {newcomer}


# --- In what capacity -------------------------------------------------------


def test_own_mandate_comes_first_then_what_was_lent_in_order(group, deliverable):
    pilot, lender, other = seat(Role.PILOT, group), seat(Role.CO_PILOT, group), seat(Role.CO_PILOT, group)
    borrower = seat(Role.CO_PILOT, group)
    later = DelegationFactory(group=group, lender=other, borrower=borrower, starts_on=today())
    sooner = DelegationFactory(group=group, lender=lender, borrower=borrower)
    submitted_version(deliverable)
    found = ballot(deliverable).capacities_of(borrower)
    assert [(each.person, each.voice, each.delegation) for each in found] == [
        (borrower, borrower, None),
        (borrower, lender, sooner),
        (borrower, other, later),
    ]
    assert [each.key for each in found] == [OWN_MANDATE, str(sooner.pk), str(later.pk)]
    assert found[1].organisation == lender.mandates.get().organisation
    assert [each.role for each in ballot(deliverable).capacities_of(pilot)] == ["pilote"]


@pytest.mark.parametrize(
    "fields",
    [
        {"permission": Permission.HOLD_MEETINGS},
        {"starts_on": today() + DAY},
        {"ends_on": today() - DAY},
        {"revoked_at": "2026-01-01T00:00:00Z"},
    ],
    ids=["another permission", "not yet", "no longer", "taken back"],
)
def test_loan_that_does_not_hold_today_opens_nothing(group, deliverable, fields):
    borrower = seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=seat(Role.PILOT, group), borrower=borrower, **fields)
    submitted_version(deliverable)
    assert ballot(deliverable).capacities_of(borrower) == []


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.GUEST])
def test_loan_to_who_only_looks_on_opens_nothing(group, deliverable, role):
    borrower = seat(role, group)
    DelegationFactory(group=group, lender=seat(Role.PILOT, group), borrower=borrower)
    submitted_version(deliverable)
    assert ballot(deliverable).capacities_of(borrower) == []


def test_loan_of_who_steers_no_longer_or_stands_aside_opens_nothing(group, deliverable):
    left, recused, borrower = seat(Role.PILOT, group), seat(Role.CO_PILOT, group), seat(Role.MEMBER, group)
    for lender in (left, recused):
        DelegationFactory(group=group, lender=lender, borrower=borrower)
    Membership.objects.filter(person=left).update(ends_on=today() - DAY)
    recuse(deliverable, recused)
    submitted_version(deliverable)
    assert ballot(deliverable).capacities_of(borrower) == []


def test_loan_in_another_group_opens_nothing_here(group, deliverable):
    elsewhere = WorkingGroupFactory()
    lender, borrower = seat(Role.PILOT, group), seat(Role.MEMBER, group)
    for person, role in ((lender, Role.PILOT), (borrower, Role.MEMBER)):
        MembershipFactory(group=elsewhere, person=person, role=role, organisation=OrganisationFactory())
    DelegationFactory(group=elsewhere, lender=lender, borrower=borrower)
    submitted_version(deliverable)
    assert ballot(deliverable).capacities_of(borrower) == []


def test_capacity_of_is_the_first_voice_that_is_still_awaited(group, deliverable):
    lender, copilot = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    DelegationFactory(group=group, lender=lender, borrower=copilot)
    version = submitted_version(deliverable)
    assert ballot(deliverable).capacity_of(copilot).voice == copilot
    approved_by(version, copilot)
    assert ballot(deliverable).capacity_of(copilot).voice == lender
    approved_by(version, copilot, lender)
    assert ballot(deliverable).capacity_of(copilot).voice == copilot
    assert ballot(deliverable).capacity_of(seat(Role.MEMBER, group)) is None


def test_capacity_of_prefers_a_voice_that_is_no_author_s(group, deliverable):
    author, other, borrower = seat(Role.PILOT, group), seat(Role.CO_PILOT, group), seat(Role.MEMBER, group)
    DelegationFactory(group=group, lender=author, borrower=borrower)
    DelegationFactory(group=group, lender=other, borrower=borrower, starts_on=today())
    submitted_version(deliverable, author=author)
    assert ballot(deliverable).capacity_of(borrower).voice == other


# --- Where nobody can help --------------------------------------------------


def test_version_is_stuck_where_its_author_steers_alone(group, deliverable):
    author = seat(Role.PILOT, group)
    submitted_version(deliverable, author=author)
    assert ballot(deliverable, ANY).is_stuck
    assert ballot(deliverable, ALL).is_stuck
    # Lending one's own voice makes nobody independent.
    DelegationFactory(group=group, lender=author, borrower=seat(Role.MEMBER, group))
    assert ballot(deliverable, ANY).is_stuck
    other = seat(Role.CO_PILOT, group)
    assert not ballot(deliverable, ANY).is_stuck
    recuse(deliverable, other)
    assert ballot(deliverable, ANY).is_stuck


def test_version_is_not_stuck_once_an_independent_voice_was_heard(group, deliverable):
    author, other = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    version = submitted_version(deliverable, author=author)
    approved_by(version, other)
    recuse(deliverable, other)
    assert not ballot(deliverable, ALL).is_stuck


def test_version_is_not_stuck_where_somebody_else_s_loan_can_be_used(group, deliverable):
    author, away = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    recuse(deliverable, away)
    DelegationFactory(group=group, lender=away, borrower=seat(Role.MEMBER, group))
    submitted_version(deliverable, author=author)
    assert ballot(deliverable).is_stuck  # a recused voice stands aside with its owner
    Recusal.objects.all().delete()
    assert not ballot(deliverable).is_stuck


def test_ballot_costs_the_same_with_one_pilot_and_with_thirty(group, deliverable, django_assert_num_queries):
    version = submitted_version(deliverable)
    for number in (1, 29):
        for _ in range(number):
            pilot, member = seat(Role.PILOT, group), seat(Role.MEMBER, group)
            DelegationFactory(group=group, lender=pilot, borrower=member)
            approved_by(version, member, pilot)
        with django_assert_num_queries(4):
            found = ballot(deliverable, ALL)
            assert found.is_complete
            assert [str(each.organisation) for each in found.capacities_of(pilot)]
            assert not found.is_stuck
            assert [str(each.person) for each in found.approvals]
    assert Delegation.objects.count() == 30
