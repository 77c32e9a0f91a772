from datetime import date

import pytest
import time_machine

from projects.access.enums import Role
from projects.groups.selectors import mandates_in_force, pilots_a_group
from tests.factories import UserFactory
from tests.factories.groups import MembershipFactory

pytestmark = pytest.mark.django_db

DAY = "2026-03-10T12:00:00+01:00"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "counts"),
    [
        (date(2026, 3, 10), None, True),
        (date(2026, 3, 10), date(2026, 3, 10), True),
        (date(2026, 3, 11), None, False),
        (date(2025, 1, 1), date(2026, 3, 9), False),
        (date(2025, 1, 1), date(2026, 3, 11), True),
    ],
)
@time_machine.travel(DAY, tick=False)
def test_mandate_counts_from_its_first_day_to_its_last(starts_on, ends_on, counts):
    mandate = MembershipFactory(starts_on=starts_on, ends_on=ends_on)
    assert list(mandates_in_force(mandate.person)) == ([mandate] if counts else [])


@time_machine.travel("2026-03-10T23:30:00+00:00", tick=False)
def test_mandate_begins_at_midnight_in_paris():
    mandate = MembershipFactory(starts_on=date(2026, 3, 11))
    assert list(mandates_in_force(mandate.person)) == [mandate]


@time_machine.travel(DAY, tick=False)
def test_mandates_of_another_person_are_not_listed():
    MembershipFactory()
    assert not mandates_in_force(UserFactory())


@pytest.mark.parametrize("role", Role)
@time_machine.travel(DAY, tick=False)
def test_pilots_a_group_is_true_of_pilots_and_copilots_alone(role):
    assert pilots_a_group(MembershipFactory(role=role).person) is (role in {Role.PILOT, Role.CO_PILOT})


@time_machine.travel(DAY, tick=False)
def test_pilots_a_group_is_false_once_the_mandate_has_ended():
    assert not pilots_a_group(MembershipFactory(role=Role.PILOT, ends_on=date(2026, 3, 9)).person)


def test_mandates_cost_one_query_whatever_their_number(django_assert_num_queries):
    person = UserFactory()
    for _ in range(30):
        MembershipFactory(person=person)
    with django_assert_num_queries(1):
        assert len([(m.group.name, m.organisation.name) for m in mandates_in_force(person)]) == 30
