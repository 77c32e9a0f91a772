from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_BE_LENT
from projects.access.standing import read_standing
from projects.groups.delegations.mail import mail_borrower
from projects.groups.delegations.services import lend, may_take_back, take_back
from projects.groups.mandates.services import change_mandate, end_mandate, give_mandate
from projects.models import Delegation, Event
from tests.factories import AdministratorFactory, UserFactory
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
    return WorkingGroupFactory(name="Imagerie", slug="imagerie")


@pytest.fixture
def pilot(group):
    return MembershipFactory(group=group, role=Role.PILOT)


@pytest.fixture
def member(group):
    return MembershipFactory(group=group, role=Role.MEMBER)


@pytest.fixture
def lent(group, pilot, member):
    return lend(group=group, permission=Permission.APPROVE, borrower=member.person, ends_on=LATER, by=pilot.person)


def approves(person, group):
    return read_standing(person).may(Permission.APPROVE, group)


def errors(refused, field):
    return refused.value.message_dict[field][0]


def test_lend_opens_that_permission_and_no_other(group, member, lent):
    assert approves(member.person, group)
    assert not read_standing(member.person).may(Permission.EDIT_GROUP, group)
    event = Event.objects.get(verb="delegation.given")
    assert (event.group, event.capacity.partition(",")[0]) == (group, "pilote")
    assert event.changes["ends_on"] == [None, "2026-09-01"]


@pytest.mark.parametrize("permission", [each for each in Permission if each not in MAY_BE_LENT])
def test_what_is_not_for_lending_is_refused(group, pilot, member, permission):
    with pytest.raises(ValidationError) as refused:
        lend(group=group, permission=permission, borrower=member.person, ends_on=LATER, by=pilot.person)
    assert "ne se délègue pas" in errors(refused, "permission")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.GUEST, Role.PILOT, None])
def test_who_only_looks_on_or_does_not_sit_borrows_nothing(group, pilot, role):
    person = MembershipFactory(group=group, role=role, ends_on=LATER).person if role else UserFactory()
    with pytest.raises(ValidationError) as refused:
        lend(group=group, permission=Permission.APPROVE, borrower=person, ends_on=LATER, by=pilot.person)
    assert "membre du groupe" in errors(refused, "borrower")


@pytest.mark.parametrize("fields", [{"ends_on": YESTERDAY}, {"starts_on": TOMORROW}, {"person__is_active": False}])
def test_borrower_sits_on_the_first_day_with_an_open_account(group, pilot, fields):
    borrower = MembershipFactory(group=group, **fields).person
    with pytest.raises(ValidationError, match="membre du groupe"):
        lend(group=group, permission=Permission.APPROVE, borrower=borrower, ends_on=LATER, by=pilot.person)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_on": YESTERDAY, "ends_on": LATER}, "starts_on"),
        ({"ends_on": YESTERDAY}, "ends_on"),
        ({"starts_on": LATER, "ends_on": TOMORROW}, "ends_on"),
        ({"ends_on": LATER, "reason": "Congé\ud800"}, "reason"),
    ],
)
def test_lend_says_what_is_wrong_by_its_field(group, pilot, member, fields, field):
    with pytest.raises(ValidationError) as refused:
        lend(group=group, permission=Permission.APPROVE, borrower=member.person, by=pilot.person, **fields)
    assert list(refused.value.message_dict) == [field]
    assert not Delegation.objects.exists()


def test_lend_refuses_oneself(group):
    both = MembershipFactory(group=group, role=Role.CO_PILOT).person
    with pytest.raises(ValidationError, match="soi-même"):
        lend(group=group, permission=Permission.APPROVE, borrower=both, ends_on=LATER, by=both)


def test_lend_after_one_s_own_mandate_is_refused(group, member):
    pilot = MembershipFactory(group=group, role=Role.PILOT, ends_on=TOMORROW)
    with pytest.raises(ValidationError, match="propre mandat"):
        lend(
            group=group,
            permission=Permission.APPROVE,
            borrower=member.person,
            starts_on=LATER,
            ends_on=LATER,
            by=pilot.person,
        )


def test_same_delegation_twice_at_once_is_refused_and_in_turn_is_not(group, pilot, member, lent):
    same = {"group": group, "permission": Permission.APPROVE, "borrower": member.person, "by": pilot.person}
    with pytest.raises(ValidationError, match="déjà délégué"):
        lend(**same, starts_on=LATER, ends_on=LATER)
    assert lend(**same, starts_on=LATER + timedelta(days=1), ends_on=LATER + timedelta(days=2))
    take_back(delegation=lent, by=pilot.person)
    assert lend(**same, ends_on=TOMORROW)


def test_others_lend_nothing(group, member, lent):
    wrong = [
        UserFactory(),
        AdministratorFactory(),
        UserFactory(is_superuser=True),
        UserFactory(is_delegate=True),
        member.person,  # who borrowed
        MembershipFactory(group=group, role=Role.RAPPORTEUR).person,
        MembershipFactory(group=group, role=Role.PILOT, ends_on=YESTERDAY).person,
        MembershipFactory(group=group, role=Role.PILOT, person__is_active=False).person,
        MembershipFactory(role=Role.PILOT).person,
    ]
    other = MembershipFactory(group=group)
    for by in wrong:
        with pytest.raises(PermissionDenied):
            lend(group=group, permission=Permission.APPROVE, borrower=other.person, ends_on=LATER, by=by)
    assert Delegation.objects.count() == 1


def test_delegation_holds_from_its_first_day_to_its_last(group, pilot, member):
    lend(
        group=group,
        permission=Permission.APPROVE,
        borrower=member.person,
        starts_on=TOMORROW,
        ends_on=TOMORROW,
        by=pilot.person,
    )
    found = []
    for day in (10, 11, 12):
        with time_machine.travel(f"2026-03-{day}T12:00:00+01:00", tick=False):
            found.append(approves(member.person, group))
    assert found == [False, True, False]


def test_take_back_by_lender_borrower_or_manager_alone(group, pilot, member):
    observer = MembershipFactory(group=group, role=Role.OBSERVER).person
    other_pilot = MembershipFactory(group=group, role=Role.PILOT).person
    for by, allowed in (
        (observer, False),
        (other_pilot, False),
        (UserFactory(), False),
        (pilot.person, True),
        (member.person, True),
        (AdministratorFactory(), True),
    ):
        delegation = DelegationFactory(group=group, lender=pilot.person, borrower=member.person)
        assert may_take_back(by, delegation) is allowed
        if allowed:
            take_back(delegation=delegation, by=by)
            assert not approves(member.person, group)
        else:
            with pytest.raises(PermissionDenied):
                take_back(delegation=delegation, by=by)
            delegation.delete()


def test_take_back_twice_or_after_the_end_is_refused(group, pilot, lent):
    take_back(delegation=lent, by=pilot.person)
    over = DelegationFactory(group=group, lender=pilot.person, ends_on=YESTERDAY)
    for delegation in (lent, over):
        with pytest.raises(Refused, match="déjà terminée"):
            take_back(delegation=delegation, by=pilot.person)
    assert Event.objects.filter(verb="delegation.taken_back").count() == 1


def test_take_back_of_what_changed_meanwhile_is_stale(pilot, lent):
    with pytest.raises(Stale):
        take_back(delegation=lent, by=pilot.person, seen=f"{version_of(lent)}0")


@pytest.mark.parametrize("whose", ["pilot", "member"])
def test_delegation_ends_with_the_mandate_of_either_and_does_not_come_back(request, group, member, lent, whose):
    mandate = request.getfixturevalue(whose)
    end_mandate(mandate=mandate, by=None)
    assert not approves(member.person, group)
    give_mandate(person=mandate.person, group=group, role=mandate.role, organisation=mandate.organisation, by=None)
    assert not approves(member.person, group)


def test_delegation_sleeps_while_its_lender_is_no_pilot(group, pilot, member, lent):
    change_mandate(mandate=pilot, role=Role.MEMBER, by=None)
    assert not approves(member.person, group)


# --- Its mail ---------------------------------------------------------------


def test_borrower_is_told_by_mail_once_it_is_saved(group, pilot, member, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        lent = lend(
            group=group,
            permission=Permission.APPROVE,
            borrower=member.person,
            ends_on=LATER,
            reason="Congé",
            by=pilot.person,
        )
    assert not mail.outbox
    assert callbacks
    mail_borrower(lent.pk)
    (message,) = mail.outbox
    assert message.to == [member.person.email]
    assert message.subject == f"{pilot.person.get_full_name()} vous délègue une permission (Imagerie)"
    for words in ("« Approuver les livrables", "Congé", "10 mars 2026", "1er septembre 2026", "/groupes/imagerie/"):
        assert words in message.body.replace("\xa0", " ")


def test_no_mail_about_what_was_taken_back_or_to_a_closed_account(group, pilot, member, lent):
    take_back(delegation=lent, by=pilot.person)
    closed = DelegationFactory(group=group, lender=pilot.person, borrower=UserFactory(is_active=False))
    for pk in (lent.pk, closed.pk, group.pk):
        mail_borrower(pk)
    assert not mail.outbox
