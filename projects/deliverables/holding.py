"""What every write about a deliverable takes first: its group, then its row, then the right to do so, read afresh.

The group comes first, as everywhere: whoever ends a mandate holds it too, so that an approval and the end of the
mandate it rests on come one after the other, never together.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.versions import locked
from projects.access.enums import Permission
from projects.access.standing import read_standing
from projects.activity.services import record
from projects.deliverables.models import Deliverable, brought_before, seen_by
from projects.groups.models import WorkingGroup
from projects.groups.permissions import capacity_in
from projects.groups.services import held_group


def held(deliverable: Deliverable, *, by: User | None, permission: Permission, seen: str | None = None) -> Deliverable:
    """The row, kept until the transaction ends. `by` is None for the application itself."""
    group = held_group(WorkingGroup(pk=deliverable.group_id))
    row: Deliverable = locked(Deliverable.objects.select_related("current"), deliverable.pk, seen=seen)
    row.group = group
    check_may(by, row, permission)
    return row


def check_may(by: User | None, deliverable: Deliverable, permission: Permission) -> None:
    if by is None:
        return
    standing = read_standing(by)
    if not Deliverable.objects.filter(seen_by(standing) | brought_before(standing), pk=deliverable.pk).exists():
        raise Http404
    if not standing.may(permission, deliverable.group):
        raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))


def tell(
    deliverable: Deliverable,
    verb: str,
    *,
    by: User | None,
    permission: Permission,
    changes: dict[str, tuple[Any, Any]] | None = None,
    group: WorkingGroup | None = None,
) -> None:
    """Its story is that of the deliverable: versions, opinions and approvals are told there too."""
    record(
        actor=by,
        capacity=capacity_in(by, group or deliverable.group, permission),
        verb=verb,
        target=deliverable,
        group=deliverable.group,
        changes=changes,
    )
