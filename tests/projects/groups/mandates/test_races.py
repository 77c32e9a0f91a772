"""Two people at once on one mandate. Real transactions, real threads: one is heard after the other."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.people.anonymisation import anonymise
from filiere.days import today
from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.groups.delegations.services import lend
from projects.groups.mandates.services import change_mandate, end_mandate, give_mandate
from projects.groups.projection import differences
from projects.models import Delegation, Event, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = 3


@pytest.fixture
def group():
    return WorkingGroupFactory()


def refusals(results):
    return [type(result) for result in results if isinstance(result, Exception)]


def grants_are_right():
    found = differences(today())
    return not found.superfluous and not found.missing


def test_two_people_ending_one_mandate_end_it_once(group):
    one, other = AdministratorFactory(), AdministratorFactory()
    for _turn in range(TURNS):
        mandate = MembershipFactory(group=group)
        results = race(
            lambda mandate=mandate: end_mandate(mandate=mandate, by=one),
            lambda mandate=mandate: end_mandate(mandate=mandate, by=other),
        )
        assert refusals(results) == [Refused]
        assert Event.objects.filter(verb="mandate.ended", object_id=str(mandate.pk)).count() == 1
    assert grants_are_right()


def test_change_against_end_leaves_one_story(group):
    one, other = AdministratorFactory(), AdministratorFactory()
    for _turn in range(TURNS):
        mandate = MembershipFactory(group=group, role=Role.MEMBER)
        results = race(
            lambda mandate=mandate: change_mandate(mandate=mandate, role=Role.PILOT, by=one),
            lambda mandate=mandate: end_mandate(mandate=mandate, by=other),
        )
        # Whoever comes second finds a mandate that is over: changed, it ended yesterday and another runs.
        assert refusals(results) == [Refused]
        running = Membership.objects.filter(person=mandate.person).in_force(today())
        assert [each.role for each in running] == ([Role.PILOT] if isinstance(results[0], Membership) else [])
    assert grants_are_right()


def test_lending_against_the_end_of_the_lender_s_mandate_leaves_no_permission(group):
    administrator = AdministratorFactory()
    for _turn in range(TURNS):
        pilot, member = MembershipFactory(group=group, role=Role.PILOT), MembershipFactory(group=group)
        race(
            lambda pilot=pilot, member=member: lend(
                group=group,
                permission=Permission.APPROVE,
                borrower=member.person,
                ends_on=today() + timedelta(days=30),
                by=pilot.person,
            ),
            lambda pilot=pilot: end_mandate(mandate=pilot, by=administrator),
        )
        assert not Delegation.objects.filter(lender=pilot.person, revoked_at=None).exists()
    assert grants_are_right()


def test_double_click_gives_one_mandate(group):
    administrator = AdministratorFactory()
    for _turn in range(TURNS):
        person, organisation = UserFactory(), OrganisationFactory()
        results = race(
            *[
                lambda person=person, organisation=organisation: give_mandate(
                    person=person, group=group, role=Role.MEMBER, organisation=organisation, by=administrator
                )
            ]
            * 2
        )
        assert refusals(results) == [ValidationError]
        assert Membership.objects.filter(person=person).count() == 1
    assert grants_are_right()


def test_mandate_given_while_its_holder_is_anonymised_does_not_survive(group):
    administrator, other = AdministratorFactory(), AdministratorFactory()
    for _turn in range(TURNS):
        person, organisation = UserFactory(), OrganisationFactory()
        race(
            lambda person=person: anonymise(person=person, confirmation=person.email, by=administrator),
            lambda person=person, organisation=organisation: give_mandate(
                person=person, group=group, role=Role.PILOT, organisation=organisation, by=other
            ),
        )
        assert not Membership.objects.filter(person=person).in_force(today()).exists()
    assert grants_are_right()


def test_two_changes_of_one_mandate_follow_each_other(group):
    one, other = AdministratorFactory(), AdministratorFactory()
    mandate = MembershipFactory(group=group, role=Role.MEMBER, starts_on=date(2024, 1, 1))
    race(
        lambda: change_mandate(mandate=mandate, role=Role.PILOT, by=one),
        lambda: change_mandate(mandate=mandate, role=Role.RAPPORTEUR, by=other),
    )
    assert Membership.objects.filter(person=mandate.person).in_force(today()).count() == 1
    assert grants_are_right()
