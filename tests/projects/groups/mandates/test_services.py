from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.organisations.services import merge_organisations
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission, Role
from projects.access.standing import read_standing
from projects.groups.mandates.services import (
    change_mandate,
    end_mandate,
    end_mandates_of,
    give_mandate,
    prolong_mandate,
    withdraw_mandate,
)
from projects.groups.selectors import members_on
from projects.groups.services import archive_group
from projects.models import Event, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

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


def give(**fields):
    defaults = {
        "person": UserFactory(),
        "group": WorkingGroupFactory(),
        "role": Role.PILOT,
        "organisation": OrganisationFactory(),
        "by": None,
    }
    return give_mandate(**(defaults | fields))


def seat(group, role, **fields):
    return MembershipFactory(group=group, role=role, **fields).person


def sees(person, group):
    return read_standing(person).may(Permission.SEE, group)


def only_error(refused, field):
    return refused.value.message_dict[field][0]


# --- Giving -----------------------------------------------------------------


def test_give_mandate_opens_the_group_from_today():
    made = give()
    assert (made.starts_on, made.ends_on) == (TODAY, None)
    assert sees(made.person, made.group)


def test_give_mandate_tells_role_organisation_and_dates_and_no_name():
    made = give(ends_on=date(2026, 12, 31), by=AdministratorFactory())
    changes = Event.objects.get(object_id=str(made.pk)).changes
    assert changes["role"] == [None, "pilote"]
    assert changes["ends_on"] == [None, "2026-12-31"]
    assert made.person.email not in str(changes)
    assert made.person.family_name not in str(changes)


def test_give_mandate_says_in_what_capacity(group):
    pilot = MembershipFactory(group=group, role=Role.PILOT)
    made = give(group=group, role=Role.MEMBER, by=pilot.person)
    event = Event.objects.get(object_id=str(made.pk))
    assert (event.actor, event.group) == (pilot.person, group)
    assert event.capacity == f"pilote, {pilot.organisation}"


def test_give_mandate_refuses_an_end_before_its_start_and_saves_nothing():
    with pytest.raises(ValidationError, match="finir avant"):
        give(ends_on=YESTERDAY)
    assert not Membership.objects.exists()
    assert not Event.objects.filter(verb="mandate.given").exists()


def test_one_person_may_sit_twice_for_two_organisations():
    first = give()
    second = give(person=first.person, group=first.group)
    assert {first.organisation, second.organisation} == {m.organisation for m in first.person.mandates.all()}


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ((None, None), (None, None), True),
        ((None, LATER), (LATER, None), True),
        ((None, LATER), (LATER + timedelta(days=1), None), False),
        ((LATER, None), (None, LATER - timedelta(days=1)), False),
        ((LATER, None), (None, LATER), True),
        ((None, LATER), (TOMORROW, TOMORROW), True),
    ],
)
def test_give_mandate_refuses_two_at_once_for_one_organisation(first, second, refused):
    made = give(starts_on=first[0], ends_on=first[1])
    same = {"person": made.person, "group": made.group, "organisation": made.organisation}
    if refused:
        with pytest.raises(ValidationError, match="déjà, à ces dates"):
            give(**same, role=Role.MEMBER, starts_on=second[0], ends_on=second[1])
    else:
        give(**same, role=Role.MEMBER, starts_on=second[0], ends_on=second[1])
    assert Membership.objects.count() == (1 if refused else 2)


def test_give_mandate_for_a_merged_organisation_names_the_one_that_stayed():
    kept, gone = OrganisationFactory(), OrganisationFactory()
    merge_organisations(keep=kept, absorb=gone, by=AdministratorFactory())
    assert give(organisation=gone).organisation == kept


def test_give_mandate_to_a_closed_account_is_refused():
    with pytest.raises(ValidationError) as refused:
        give(person=UserFactory(is_active=False))
    assert "fermé" in only_error(refused, "person")


def test_give_mandate_reads_the_account_afresh():
    person = UserFactory()
    stale = type(person).objects.get(pk=person.pk)
    person.is_active = False
    person.save()
    with pytest.raises(ValidationError, match="fermé"):
        give(person=stale)


def test_guest_without_an_end_is_refused():
    with pytest.raises(ValidationError) as refused:
        give(role=Role.GUEST)
    assert "invité" in only_error(refused, "ends_on")
    assert give(role=Role.GUEST, ends_on=LATER).ends_on == LATER


def test_unknown_role_is_refused_by_its_field():
    with pytest.raises(ValidationError) as refused:
        give(role="roi")
    assert only_error(refused, "role") == "Ce rôle n’existe pas."


def test_archived_group_refuses_mandates(group):
    mandate = MembershipFactory(group=group)
    archive_group(group=group, by=None)
    for act in (
        lambda: give(group=group),
        lambda: change_mandate(mandate=mandate, role=Role.PILOT, by=None),
        lambda: prolong_mandate(mandate=mandate, ends_on=LATER, by=None),
    ):
        with pytest.raises(Refused, match="archivé"):
            act()


def test_archived_group_can_still_be_closed_to_somebody(group):
    mandate = MembershipFactory(group=group)
    archive_group(group=group, by=None)
    end_mandate(mandate=mandate, by=AdministratorFactory())
    assert not sees(mandate.person, group)


# --- By whom ----------------------------------------------------------------

GIVEN_BY = {
    Role.PILOT: {Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST},
    Role.CO_PILOT: {Role.MEMBER, Role.OBSERVER, Role.GUEST},
}


@pytest.mark.parametrize("giver", Role)
@pytest.mark.parametrize("role", Role)
def test_role_gives_what_the_table_says_and_nothing_else(group, giver, role):
    by = seat(group, giver)
    if role in GIVEN_BY.get(giver, set()):
        assert give(group=group, role=role, ends_on=LATER, by=by)
    else:
        with pytest.raises(PermissionDenied):
            give(group=group, role=role, ends_on=LATER, by=by)


@pytest.mark.parametrize("flag", ["is_staff", "is_delegate"])
@pytest.mark.parametrize("role", Role)
def test_coordinators_give_every_role(group, flag, role):
    assert give(group=group, role=role, ends_on=LATER, by=UserFactory(**{flag: True}))


@pytest.fixture
def wrong_people(group):
    return [
        UserFactory(),
        UserFactory(is_superuser=True),
        AdministratorFactory(is_active=False),
        seat(WorkingGroupFactory(), Role.PILOT),
        seat(group, Role.PILOT, ends_on=YESTERDAY),
        seat(group, Role.PILOT, starts_on=TOMORROW),
        seat(group, Role.PILOT, person=UserFactory(is_active=False)),
        seat(group, Role.MEMBER),
    ]


def test_others_do_nothing_to_mandates(group, wrong_people):
    mandate = MembershipFactory(group=group, role=Role.OBSERVER)
    future = MembershipFactory(group=group, role=Role.OBSERVER, starts_on=TOMORROW)
    before = list(Membership.objects.order_by("pk").values())
    for by in wrong_people:
        for act in (
            lambda by=by: give(group=group, role=Role.OBSERVER, by=by),
            lambda by=by: change_mandate(mandate=mandate, role=Role.GUEST, ends_on=LATER, by=by),
            lambda by=by: prolong_mandate(mandate=mandate, ends_on=LATER, by=by),
            lambda by=by: end_mandate(mandate=mandate, by=by),
            lambda by=by: withdraw_mandate(mandate=future, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert list(Membership.objects.order_by("pk").values()) == before


def test_nobody_gives_or_changes_their_own_mandate(group):
    administrator = AdministratorFactory()
    with pytest.raises(PermissionDenied, match="propre mandat"):
        give(person=administrator, group=group, role=Role.MEMBER, by=administrator)
    mandate = MembershipFactory(person=administrator, group=group, role=Role.MEMBER)
    for act in (
        lambda: change_mandate(mandate=mandate, role=Role.PILOT, by=administrator),
        lambda: prolong_mandate(mandate=mandate, ends_on=LATER, by=administrator),
    ):
        with pytest.raises(PermissionDenied, match="propre mandat"):
            act()


def test_copilot_cannot_become_pilot(group):
    mandate = MembershipFactory(group=group, role=Role.CO_PILOT)
    with pytest.raises(PermissionDenied):
        change_mandate(mandate=mandate, role=Role.PILOT, by=mandate.person)


def test_pilot_neither_demotes_nor_removes_another_pilot(group):
    other = MembershipFactory(group=group, role=Role.PILOT)
    by = seat(group, Role.PILOT)
    with pytest.raises(PermissionDenied):
        change_mandate(mandate=other, role=Role.MEMBER, by=by)
    with pytest.raises(PermissionDenied):
        end_mandate(mandate=other, by=by)


# --- Substitutes ------------------------------------------------------------


def test_substitute_belongs_to_a_member_of_the_same_group(group):
    holder = MembershipFactory(group=group)
    made = give(group=group, role=Role.MEMBER, substitute_for=holder)
    assert made.substitute_for == holder
    for wrong, words in (
        (MembershipFactory(), "même groupe"),
        (made, "n’a pas lui-même"),
        (MembershipFactory(group=group, ends_on=YESTERDAY), "pas de mandat"),
        (MembershipFactory(group=group, starts_on=LATER), "pas de mandat"),
    ):
        with pytest.raises(ValidationError) as refused:
            give(group=group, role=Role.MEMBER, substitute_for=wrong)
        assert words in only_error(refused, "substitute_for")


def test_nobody_is_their_own_substitute(group):
    holder = MembershipFactory(group=group)
    with pytest.raises(ValidationError, match="propre suppléant"):
        give(person=holder.person, group=group, role=Role.MEMBER, substitute_for=holder)


def test_substitute_follows_a_holder_who_changes_role(group):
    holder = MembershipFactory(group=group)
    running = MembershipFactory(group=group, substitute_for=holder)
    over = MembershipFactory(group=group, substitute_for=holder, ends_on=YESTERDAY)
    following = change_mandate(mandate=holder, role=Role.RAPPORTEUR, by=None)
    running.refresh_from_db()
    over.refresh_from_db()
    assert (running.substitute_for, over.substitute_for) == (following, holder)


def test_substitute_of_a_mandate_that_ended_can_still_change(group):
    substitute = MembershipFactory(group=group, substitute_for=MembershipFactory(group=group, ends_on=YESTERDAY))
    assert change_mandate(mandate=substitute, role=Role.RAPPORTEUR, by=None).role == Role.RAPPORTEUR


# --- Changing ---------------------------------------------------------------


def test_change_of_role_keeps_the_history(group):
    mandate = MembershipFactory(group=group, role=Role.MEMBER, ends_on=LATER)
    following = change_mandate(mandate=mandate, role=Role.RAPPORTEUR, by=None)
    mandate.refresh_from_db()
    assert (mandate.role, mandate.ends_on) == (Role.MEMBER, YESTERDAY)
    assert (following.role, following.starts_on, following.ends_on) == (Role.RAPPORTEUR, TODAY, LATER)
    assert following.organisation == mandate.organisation
    assert [m.role for m in members_on(group, YESTERDAY)] == [Role.MEMBER]
    assert [m.role for m in members_on(group, TODAY)] == [Role.RAPPORTEUR]
    event = Event.objects.get(verb="mandate.changed")
    assert event.object_id == str(following.pk)
    assert event.changes["role"] == ["membre", "rapporteur"]


def test_change_of_organisation_takes_its_college(group):
    mandate = MembershipFactory(group=group)
    state = OrganisationFactory(college="etat")
    assert change_mandate(mandate=mandate, organisation=state, by=None).college == "etat"


def test_change_to_come_leaves_today_as_it_is(group):
    mandate = MembershipFactory(group=group, role=Role.MEMBER)
    following = change_mandate(mandate=mandate, role=Role.PILOT, from_day=LATER, by=None)
    assert not read_standing(mandate.person).may(Permission.APPROVE, group)
    with time_machine.travel("2026-09-01T00:30:00+02:00", tick=False):
        assert read_standing(following.person).may(Permission.APPROVE, group)


def test_change_of_a_mandate_that_begins_that_day_corrects_it(group):
    mandate = MembershipFactory(group=group, role=Role.MEMBER, starts_on=TODAY)
    assert change_mandate(mandate=mandate, role=Role.RAPPORTEUR, by=None) == mandate
    assert Membership.objects.get().role == Role.RAPPORTEUR


def test_change_to_nothing_new_says_nothing(group):
    mandate = MembershipFactory(group=group)
    assert change_mandate(mandate=mandate, role=mandate.role, by=None) == mandate
    assert not Event.objects.exists()


def test_change_of_the_end_alone_makes_no_second_mandate(group):
    mandate = MembershipFactory(group=group)
    assert change_mandate(mandate=mandate, ends_on=LATER, by=None).ends_on == LATER
    assert Membership.objects.count() == 1


def test_member_becomes_a_guest_with_an_end(group):
    mandate = MembershipFactory(group=group)
    with pytest.raises(ValidationError, match="invité"):
        change_mandate(mandate=mandate, role=Role.GUEST, by=None)
    mandate.refresh_from_db()
    assert mandate.ends_on is None
    assert change_mandate(mandate=mandate, role=Role.GUEST, ends_on=LATER, by=None).ends_on == LATER


@pytest.mark.parametrize("day", [YESTERDAY, date(2020, 1, 1), date.min])
def test_change_is_never_dated_from_the_past(group, day):
    with pytest.raises(ValidationError) as refused:
        change_mandate(mandate=MembershipFactory(group=group), role=Role.PILOT, from_day=day, by=None)
    assert "aujourd’hui" in only_error(refused, "from_day")


def test_change_after_the_end_is_refused(group):
    mandate = MembershipFactory(group=group, ends_on=TOMORROW)
    with pytest.raises(ValidationError, match="terminé à cette date"):
        change_mandate(mandate=mandate, role=Role.PILOT, from_day=LATER, by=None)


@pytest.mark.parametrize("fields", [{"ends_on": YESTERDAY}, {"withdrawn_at": "2026-03-09T10:00:00+01:00"}])
def test_mandate_that_is_over_refuses_everything(group, fields):
    mandate = MembershipFactory(group=group, **fields)
    for act in (
        lambda: change_mandate(mandate=mandate, role=Role.PILOT, by=None),
        lambda: prolong_mandate(mandate=mandate, ends_on=LATER, by=None),
        lambda: end_mandate(mandate=mandate, by=None),
        lambda: withdraw_mandate(mandate=mandate, by=None),
    ):
        with pytest.raises(Refused):
            act()


def test_change_seen_too_long_ago_is_stale(group):
    mandate = MembershipFactory(group=group)
    seen = version_of(mandate)
    with time_machine.travel("2026-03-10T12:00:05+01:00", tick=False):
        prolong_mandate(mandate=mandate, ends_on=LATER, by=None)
        for act in (
            lambda: change_mandate(mandate=mandate, role=Role.PILOT, seen=seen, by=None),
            lambda: prolong_mandate(mandate=mandate, ends_on=None, seen=seen, by=None),
            lambda: end_mandate(mandate=mandate, seen=seen, by=None),
        ):
            with pytest.raises(Stale):
                act()


# --- Prolonging, ending, withdrawing ----------------------------------------


@pytest.mark.parametrize("end", [None, LATER + timedelta(days=90), TOMORROW, TODAY])
def test_prolong_moves_the_last_day_either_way(group, end):
    mandate = MembershipFactory(group=group, ends_on=LATER)
    assert prolong_mandate(mandate=mandate, ends_on=end, by=None).ends_on == end
    assert Event.objects.get().changes == {"ends_on": ["2026-09-01", end.isoformat() if end else ""]}


def test_prolong_refuses_the_past_an_endless_guest_and_an_overlap(group):
    guest = MembershipFactory(group=group, role=Role.GUEST, ends_on=LATER)
    MembershipFactory(
        group=group, person=guest.person, organisation=guest.organisation, starts_on=LATER + timedelta(days=1)
    )
    for end, words in ((YESTERDAY, "passée"), (None, "invité"), (LATER + timedelta(days=1), "à ces dates")):
        with pytest.raises(ValidationError, match=words):
            prolong_mandate(mandate=guest, ends_on=end, by=None)


def test_end_takes_the_rights_at_once(group):
    mandate = MembershipFactory(group=group)
    end_mandate(mandate=mandate, by=AdministratorFactory())
    mandate.refresh_from_db()
    assert mandate.ends_on == YESTERDAY
    assert not sees(mandate.person, group)


def test_end_at_a_date_lasts_until_that_evening(group):
    mandate = MembershipFactory(group=group)
    end_mandate(mandate=mandate, on=TODAY, by=None)
    assert sees(mandate.person, group)
    with time_machine.travel("2026-03-11T00:10:00+01:00", tick=False):
        assert not sees(mandate.person, group)


def test_end_on_its_first_day_leaves_no_day_behind(group):
    mandate = give(group=group)
    end_mandate(mandate=mandate, by=None)
    assert not sees(mandate.person, group)
    assert not any(members_on(group, day) for day in (YESTERDAY, TODAY, TOMORROW))
    assert list(Event.objects.values_list("verb", flat=True).order_by("pk")) == ["mandate.given", "mandate.withdrawn"]


def test_withdrawn_mandate_leaves_room_for_another(group):
    mandate = give(group=group)
    end_mandate(mandate=mandate, by=None)
    assert give(group=group, person=mandate.person, organisation=mandate.organisation).withdrawn_at is None


def test_end_refuses_the_past_and_what_would_prolong(group):
    mandate = MembershipFactory(group=group, ends_on=LATER)
    for day, words in ((date(2026, 3, 8), "dans le passé"), (LATER + timedelta(days=1), "avancer")):
        with pytest.raises(ValidationError) as refused:
            end_mandate(mandate=mandate, on=day, by=mandate.person)
        assert words in only_error(refused, "ends_on")


@pytest.mark.parametrize("role", Role)
def test_anybody_may_leave_as_what_they_were(group, role):
    mandate = MembershipFactory(group=group, role=role)
    end_mandate(mandate=mandate, by=mandate.person)
    assert not sees(mandate.person, group)
    assert Event.objects.get().capacity == f"{Role(role).label.lower()}, {mandate.organisation}"


def test_last_pilot_may_leave(group):
    mandate = MembershipFactory(group=group, role=Role.PILOT)
    end_mandate(mandate=mandate, by=mandate.person)
    assert not Membership.objects.in_force(TODAY).filter(group=group, role=Role.PILOT).exists()


def test_withdraw_before_the_start_and_not_after(group):
    ahead = MembershipFactory(group=group, starts_on=TOMORROW)
    withdraw_mandate(mandate=ahead, by=None)
    ahead.refresh_from_db()
    assert ahead.withdrawn_at
    with time_machine.travel("2026-03-12T12:00:00+01:00", tick=False):
        assert not sees(ahead.person, group)
    with pytest.raises(Refused, match="a commencé"):
        withdraw_mandate(mandate=MembershipFactory(group=group), by=None)


def test_end_mandates_of_somebody_everywhere():
    person = UserFactory()
    running, ahead = MembershipFactory(person=person), MembershipFactory(person=person, starts_on=LATER)
    over = MembershipFactory(person=person, ends_on=date(2026, 1, 1))
    end_mandates_of(person=person, by=None)
    for row in (running, ahead, over):
        row.refresh_from_db()
    assert running.ends_on == YESTERDAY
    assert ahead.withdrawn_at
    assert over.ends_on == date(2026, 1, 1)
    assert not read_standing(person).granted
