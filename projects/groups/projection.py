"""From mandates and delegations, which are the truth, to grants, which answer questions.

Grants stand for one day. Whatever changes a mandate projects its group again, in the same transaction and under the
group's lock; midnight is crossed by whoever asks first, or by the nightly job, whichever comes sooner.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.organisations.enums import College
from filiere.days import today
from filiere.requests import ask_again
from projects.access import grants
from projects.access.enums import Permission, Role
from projects.access.grants import Right
from projects.access.models import ProjectedDay
from projects.access.roles import MAY_BE_LENT, MAY_BORROW, permissions_of
from projects.groups.enums import GroupKind
from projects.groups.models import Delegation, Membership, WorkingGroup


def rights_on(day: date, groups: Iterable[UUID] | None = None) -> set[Right]:
    """What mandates and delegations say of that day: for today's grants, and for « who could, on that date? »."""
    found, borrowers = _by_mandate(day, groups)
    lent: Any = Delegation.objects.in_force(day).filter(revoked_at=None)
    if groups is not None:
        lent = lent.filter(group__in=groups)
    by_delegation = {
        (group, borrower, Permission(permission))
        for group, lender, borrower, permission in lent.values_list(
            "group_id", "lender_id", "borrower_id", "permission"
        )
        # One lends what one holds by mandate on that very day, and only to who still sits there.
        if (group, lender, Permission(permission)) in found
        and permission in MAY_BE_LENT
        and (group, borrower) in borrowers
    }
    return found | by_delegation


def project(group: WorkingGroup) -> int:
    """Makes the grants of a group what its mandates say today. The caller holds the group's lock."""
    changed = grants.replace(grants.stored([group.pk]), rights_on(today(), [group.pk]))
    ask_again()
    return changed


def differences(day: date) -> tuple[set[Right], set[Right]]:
    """Grants that no mandate explains, and rights that no grant carries."""
    stored, wanted = grants.stored(), rights_on(day)
    return stored - wanted, wanted - stored


@transaction.atomic
def reconcile() -> int:
    """Rebuilds every grant from the mandates; returns how many rows were wrong."""
    day = today()
    _hold_day(day)
    list(WorkingGroup.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    changed = grants.replace(grants.stored(), rights_on(day))
    ProjectedDay.objects.update(day=day)
    ask_again()
    return changed


@transaction.atomic
def bring_up_to(day: date) -> None:
    """Crosses midnight, once: of the groups where a mandate or a delegation begins or ends in between."""
    held = _hold_day(day)
    if held is not None and held.day == day:
        return
    groups = WorkingGroup.objects.order_by("pk").select_for_update(no_key=True)
    if held is not None and held.day < day:
        groups = groups.filter(pk__in=_touched_between(held.day, day))
    touched = list(groups.values_list("pk", flat=True))
    grants.replace(grants.stored(touched), rights_on(day, touched))
    ProjectedDay.objects.update_or_create(id=1, defaults={"day": day})
    ask_again()


def _hold_day(day: date) -> ProjectedDay | None:
    """The row that those who cross midnight at once wait for; None where nothing was ever projected."""
    _row, created = ProjectedDay.objects.get_or_create(id=1, defaults={"day": day})
    held = ProjectedDay.objects.select_for_update().get(id=1)
    return None if created else held


def _by_mandate(day: date, groups: Iterable[UUID] | None) -> tuple[set[Right], set[tuple[UUID, UUID]]]:
    mandates: Any = Membership.objects.in_force(day)
    if groups is not None:
        mandates = mandates.filter(group__in=groups)
    rights: set[Right] = set()
    borrowers: set[tuple[UUID, UUID]] = set()
    rows = mandates.values_list("group_id", "person_id", "role", "college", "group__kind", "group__archived_at")
    for group, person, role, college, kind, archived_at in rows:
        given = permissions_of(
            Role(role),
            college=College(college),
            in_bureau=kind == GroupKind.BUREAU,
            archived=archived_at is not None,
        )
        rights |= {(group, person, permission) for permission in given}
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


def by_group(rights: Iterable[Right]) -> dict[UUID, list[tuple[UUID, Permission]]]:
    sorted_out = defaultdict(list)
    for group, person, permission in sorted(rights):
        sorted_out[group].append((person, permission))
    return dict(sorted_out)
