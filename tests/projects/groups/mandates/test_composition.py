"""« Who was in the group, for whom, on that date? » Whatever was done, the answer is the one a naive list gives."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filiere.refusals import Refused
from projects.access.enums import Role
from projects.groups.mandates.services import (
    change_mandate,
    end_mandate,
    give_mandate,
    prolong_mandate,
    withdraw_mandate,
)
from projects.groups.selectors import members_on
from projects.models import Membership
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.groups import WorkingGroupFactory

START = date(2026, 3, 10)
HORIZON = 8
ROLES = [Role.PILOT, Role.RAPPORTEUR, Role.MEMBER]

days = st.integers(0, HORIZON)
step = st.fixed_dictionaries(
    {
        "act": st.sampled_from(["give", "give", "change", "prolong", "end", "withdraw", "tomorrow"]),
        "person": st.integers(0, 1),
        "organisation": st.integers(0, 1),
        "other_organisation": st.integers(0, 1),
        "role": st.sampled_from(ROLES),
        "day": days,
        "end": st.none() | days,
    }
)


class Naive:
    """Day by day, who sits for whom in which role: no interval, no row, no rule."""

    def __init__(self):
        self.seats = {START + timedelta(days=n): {} for n in range(-2, 3 * HORIZON)}

    def from_day(self, first, last):
        return [day for day in self.seats if day >= first and (last is None or day <= last)]

    def sit(self, who, role, first, last):
        for day in self.from_day(first, last):
            self.seats[day][who] = role

    def leave(self, who, first, last):
        for day in self.from_day(first, last):
            self.seats[day].pop(who, None)


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=3, max_size=12))
@pytest.mark.django_db
def test_composition_on_every_day_is_what_a_naive_list_says(steps):
    with transaction.atomic():
        _play(steps)
        transaction.set_rollback(True)


def _play(steps):
    group = WorkingGroupFactory()
    people = UserFactory.create_batch(2)
    organisations = OrganisationFactory.create_batch(2)
    naive, now = Naive(), START
    for each in steps:
        if each["act"] == "tomorrow":
            now += timedelta(days=1)
            continue
        with time_machine.travel(f"{now.isoformat()}T12:00:00+01:00", tick=False), suppress(ValidationError, Refused):
            who = (people[each["person"]], organisations[each["organisation"]])
            other = organisations[each["other_organisation"]]
            ACTS[each["act"]](naive, group, who, each["role"], _day(each["day"]), _day(each["end"]), other, now)
    for day, seats in naive.seats.items():
        told = {(m.person, m.organisation): Role(m.role) for m in members_on(group, day)}
        assert told == seats, day


def _day(number):
    return None if number is None else START + timedelta(days=number)


def _first(group, who, now):
    """The mandate that runs or comes next: what a page would offer."""
    person, organisation = who
    running = Membership.objects.filter(group=group, person=person, organisation=organisation).after(now)
    return running.order_by("starts_on").first()


def _give(naive, group, who, role, day, end, other, now):
    person, organisation = who
    give_mandate(person=person, group=group, role=role, organisation=organisation, starts_on=day, ends_on=end, by=None)
    naive.sit(who, role, day, end)


def _change(naive, group, who, role, day, end, other, now):
    if mandate := _first(group, who, now):
        last, same = mandate.ends_on, (role, other) == (mandate.role, who[1])
        change_mandate(mandate=mandate, role=role, organisation=other, from_day=day, by=None)
        if not same:
            naive.leave(who, day, last)
            naive.sit((who[0], other), role, day, last)


def _prolong(naive, group, who, role, day, end, other, now):
    if mandate := _first(group, who, now):
        last = mandate.ends_on
        prolong_mandate(mandate=mandate, ends_on=end, by=None)
        naive.leave(who, mandate.starts_on, last)
        naive.sit(who, mandate.role, mandate.starts_on, end)


def _end(naive, group, who, role, day, end, other, now):
    if mandate := _first(group, who, now):
        last = mandate.ends_on
        end_mandate(mandate=mandate, on=end, by=None)
        first = now if end is None else end + timedelta(days=1)
        naive.leave(who, max(first, mandate.starts_on), last)


def _withdraw(naive, group, who, role, day, end, other, now):
    if mandate := _first(group, who, now):
        withdraw_mandate(mandate=mandate, by=None)
        naive.leave(who, mandate.starts_on, mandate.ends_on)


ACTS = {"give": _give, "change": _change, "prolong": _prolong, "end": _end, "withdraw": _withdraw}
