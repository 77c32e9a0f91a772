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
from projects.groups.delegations.mail import tell_borrower_after_commit
from projects.groups.models import Delegation, Membership, WorkingGroup
from projects.groups.permissions import capacity_in, demand, may
from projects.groups.projection import project
from projects.groups.selectors import mandate_that_gives
from projects.groups.services import held_group


def lend(
    *,
    group: WorkingGroup,
    permission: str,
    borrower: User,
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
            borrower=borrower,
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
                "borrower": (None, str(borrower.pk)),
                "permission": (None, lent.value),
                "starts_on": (None, delegation.starts_on.isoformat()),
                "ends_on": (None, delegation.ends_on.isoformat()),
                "reason": (None, delegation.reason),
            },
        )
        project(group)
        tell_borrower_after_commit(delegation)
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
        if not is_running(row):
            raise Refused(_("Cette délégation est déjà terminée."), code="ended")
        row.revoked_at = timezone.now()
        row.save()
        _tell_end(row, by=by, changes={})
        project(group)
    return row


def cut_short(delegation: Delegation, last: date, *, by: User | None) -> None:
    """Because a mandate it rests on ends that day. The caller holds the group, and projects it."""
    if last < max(delegation.starts_on, today()):
        delegation.revoked_at = timezone.now()
        changes = {}
    else:
        changes = {"ends_on": (delegation.ends_on.isoformat(), last.isoformat())}
        delegation.ends_on = last
    delegation.save()
    _tell_end(delegation, by=by, changes=changes)


def may_take_back(person: User, delegation: Delegation) -> bool:
    return is_running(delegation) and (
        person.pk in {delegation.lender_id, delegation.borrower_id}
        or may(person, Permission.MANAGE_GROUP, delegation.group)
    )


def is_running(delegation: Delegation) -> bool:
    """It holds, or will: neither over nor taken back."""
    return delegation.revoked_at is None and delegation.ends_on >= today()


def not_a_borrower() -> ValidationError:
    sentence = _("On ne délègue qu’à un membre du groupe qui y siège à cette date, ni observateur ni invité.")
    return ValidationError({"borrower": sentence})


def _tell_end(delegation: Delegation, *, by: User | None, changes: dict[str, tuple[str, str]]) -> None:
    record(
        actor=by,
        capacity=capacity_in(by, delegation.group, Permission(delegation.permission)),
        verb="delegation.taken_back",
        target=delegation,
        group=delegation.group,
        changes=changes,
    )


def _check(delegation: Delegation) -> None:
    if delegation.starts_on < today():
        raise ValidationError({"starts_on": _("Une délégation ne vaut pas pour le passé.")})
    if delegation.ends_on < delegation.starts_on:
        raise ValidationError({"ends_on": _("Une délégation ne peut pas finir avant d’avoir commencé.")})
    if delegation.borrower_id == delegation.lender_id:
        raise ValidationError({"borrower": _("On ne délègue pas à soi-même.")})
    delegation.full_clean()
    sitting = Membership.objects.filter(group=delegation.group).in_force(delegation.starts_on)
    if not sitting.filter(person=delegation.lender).exists():
        raise ValidationError({"starts_on": _("Votre propre mandat ne court pas à cette date.")})
    if (
        not User.objects.filter(pk=delegation.borrower_id, is_active=True).exists()
        or not sitting.filter(person=delegation.borrower, role__in=MAY_BORROW).exists()
    ):
        raise not_a_borrower()
    same = Delegation.objects.filter(
        group=delegation.group,
        lender=delegation.lender,
        borrower=delegation.borrower,
        permission=delegation.permission,
        revoked_at=None,
    )
    if same.filter(starts_on__lte=delegation.ends_on, ends_on__gte=delegation.starts_on).exists():
        raise ValidationError({"permission": _("Vous lui avez déjà délégué cette permission à ces dates.")})
