"""Midnight, while others give and end mandates: no deadlock, and grants that say what mandates say."""

from datetime import date

import pytest
import time_machine

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.standing import standing_of
from projects.groups.mandates.services import end_mandate, give_mandate
from projects.groups.projection import bring_up_to, differences
from projects.models import Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def failures(outcome):
    return [each for each in outcome if isinstance(each, Exception)]


@pytest.mark.parametrize("round_", range(3))
def test_midnight_is_crossed_once_while_mandates_are_given_and_ended(round_):
    administrator, organisation = AdministratorFactory(), OrganisationFactory()
    groups = [WorkingGroupFactory() for _ in range(3)]
    with time_machine.travel("2026-03-10T23:59:59+01:00", tick=False):
        leaving = [seat(Role.MEMBER, group, ends_on=date(2026, 3, 10)) for group in groups]
        staying = [seat(Role.PILOT, group) for group in groups]
        coming = [seat(Role.MEMBER, group, starts_on=date(2026, 3, 11)) for group in groups]
        bring_up_to(today())
    newcomers = [UserFactory() for _ in groups]

    def give(person, group):
        return lambda: give_mandate(
            person=person, group=group, role=Role.MEMBER, organisation=organisation, by=administrator
        )

    def end(person):
        return lambda: end_mandate(mandate=Membership.objects.get(person=person), by=administrator)

    with time_machine.travel("2026-03-11T00:00:01+01:00", tick=False):
        outcome = race(
            *(give(person, group) for person, group in zip(newcomers, groups, strict=True)),
            *(end(person) for person in staying[:2]),
            lambda: standing_of(leaving[0]).may(Permission.SEE, groups[0]),
            lambda: standing_of(coming[0]).may(Permission.SEE, groups[0]),
            lambda: bring_up_to(today()),
        )
        assert failures(outcome) == []
        assert outcome[5:7] == [False, True]
        assert differences(today()) == (set(), set())


def test_same_mandate_given_twice_at_once_is_given_once():
    administrator, organisation, group, person = (
        AdministratorFactory(),
        OrganisationFactory(),
        WorkingGroupFactory(),
        UserFactory(),
    )

    def give():
        return give_mandate(person=person, group=group, role=Role.PILOT, organisation=organisation, by=administrator)

    outcome = race(give, give, give)
    assert len(failures(outcome)) == 2
    assert Membership.objects.count() == 1
    standing_of(person)
    assert differences(today()) == (set(), set())
