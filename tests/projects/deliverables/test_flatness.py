"""Lists of deliverables cost what one sees of them: the same among a thousand and among fifty thousand, counted."""

from datetime import date

import pytest
from django.db import connection

from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState
from projects.groups.enums import GroupKind
from projects.models import Deliverable, WorkingGroup
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.factories.deliverables import DeliverableFactory, a_version
from tests.factories.groups import WorkingGroupFactory
from tests.projects.access.test_flatness import work

pytestmark = pytest.mark.django_db

IN_A_GROUP, SMALL, LARGE = 50, 1_000, 50_000
PAGE = 50
# Open to all, a list is full at once; closed, what a reader does not see is what would cost.
LEVELS = [*["groupe"] * 97, "college", "restreint", "restreint"]
STATES = [ApprovalState.APPROVED, ApprovalState.VALIDATED, *[ApprovalState.DRAFT] * 5]


def grow(groups, version, *, since, to):
    rows = []
    for number in range(since, to):
        level, state = LEVELS[number // 7 % len(LEVELS)], STATES[number // 3 % len(STATES)]
        due = date.fromordinal(735_000 + number * 7919 % 4000)
        rows.append(
            Deliverable(
                group=groups[number // IN_A_GROUP],
                title=f"Livrable {number}",
                confidentiality=level,
                college="industrie" if level == "college" else "",
                due_end=due,
                due_order=due,
                approval_state=state,
                current=version,
                validated=version if state != ApprovalState.DRAFT else None,
                # Positions are rare, whatever the size of the contract.
                needs_bureau=number % 1_000 == 0 and level in {"public", "filiere", "groupe"},
            )
        )
    Deliverable.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_lists_cost_the_same_among_a_thousand_deliverables_and_among_fifty_thousand():
    contract = ContractFactory()
    groups = WorkingGroup.objects.bulk_create(
        WorkingGroup(contract=contract, slug=f"g-{n}", name=f"G {n}", alphabetical=f"g {n:04}")
        for n in range(LARGE // IN_A_GROUP)
    )
    version = a_version(DeliverableFactory(), author=None)
    readers = {
        "member": seat(Role.MEMBER, groups[0]),
        "observer": seat(Role.OBSERVER, groups[0]),
        "guest": seat(Role.GUEST, groups[0]),
        "delegate": UserFactory(is_delegate=True),
        "of the Bureau": seat(Role.MEMBER, WorkingGroupFactory(kind=GroupKind.BUREAU)),
        "without a mandate": UserFactory(),
    }

    def costs():
        found = {}
        for name, person in readers.items():
            rows = Deliverable.objects.visible_to(person).order_by("due_order", "id")
            found[name, "everywhere"] = work(rows[:PAGE])
            if name not in {"without a mandate", "of the Bureau"}:
                found[name, "in the group"] = work(rows.filter(group=groups[0])[:PAGE])
        return found

    grow(groups, version, since=0, to=SMALL)
    small = costs()
    grow(groups, version, since=SMALL, to=LARGE)
    large = costs()
    # Fifty times the rows; a plan that reads them all would show. A page of fifty is never free.
    floor = PAGE * (60 if connection.vendor == "sqlite" else 10)
    dearer = {key: (small[key], large[key]) for key in small if large[key] > 2 * max(small[key], floor)}
    assert not dearer
