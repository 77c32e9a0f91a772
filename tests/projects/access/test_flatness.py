"""What one may see costs what one sees: the same work among 1,000 rows and among 100,000, counted and not timed.

SQLite counts the instructions of its machine; PostgreSQL tells in its plan the rows it met. Groups are of one size and
more of them come, as they do in life.
"""

import json
from datetime import date

import pytest
from django.db import connection

from accounts.organisations.enums import College
from projects.access.enums import Role
from projects.models import WorkingGroup
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.projects.access.papers import papers

pytestmark = pytest.mark.django_db

IN_A_GROUP, SMALL, LARGE = 100, 1_000, 100_000
PAGE = 50
MOSTLY_CLOSED = ["groupe"] * 10
PARTLY_OPEN = ["public", "filiere", "college", "restreint", *["groupe"] * 6]


def work(rows):
    """How much a list of these rows costs the database."""
    if connection.vendor == "sqlite":
        return _instructions(rows)
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    return _rows_met((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def _instructions(rows):
    counted = 0

    def count():
        nonlocal counted
        counted += 10
        return 0

    connection.connection.set_progress_handler(count, 10)
    try:
        list(rows)
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted


def _rows_met(node):
    here = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return here * node["Actual Loops"] + sum(_rows_met(each) for each in node.get("Plans", []))


def grow(paper, groups, levels, *, since, to):
    paper.objects.bulk_create(
        (
            paper(
                group=groups[number // IN_A_GROUP],
                confidentiality=levels[number // 7 % len(levels)],
                college=College.INDUSTRY if levels[number // 7 % len(levels)] == "college" else "",
                date=date.fromordinal(735_000 + number * 7919 % 4000),
                validated=number % 3 == 0,
            )
            for number in range(since, to)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture
def paper():
    with papers() as model:
        yield model


@pytest.fixture
def groups():
    contract = ContractFactory()
    return WorkingGroup.objects.bulk_create(
        WorkingGroup(contract=contract, slug=f"g-{n}", name=f"G {n}", alphabetical=f"g {n:04}")
        for n in range(LARGE // IN_A_GROUP)
    )


@pytest.mark.parametrize("levels", [MOSTLY_CLOSED, PARTLY_OPEN], ids=["mostly closed", "partly open"])
def test_lists_cost_the_same_among_a_thousand_rows_and_among_a_hundred_thousand(paper, groups, levels):
    readers = {
        "member": seat(Role.MEMBER, groups[0]),
        "observer": seat(Role.OBSERVER, groups[0]),
        "guest": seat(Role.GUEST, groups[0]),
        "delegate": UserFactory(is_delegate=True),
        "without a mandate": UserFactory(),
    }

    def costs():
        found = {}
        for name, person in readers.items():
            rows = paper.objects.visible_to(person).order_by("-date", "-id")
            found[name, "everywhere"] = work(rows[:PAGE])
            if name != "without a mandate":
                found[name, "in the group"] = work(rows.filter(group=groups[0])[:PAGE])
        return found

    grow(paper, groups, levels, since=0, to=SMALL)
    small = costs()
    grow(paper, groups, levels, since=SMALL, to=LARGE)
    large = costs()
    # A hundred times the rows; a plan that reads them all would show. A page of fifty is never free.
    floor = PAGE * (40 if connection.vendor == "sqlite" else 10)
    dearer = {key: (small[key], large[key]) for key in small if large[key] > 2 * max(small[key], floor)}
    assert not dearer
