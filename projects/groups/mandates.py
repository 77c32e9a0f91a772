"""Writes about mandates. A mandate is never rewritten to mean something else: a change ends it and begins another."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.organisations.models import Organisation
from accounts.organisations.services import hold
from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_GIVE
from projects.access.standing import read_standing
from projects.activity.services import record
from projects.groups.models import Membership, WorkingGroup
from projects.groups.permissions import capacity_in, demand
from projects.groups.projection import project
from projects.groups.selectors import mandates_in_force
from projects.groups.services import held_group

DAY = timedelta(days=1)


def give_mandate(
    *,
    person: User,
    group: WorkingGroup,
    role: str,
    organisation: Organisation,
    by: User | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    substitute_for: Membership | None = None,
) -> Membership:
    """From today when no start is said."""
    with transaction.atomic():
        group = held_group(group)
        demand_role(by, role, group)
        _refuse_archived(group)
        organisation = hold(organisation.pk)
        mandate = Membership(
            person=person,
            group=group,
            role=role,
            organisation=organisation,
            college=organisation.college,
            starts_on=starts_on or today(),
            ends_on=ends_on,
            substitute_for=substitute_for,
        )
        _check(mandate)
        mandate.save(force_insert=True)
        _tell(mandate, "mandate.given", by=by, changes=_given(mandate))
        project(group)
    return mandate


def change_mandate(
    *,
    mandate: Membership,
    by: User | None,
    role: str | None = None,
    organisation: Organisation | None = None,
    from_day: date | None = None,
    seen: str | None = None,
) -> Membership:
    """Another role, or another organisation, from a day on (today): the mandate that was ends the day before."""
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        group, day = mandate.group, from_day or today()
        wanted = role or mandate.role
        demand_role(by, mandate.role, group)
        demand_role(by, wanted, group)
        _refuse_archived(group)
        _must_run_on(mandate, day)
        represented = hold((organisation or mandate.organisation).pk)
        if wanted == mandate.role and represented == mandate.organisation:
            return mandate
        before = _content(mandate)
        if mandate.starts_on == day:
            # Nothing of it has been: it is corrected rather than followed by another.
            following = mandate
            following.role, following.organisation, following.college = wanted, represented, represented.college
        else:
            following = Membership(
                person=mandate.person,
                group=group,
                role=wanted,
                organisation=represented,
                college=represented.college,
                starts_on=day,
                ends_on=mandate.ends_on,
                substitute_for=mandate.substitute_for,
            )
            mandate.ends_on = day - DAY
            mandate.save()
        _check(following)
        following.save()
        mandate.substitutes.filter(Q(ends_on=None) | Q(ends_on__gte=day)).update(substitute_for=following)
        after = _content(following)
        changes = {field: (before[field], after[field]) for field in after if before[field] != after[field]}
        _tell(following, "mandate.changed", by=by, changes=changes)
        project(group)
    return following


def end_mandate(*, mandate: Membership, by: User | None, on: date | None = None, seen: str | None = None) -> Membership:
    """`on` is its last day. Ending it now means yesterday was: the rights go at once, from this very day."""
    with transaction.atomic():
        mandate = _held(mandate, seen=seen)
        if by is None or by.pk != mandate.person_id:  # anybody may leave
            demand_role(by, mandate.role, mandate.group)
        last = on if on is not None else today() - DAY
        if mandate.ends_on is not None and mandate.ends_on < today():
            raise Refused(_("Ce mandat est déjà terminé."), code="ended")
        if last < today() - DAY:
            raise ValidationError({"ends_on": _("Un mandat ne peut pas être terminé dans le passé.")})
        before = mandate.ends_on
        _end(mandate, last)
        _tell(
            mandate,
            "mandate.ended",
            by=by,
            changes={"ends_on": (_written(before), _written(mandate.ends_on))},
        )
        project(mandate.group)
    return mandate


def end_mandates_of(person: User, *, by: User | None) -> int:
    """Everything a person holds, from now on: called when their account is anonymised."""
    with transaction.atomic():
        groups = WorkingGroup.objects.filter(mandates__person=person).distinct().order_by("pk")
        held = [held_group(group) for group in groups]
        ended = 0
        for group in held:
            mandates = Membership.objects.filter(person=person, group=group)
            for mandate in mandates.filter(Q(ends_on=None) | Q(ends_on__gte=today())).select_related("group"):
                before = mandate.ends_on
                _end(mandate, today() - DAY)
                changes = {"ends_on": (_written(before), _written(mandate.ends_on))}
                _tell(mandate, "mandate.ended", by=by, changes=changes)
                ended += 1
            project(group)
    return ended


def roles_that(person: User | None, group: WorkingGroup) -> frozenset[Role]:
    """Those that this person may give in this group, change and end."""
    if person is None:
        return frozenset(Role)
    standing = read_standing(person)
    if standing.may(Permission.MANAGE_GROUP, group):
        return frozenset(Role)
    if not standing.may(Permission.INVITE, group):
        return frozenset()
    held = mandates_in_force(person).filter(group=group).values_list("role", flat=True)
    return frozenset().union(*(MAY_GIVE.get(Role(role), frozenset()) for role in held))


def demand_role(by: User | None, role: str, group: WorkingGroup) -> None:
    if role not in Role.values:
        raise ValidationError({"role": _("Ce rôle n’existe pas.")})
    if by is None:
        return
    if not (may_give := roles_that(by, group)):
        demand(by, Permission.INVITE, group)
    if role not in may_give:
        raise PermissionDenied(
            _("Votre rôle ne vous permet pas de confier ni de retirer le rôle «\u00a0%(role)s\u00a0».")
            % {"role": Role(role).label}
        )


def _held(mandate: Membership, *, seen: str | None) -> Membership:
    """The group first, then the mandate: everybody takes them in this order."""
    group = held_group(mandate.group)
    row: Membership = Membership.objects.select_related("person", "organisation").get(pk=mandate.pk)
    if seen is not None and seen != version_of(row):
        raise Stale(row)
    row.group = group
    return row


def _refuse_archived(group: WorkingGroup) -> None:
    if group.is_archived:
        raise Refused(_("Ce groupe est archivé\u00a0: rouvrez-le pour y confier un mandat."), code="archived")


def _must_run_on(mandate: Membership, day: date) -> None:
    if mandate.ends_on is not None and mandate.ends_on < max(day, today()):
        raise Refused(_("Ce mandat est déjà terminé."), code="ended")
    if day < mandate.starts_on:
        raise ValidationError({"from_day": _("Le changement ne peut pas précéder le début du mandat.")})


def _check(mandate: Membership) -> None:
    if not mandate.person.is_active:
        raise ValidationError({"person": _("Le compte de cette personne est fermé.")})
    mandate.full_clean()
    if mandate.role == Role.GUEST and mandate.ends_on is None:
        raise ValidationError({"ends_on": _("L’accès d’un invité a toujours une fin\u00a0: indiquez-la.")})
    _check_substitute(mandate)
    others = Membership.objects.filter(
        person=mandate.person, group=mandate.group, organisation=mandate.organisation
    ).exclude(pk=mandate.pk)
    if mandate.ends_on is not None:
        others = others.filter(starts_on__lte=mandate.ends_on)
    if others.filter(Q(ends_on=None) | Q(ends_on__gte=mandate.starts_on)).exists():
        raise ValidationError(
            {
                "person": ValidationError(
                    _("Cette personne a déjà, à ces dates, un mandat dans ce groupe pour cette organisation."),
                    code="overlap",
                )
            }
        )


def _check_substitute(mandate: Membership) -> None:
    holder = mandate.substitute_for
    if holder is None:
        return
    if holder.group_id != mandate.group_id:
        raise ValidationError({"substitute_for": _("On n’est suppléant que d’un membre du même groupe.")})
    if holder.person_id == mandate.person_id:
        raise ValidationError({"substitute_for": _("Nul n’est son propre suppléant.")})
    if holder.substitute_for_id is not None:
        raise ValidationError({"substitute_for": _("Un suppléant n’a pas lui-même de suppléant.")})


def _end(mandate: Membership, last: date) -> None:
    if last >= mandate.starts_on:
        mandate.ends_on = last
    else:
        # It never ran: its only trace is the first day it was given for, and the journal.
        mandate.starts_on = mandate.ends_on = last
    mandate.save()


def _tell(mandate: Membership, verb: str, *, by: User | None, changes: dict[str, Any]) -> None:
    record(
        actor=by,
        capacity="" if by == mandate.person else capacity_in(by, mandate.group, Permission.INVITE),
        verb=verb,
        target=mandate,
        group=mandate.group,
        changes=changes,
    )


def _given(mandate: Membership) -> dict[str, tuple[None, str]]:
    return {field: (None, value) for field, value in _content(mandate).items() if value}


def _content(mandate: Membership) -> dict[str, str]:
    """Words rather than keys: this is read years later, by people."""
    return {
        "role": str(mandate.role),
        "group": mandate.group.slug,
        "organisation": str(mandate.organisation),
        "college": str(mandate.college),
        "starts_on": _written(mandate.starts_on),
        "ends_on": _written(mandate.ends_on),
        "substitute_for": str(mandate.substitute_for_id or ""),
    }


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""
