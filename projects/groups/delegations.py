"""Writes about delegations: lent in writing, between two days, seen by the group, taken back at any time."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission
from projects.access.roles import MAY_BE_LENT, MAY_BORROW
from projects.activity.services import record
from projects.groups.models import Delegation, Membership, WorkingGroup
from projects.groups.permissions import capacity_in, demand, may
from projects.groups.projection import project
from projects.groups.selectors import mandate_that_gives
from projects.groups.services import held_group


def lend(
    *,
    group: WorkingGroup,
    permission: str,
    to: User,
    ends_on: date,
    by: User,
    starts_on: date | None = None,
    reason: str = "",
) -> Delegation:
    with transaction.atomic():
        group = held_group(group)
        demand(by, Permission.LEND, group)
        if permission not in MAY_BE_LENT:
            raise ValidationError({"permission": _("Cette permission ne se délègue pas.")})
        lent = Permission(permission)
        # A borrowed permission is not lent further: whoever lends it answers for it by their own mandate.
        if mandate_that_gives(by, lent, group) is None:
            raise PermissionDenied(_("On ne délègue que ce que l’on tient de son propre mandat."))
        delegation = Delegation(
            group=group,
            lender=by,
            borrower=to,
            permission=lent,
            starts_on=starts_on or today(),
            ends_on=ends_on,
            reason=one_line("reason", reason),
        )
        _check(delegation)
        delegation.save(force_insert=True)
        record(
            actor=by,
            capacity=capacity_in(by, group, lent),
            verb="delegation.given",
            target=delegation,
            group=group,
            changes={
                "borrower": (None, str(to.pk)),
                "permission": (None, lent.value),
                "starts_on": (None, delegation.starts_on.isoformat()),
                "ends_on": (None, delegation.ends_on.isoformat()),
                "reason": (None, delegation.reason),
            },
        )
        project(group)
    return delegation


def take_back(*, delegation: Delegation, by: User | None, seen: str | None = None) -> Delegation:
    """By who lent it, by who holds it, or by who manages the group: at once."""
    with transaction.atomic():
        group = held_group(delegation.group)
        row: Delegation = Delegation.objects.select_related("lender", "borrower").get(pk=delegation.pk)
        row.group = group
        if seen is not None and seen != version_of(row):
            raise Stale(row)
        if by is not None and by.pk not in {row.lender_id, row.borrower_id}:
            demand(by, Permission.MANAGE_GROUP, group)
        if row.revoked_at is not None or row.ends_on < today():
            raise Refused(_("Cette délégation est déjà terminée."), code="ended")
        row.revoked_at = timezone.now()
        row.save()
        record(
            actor=by,
            capacity=capacity_in(by, group, Permission(row.permission)),
            verb="delegation.taken_back",
            target=row,
            group=group,
        )
        project(group)
    return row


def may_take_back(person: User, delegation: Delegation) -> bool:
    if delegation.revoked_at is not None or delegation.ends_on < today():
        return False
    return person.pk in {delegation.lender_id, delegation.borrower_id} or may(
        person, Permission.MANAGE_GROUP, delegation.group
    )


def _check(delegation: Delegation) -> None:
    delegation.full_clean()
    if delegation.ends_on < today():
        raise ValidationError({"ends_on": _("Une délégation ne peut pas finir dans le passé.")})
    sits = Membership.objects.filter(person=delegation.borrower, group=delegation.group, role__in=MAY_BORROW).in_force(
        max(delegation.starts_on, today())
    )
    if not delegation.borrower.is_active or not sits.exists():
        raise ValidationError(
            {"to": _("On ne délègue qu’à un membre du groupe qui y siège à cette date, ni observateur ni invité.")}
        )
