"""A list costs what it shows: the same work among ten groups' deliverables and among two hundred groups'."""

from datetime import date

import pytest
from django.db import connection

from projects.access.enums import Role
from projects.deliverables.lists import selectors
from projects.models import Deliverable, WorkingGroup
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.projects.access.test_flatness import work

pytestmark = pytest.mark.django_db

IN_A_GROUP, FEW, MANY = 50, 10, 200
FLOOR = IN_A_GROUP * 40


@pytest.fixture
def groups():
    contract = ContractFactory()
    return WorkingGroup.objects.bulk_create(
        WorkingGroup(contract=contract, slug=f"g-{n}", name=f"G {n}", alphabetical=f"g {n:04}") for n in range(MANY)
    )


def grow(groups, person, *, since, to):
    """In each group one deliverable is the person's."""
    rows = Deliverable.objects.bulk_create(
        (
            Deliverable(
                group=group,
                title=f"Livrable {number}",
                searchable=f"livrable {number}",
                due_end=date.fromordinal(739_000 + number * 37 % 2000),
                due_order=date.fromordinal(739_000 + number * 37 % 2000),
            )
            for group in groups[since:to]
            for number in range(IN_A_GROUP)
        ),
        batch_size=2000,
    )
    links = Deliverable.owners.through
    mine = [row for row in rows if row.group_id == groups[0].pk][:10]
    others = [row for row in rows if row.group_id != groups[0].pk]
    links.objects.bulk_create([links(deliverable=row, user=person) for row in mine])
    stranger = seat(Role.MEMBER, groups[-1])
    links.objects.bulk_create([links(deliverable=row, user=stranger) for row in others], batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_lists_cost_the_same_among_a_few_groups_and_among_many(groups):
    person = seat(Role.PILOT, groups[0])

    def costs():
        rows = selectors.listed_in(groups[0], person)
        return {
            "of a group": work(rows[:50]),
            "searched": work(selectors.matching(person)(rows, "livrable 7")[:50]),
            "counted": work(rows.values("pk")),
            "own": work(selectors.own(person)[:50]),
        }

    grow(groups, person, since=0, to=FEW)
    few = costs()
    grow(groups, person, since=FEW, to=MANY)
    many = costs()
    dearer = {name: (few[name], many[name]) for name in few if many[name] > 2 * max(few[name], FLOOR)}
    assert not dearer
