"""From mandates and delegations, which are the truth, to grants, which answer questions.

Grants stand for one day. Whatever changes a mandate projects its group again, in the same transaction and under the
group's lock; midnight is crossed by whoever asks first, or by the nightly job, whichever comes sooner.

Locks are taken in one order: the day, then groups by their keys. Who holds a group never waits for the day, which is
why nobody crosses midnight from inside a transaction.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import midnight, today
from filiere.requests import ask_again
from projects.access import grants
from projects.access.enums import Role
from projects.access.grants import Right
from projects.access.models import ProjectedDay
from projects.access.roles import MAY_BE_LENT, MAY_BORROW, permissions_of
from projects.groups.enums import GroupKind
from projects.groups.models import Delegation, Membership, WorkingGroup

DAY = timedelta(days=1)


class Differences(NamedTuple):
    superfluous: set[Right]
    missing: set[Right]


def rights_on(day: date, groups: Iterable[UUID] | None = None) -> set[Right]:
    """What mandates and delegations say of that day: for today's grants, and for « who could, on that date? »."""
    found, borrowers = _by_mandate(day, groups)
    lent: Any = Delegation.objects.in_force(day).filter(permission__in=MAY_BE_LENT)
    # Taken back, it no longer counts from that very day.
    lent = lent.filter(Q(revoked_at=None) | Q(revoked_at__gte=midnight(day + DAY)))
    if groups is not None:
        lent = lent.filter(group__in=groups)
    by_delegation = {
        (group, borrower, permission)
        for group, lender, borrower, permission in lent.values_list(
            "group_id", "lender_id", "borrower_id", "permission"
        )
        # One lends what one holds by mandate on that very day, and only to who still sits there.
        if (group, lender, permission) in found and (group, borrower) in borrowers
    }
    return found | by_delegation


def rights_of(person: User, day: date) -> list[tuple[UUID, str]]:
    """The same, of one person, straight from the mandates: no grant is read, nothing is locked."""
    groups = Membership.objects.in_force(day).filter(person=person).values_list("group_id", flat=True)
    return [(group, permission) for group, holder, permission in rights_on(day, set(groups)) if holder == person.pk]


def project(group: WorkingGroup) -> int:
    """Makes the grants of a group what its mandates say today. The caller holds the group's lock."""
    changed = grants.replace(rights_on(today(), [group.pk]), groups=[group.pk])
    ask_again()
    return changed


def differences(day: date) -> Differences:
    """Grants that no mandate explains, and rights that no grant carries."""
    stored, wanted = grants.stored(), rights_on(day)
    return Differences(superfluous=stored - wanted, missing=wanted - stored)


@transaction.atomic(durable=True)
def reconcile() -> int:
    """Rebuilds every grant from the mandates; returns how many rows were wrong."""
    day = today()
    _hold_day(day)
    _hold_every_group()
    changed = grants.replace(rights_on(day))
    ProjectedDay.objects.update(day=day)
    ask_again()
    return changed


@transaction.atomic(durable=True)
def bring_up_to(day: date) -> None:
    """Crosses midnight, once: of the groups where a mandate or a delegation begins or ends in between."""
    held = _hold_day(day)
    if held is not None and held.day == day:
        return
    # All of them, though few are touched: a mandate that somebody is giving at this moment must be seen, or see us.
    _hold_every_group()
    # A clock that was set back, like a database where nothing was projected yet, is no short way: everything again.
    touched = _touched_between(held.day, day) if held is not None and held.day < day else None
    grants.replace(rights_on(day, touched), groups=touched)
    ProjectedDay.objects.update(day=day)
    ask_again()


def _hold_day(day: date) -> ProjectedDay | None:
    """The row that those who cross midnight at once wait for; None where nothing was ever projected."""
    _row, created = ProjectedDay.objects.get_or_create(id=1, defaults={"day": day})
    held = ProjectedDay.objects.select_for_update().get(id=1)
    return None if created else held


def _hold_every_group() -> None:
    list(WorkingGroup.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _by_mandate(day: date, groups: Iterable[UUID] | None) -> tuple[set[Right], set[tuple[UUID, UUID]]]:
    # A role or a college that the code no longer knows opens nothing, and closes nothing for others.
    mandates: Any = Membership.objects.in_force(day).filter(role__in=Role.values, college__in=College.values)
    if groups is not None:
        mandates = mandates.filter(group__in=groups)
    rights: set[Right] = set()
    borrowers: set[tuple[UUID, UUID]] = set()
    after = midnight(day + DAY)
    rows = mandates.values_list("group_id", "person_id", "role", "college", "group__kind", "group__archived_at")
    for group, person, role, college, kind, archived_at in rows:
        given = permissions_of(
            Role(role),
            college=College(college),
            in_bureau=kind == GroupKind.BUREAU,
            archived=archived_at is not None and archived_at < after,
        )
        rights |= {(group, person, permission.value) for permission in given}
        if role in MAY_BORROW:
            borrowers.add((group, person))
    return rights, borrowers


def _touched_between(last: date, day: date) -> set[UUID]:
    """Begins: after the last day, up to this one. Ended: from the last day on, before this one."""
    crossed = Q(starts_on__gt=last, starts_on__lte=day) | Q(ends_on__gte=last, ends_on__lt=day)
    found: set[UUID] = set()
    for model in (Membership, Delegation):
        found |= set(model.objects.filter(crossed).values_list("group_id", flat=True))
    return found
