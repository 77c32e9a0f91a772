"""What is demanded of a mandate, and of who gives it."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.requests import once_a_request
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_GIVE
from projects.access.standing import Standing, read_standing, standing_of
from projects.groups.models import Membership, WorkingGroup
from projects.groups.permissions import demand
from projects.groups.selectors import mandates_in_force


def roles_that(person: User | None, group: WorkingGroup) -> frozenset[Role]:
    """Those that this person may give in this group, change and end. Afresh: what services decide by."""
    return frozenset(Role) if person is None else _given_by(person, read_standing(person), group)


def roles_offered_to(person: User, group: WorkingGroup) -> frozenset[Role]:
    """The same, asked once a request: what pages show."""
    return once_a_request(("roles offered", person.pk, group.pk), lambda: _given_by(person, standing_of(person), group))


def _given_by(person: User, standing: Standing, group: WorkingGroup) -> frozenset[Role]:
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


def refuse_oneself(by: User | None, person: User) -> None:
    """Otherwise whoever administers would read, unseen, what only a mandate opens."""
    if by is not None and by.pk == person.pk:
        raise PermissionDenied(
            _("Nul ne se confie ni ne change son propre mandat\u00a0: demandez-le à un autre responsable.")
        )


def refuse_archived(group: WorkingGroup) -> None:
    if group.is_archived:
        raise Refused(_("Ce groupe est archivé\u00a0: rouvrez-le pour y confier un mandat."), code="archived")


def refuse_ended(mandate: Membership) -> None:
    if mandate.withdrawn_at is not None:
        raise Refused(_("Ce mandat a été retiré."), code="withdrawn")
    if mandate.ends_on is not None and mandate.ends_on < today():
        raise Refused(_("Ce mandat est déjà terminé."), code="ended")


def check(mandate: Membership) -> None:
    if not mandate.person.is_active:
        raise ValidationError({"person": _("Le compte de cette personne est fermé.")})
    if mandate.ends_on is not None and mandate.ends_on < mandate.starts_on:
        raise ValidationError({"ends_on": _("Un mandat ne peut pas finir avant d’avoir commencé.")})
    mandate.full_clean()
    if mandate.role == Role.GUEST and mandate.ends_on is None:
        raise ValidationError({"ends_on": _("L’accès d’un invité a toujours une fin\u00a0: indiquez-la.")})
    _check_substitute(mandate)
    _check_alone(mandate)


def check_holder(mandate: Membership) -> None:
    """On the day it is given: a substitute stays one, in the records, of somebody whose own mandate has ended."""
    holder = mandate.substitute_for
    if holder is not None and not _covers(holder, max(mandate.starts_on, today())):
        raise ValidationError({"substitute_for": _("Ce titulaire n’a pas de mandat à cette date.")})


def _covers(mandate: Membership, day: date) -> bool:
    return Membership.objects.filter(pk=mandate.pk).in_force(day).exists()


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


def _check_alone(mandate: Membership) -> None:
    others = Membership.objects.filter(
        person=mandate.person, group=mandate.group, organisation=mandate.organisation, withdrawn_at=None
    ).exclude(pk=mandate.pk)
    if mandate.ends_on is not None:
        others = others.filter(starts_on__lte=mandate.ends_on)
    if others.filter(Q(ends_on=None) | Q(ends_on__gte=mandate.starts_on)).exists():
        sentence = _("Cette personne a déjà, à ces dates, un mandat dans ce groupe pour cette organisation.")
        raise ValidationError({"person": ValidationError(sentence, code="overlap")})


def may_change(by: User, mandate: Membership) -> bool:
    """For pages, which then offer it; services ask again under their locks."""
    return (
        not is_over(mandate)
        and not mandate.group.is_archived
        and by.pk != mandate.person_id
        and mandate.role in roles_offered_to(by, mandate.group)
    )


def may_end(by: User, mandate: Membership) -> bool:
    return not is_over(mandate) and (by.pk == mandate.person_id or mandate.role in roles_offered_to(by, mandate.group))


def is_over(mandate: Membership) -> bool:
    return mandate.withdrawn_at is not None or (mandate.ends_on is not None and mandate.ends_on < today())
