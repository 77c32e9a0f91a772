from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.people.anonymisation import anonymise
from projects.access.enums import Role
from projects.access.standing import read_standing
from projects.groups.enums import Gap, GroupKind
from projects.groups.mandates.handover import (
    duties_of,
    left_by,
    possible_successors,
    sitting_around,
    successors_among,
)
from projects.groups.mandates.services import end_mandate
from projects.models import Event, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LATER = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def on_that_day(db):
    with time_machine.travel("2026-03-10T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.fixture
def leaving(group):
    return MembershipFactory(group=group, role=Role.CO_PILOT)


@pytest.fixture
def successor(group):
    return MembershipFactory(group=group)


def told(mandate, last=YESTERDAY):
    return [duty.what.replace("\xa0", " ") for duty in duties_of(mandate, last)]


def test_who_owes_nothing_has_nothing_to_hand_over(leaving):
    DelegationFactory()
    assert told(leaving) == []


def test_delegations_lent_and_held_end_with_the_mandate(group, leaving, successor):
    lent = DelegationFactory(group=group, lender=leaving.person, borrower=successor.person, ends_on=LATER)
    held = DelegationFactory(group=group, lender=UserFactory(), borrower=leaving.person, ends_on=LATER)
    DelegationFactory(group=group, lender=leaving.person, ends_on=YESTERDAY)
    assert told(leaving) == [
        f"Délègue à {successor.person} : « Approuver les livrables et les comptes rendus »",
        f"Tient de {held.lender} une délégation : « Approuver les livrables et les comptes rendus »",
    ]
    end_mandate(mandate=leaving, by=None)
    for delegation in (lent, held):
        delegation.refresh_from_db()
        assert delegation.revoked_at
    assert Event.objects.filter(verb="delegation.taken_back", group=group).count() == 2


def test_delegations_are_cut_on_the_last_day_of_a_mandate_that_ends_later(group, leaving, successor):
    lent = DelegationFactory(group=group, lender=leaving.person, borrower=successor.person, ends_on=LATER)
    ahead = DelegationFactory(group=group, lender=leaving.person, starts_on=date(2026, 8, 1), ends_on=LATER)
    end_mandate(mandate=leaving, on=date(2026, 6, 30), by=None)
    lent.refresh_from_db()
    ahead.refresh_from_db()
    assert (lent.ends_on, lent.revoked_at) == (date(2026, 6, 30), None)
    assert ahead.revoked_at


def test_what_another_mandate_carries_on_is_no_duty(group, leaving):
    DelegationFactory(group=group, lender=leaving.person)
    DelegationFactory(group=group, borrower=leaving.person)
    MembershipFactory(group=group, person=leaving.person, role=Role.MEMBER)
    assert [each.partition(" ")[0] for each in told(leaving)] == ["Délègue"]
    MembershipFactory(group=group, person=leaving.person, role=Role.PILOT)
    assert told(leaving) == []


def test_substitutes_go_to_the_successor(group, leaving, successor):
    substitute = MembershipFactory(group=group, substitute_for=leaving)
    over = MembershipFactory(group=group, substitute_for=leaving, ends_on=YESTERDAY)
    assert told(leaving) == [f"A pour suppléant {substitute.person}"]
    end_mandate(mandate=leaving, successor=successor, by=None)
    substitute.refresh_from_db()
    over.refresh_from_db()
    assert (substitute.substitute_for, over.substitute_for) == (successor, leaving)
    event = Event.objects.get(verb="mandate.substitution_moved")
    assert event.changes == {"substitute_for": [str(leaving.pk), str(successor.pk)]}


def test_substitutes_without_a_successor_stay_as_they_are(group, leaving):
    substitute = MembershipFactory(group=group, substitute_for=leaving)
    end_mandate(mandate=leaving, by=None)
    substitute.refresh_from_db()
    assert (substitute.substitute_for, substitute.ends_on) == (leaving, None)


@pytest.mark.parametrize("who", ["the substitute", "another substitute"])
def test_substitutes_never_break_the_rules_of_mandates(group, leaving, who):
    substitute = MembershipFactory(group=group, substitute_for=leaving)
    taken = MembershipFactory(group=group, substitute_for=MembershipFactory(group=group))
    end_mandate(mandate=leaving, successor=substitute if who == "the substitute" else taken, by=None)
    substitute.refresh_from_db()
    assert substitute.substitute_for == leaving


def test_substitution_goes_to_the_successor(group, successor):
    holder = MembershipFactory(group=group)
    leaving = MembershipFactory(group=group, substitute_for=holder)
    assert told(leaving) == [f"Est suppléant de {holder.person}"]
    end_mandate(mandate=leaving, successor=successor, by=None)
    successor.refresh_from_db()
    assert successor.substitute_for == holder


@pytest.mark.parametrize("kind", ["the holder", "has a holder", "has a substitute"])
def test_substitution_is_not_given_to_who_cannot_have_it(group, kind):
    holder = MembershipFactory(group=group)
    leaving = MembershipFactory(group=group, substitute_for=holder)
    other = MembershipFactory(group=group)
    if kind == "has a holder":
        other = MembershipFactory(group=group, substitute_for=other)
    if kind == "has a substitute":
        MembershipFactory(group=group, substitute_for=other)
    before = other.substitute_for
    end_mandate(mandate=leaving, successor=holder if kind == "the holder" else other, by=None)
    holder.refresh_from_db()
    other.refresh_from_db()
    assert (holder.substitute_for, other.substitute_for) == (None, before)


def test_substitute_of_a_mandate_that_ended_owes_nothing(group):
    holder = MembershipFactory(group=group, ends_on=YESTERDAY)
    assert told(MembershipFactory(group=group, substitute_for=holder)) == []


def test_successor_sits_in_the_group_and_stays(group, leaving, successor):
    wrong = [
        MembershipFactory(),
        MembershipFactory(group=group, ends_on=YESTERDAY),
        MembershipFactory(group=group, starts_on=TOMORROW),
        MembershipFactory(group=group, person=leaving.person),
        leaving,
    ]
    assert list(possible_successors(leaving, YESTERDAY)) == [successor]
    for each in wrong:
        with pytest.raises(ValidationError) as refused:
            end_mandate(mandate=leaving, successor=each, by=None)
        assert "successeur" in refused.value.message_dict["successor"][0]
    leaving.refresh_from_db()
    assert leaving.ends_on is None


def test_handing_over_is_all_or_nothing(group, leaving, successor, settings):
    MembershipFactory(group=group, substitute_for=leaving)
    settings.DUTIES = [*settings.DUTIES, f"{__name__}.a_duty_that_fails"]
    with pytest.raises(RuntimeError):
        end_mandate(mandate=leaving, successor=successor, by=None)
    assert not Event.objects.exists()
    assert Membership.objects.filter(substitute_for=leaving).count() == 1


def a_duty_that_fails(leaving):
    raise RuntimeError


def test_successors_offered_are_those_that_the_service_takes(group, leaving, django_assert_num_queries):
    MembershipFactory(group=group, person=leaving.person)
    MembershipFactory(group=group, starts_on=TOMORROW)
    MembershipFactory(group=group, ends_on=YESTERDAY)
    MembershipFactory(group=group, withdrawn_at="2026-03-01T10:00:00+01:00")
    MembershipFactory()
    taken = [MembershipFactory(group=group), MembershipFactory(group=group, ends_on=TODAY)]
    with django_assert_num_queries(1):
        offered = successors_among(sitting_around(leaving), leaving)
        assert {str(each) for each in offered} == {str(each) for each in taken}
    assert offered == list(possible_successors(leaving, YESTERDAY))


# --- What the group loses ---------------------------------------------------


def test_gaps_are_those_that_this_mandate_alone_fills(group):
    state = OrganisationFactory(college="etat")
    pilot = MembershipFactory(group=group, role=Role.PILOT, organisation=state)
    assert left_by(pilot, YESTERDAY).gaps == [Gap.PILOT, Gap.STATE]
    MembershipFactory(group=group, role=Role.PILOT)
    MembershipFactory(group=group, role=Role.OBSERVER, organisation=state)
    assert left_by(pilot, YESTERDAY).gaps == [Gap.STATE]


def test_gap_opens_when_the_other_one_will_have_gone(group):
    pilot = MembershipFactory(group=group, role=Role.PILOT)
    MembershipFactory(group=group, role=Role.PILOT, ends_on=TOMORROW)
    assert Gap.PILOT not in left_by(pilot, TODAY).gaps
    assert Gap.PILOT in left_by(pilot, LATER).gaps


def test_bureau_has_no_seat_of_copilot_to_leave_empty():
    bureau = WorkingGroupFactory(kind=GroupKind.BUREAU)
    assert Gap.CO_PILOT not in left_by(MembershipFactory(group=bureau, role=Role.CO_PILOT), YESTERDAY).gaps


# --- Anonymisation ----------------------------------------------------------


def test_anonymised_person_holds_nothing_any_more(group, leaving, successor):
    lent = DelegationFactory(group=group, lender=leaving.person, borrower=successor.person)
    ahead = MembershipFactory(person=leaving.person, starts_on=LATER)
    administrator = AdministratorFactory()
    anonymise(person=leaving.person, confirmation=leaving.person.email, by=administrator)
    for row in (leaving, ahead, lent):
        row.refresh_from_db()
    assert (leaving.ends_on, bool(ahead.withdrawn_at), bool(lent.revoked_at)) == (YESTERDAY, True, True)
    assert read_standing(leaving.person).granted == {}
    assert set(Event.objects.filter(verb__startswith="mandate.").values_list("actor", "capacity")) == {
        (administrator.pk, "administrateur")
    }


def test_anonymisation_and_what_follows_are_one(leaving, settings):
    settings.DEPARTURE_FOLLOW_UPS = [*settings.DEPARTURE_FOLLOW_UPS, f"{__name__}.a_follow_up_that_fails"]
    with pytest.raises(RuntimeError):
        anonymise(person=leaving.person, confirmation=leaving.person.email, by=AdministratorFactory())
    leaving.refresh_from_db()
    leaving.person.refresh_from_db()
    assert leaving.ends_on is None
    assert leaving.person.is_active


def a_follow_up_that_fails(*, person, by):
    raise RuntimeError
