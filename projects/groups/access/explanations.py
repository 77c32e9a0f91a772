"""« Pourquoi X voit-il ceci ? », and « who could see or approve this on that day? »: yes or no, and by what.

Mandates, delegations and emergency readings carry their dates; contract-wide roles and accounts do not, and the journal
says when they changed. What the answer rests on is what decides: `rights_on`, and the table of roles.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import midnight
from filiere.web.french import date_fr, datetime_fr
from projects.access.enums import ContractRole, Permission, Role
from projects.access.models import EmergencyReading
from projects.access.roles import BEHIND_GLASS, COLLEGES, CONTRACT_ROLES, KEPT_IN_ARCHIVES, ROLES
from projects.activity.models import Event
from projects.groups.enums import GroupKind
from projects.groups.models import Delegation, Membership, WorkingGroup
from projects.groups.projection import DAY, rights_on

FLAGS = ("is_active", "is_staff", "is_delegate")


@dataclass(frozen=True)
class Answer:
    """About one permission: by what it is held; nothing, and it is not."""

    permission: Permission
    reasons: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True)
class Holders:
    """About one permission: who holds it in the group, and which contract-wide roles hold it everywhere."""

    permission: Permission
    people: tuple[User, ...]
    roles: tuple[str, ...]


def explain(person: User, group: WorkingGroup, day: date) -> list[Answer]:
    """Every permission in the order of the table."""
    flags = flags_on([person], day)[person.pk]
    reasons: dict[str, list[str]] = defaultdict(list)
    if flags["is_active"]:
        # Sitting on a Bureau opens a little of every group.
        rooms = WorkingGroup.objects.filter(Q(pk=group.pk) | Q(kind=GroupKind.BUREAU))
        held = rights_on(day, rooms.values_list("pk", flat=True))
        own = {permission for where, holder, permission in held if (where, holder) == (group.pk, person.pk)}
        _by_mandates(person, group, day, own, reasons)
        _by_delegations(person, group, day, own, reasons)
        on_bureau = any(holder == person.pk and right == Permission.SIT_ON_BUREAU for _group, holder, right in held)
        _by_contract_roles(group, day, _contract_roles(flags, on_bureau=on_bureau), reasons)
        if flags["is_staff"]:
            _by_emergencies(person, group, day, reasons)
    return [Answer(permission, tuple(reasons[permission])) for permission in Permission]


def holders_on(group: WorkingGroup, day: date) -> list[Holders]:
    """Who could, on that day: accounts that were closed then left out."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for _group, person, permission in rights_on(day, [group.pk]):
        found[permission].add(person)
    people = {person.pk: person for person in User.objects.filter(pk__in=set().union(*found.values()))}
    open_then = {pk for pk, flags in flags_on(people.values(), day).items() if flags["is_active"]}
    archived = _archived_on(group, day)
    return [
        Holders(
            permission,
            tuple(person for pk, person in people.items() if pk in found[permission] and pk in open_then),
            tuple(
                str(role.label)
                for role, opened in CONTRACT_ROLES.items()
                if permission in opened and (not archived or permission in KEPT_IN_ARCHIVES)
            ),
        )
        for permission in Permission
    ]


def ever_in(group: WorkingGroup) -> "QuerySet[User]":
    """Whoever has, had or will have a mandate there."""
    mandates = Membership.objects.filter(group=group).values("person")
    return User.objects.filter(pk__in=mandates)


def flags_on(people: Iterable[User], day: date) -> dict[UUID, dict[str, bool]]:
    """What accounts were on that day: what the next change found, or what they are now when nothing changed since."""
    people = list(people)
    after = midnight(day + DAY)
    found = {person.pk: {flag: bool(getattr(person, flag)) for flag in FLAGS} for person in people}
    for person in people:
        if person.anonymised_at and person.anonymised_at >= after:
            found[person.pk]["is_active"] = True  # what the journal does not tell of that act
    if after > timezone.now():
        return found
    touched = Q(*(("changes__has_key", flag) for flag in FLAGS), _connector=Q.OR)
    later = Event.objects.filter(
        touched, object_type="accounts.user", object_id__in=[str(pk) for pk in found], at__gte=after
    )
    for pk, changes in later.order_by("-id").values_list("object_id", "changes"):
        found[UUID(pk)] |= {flag: bool(changes[flag][0]) for flag in FLAGS if flag in changes}
    for person in people:
        if person.date_joined >= after:
            found[person.pk]["is_active"] = False
    return found


def _by_mandates(person: User, group: WorkingGroup, day: date, own: set[str], reasons: dict[str, list[str]]) -> None:
    mandates: Any = Membership.objects.filter(person=person, group=group).in_force(day)
    for mandate in mandates.filter(role__in=Role.values).select_related("organisation").order_by("starts_on", "pk"):
        college = College(mandate.college)
        said = _("mandat\u00a0: %(role)s, %(organisation)s") % {
            "role": mandate.get_role_display().lower(),
            "organisation": mandate.organisation,
        }
        of_role = ROLES[Role(mandate.role)]
        for permission in own:
            if permission in of_role:
                reasons[permission].append(said)
            elif permission == COLLEGES[college]:
                reasons[permission].append(
                    _("%(mandate)s, du collège %(college)s") % {"mandate": said, "college": college.label}
                )
            elif permission == Permission.SIT_ON_BUREAU:
                reasons[permission].append(_("%(mandate)s, dans un Bureau") % {"mandate": said})


def _by_delegations(person: User, group: WorkingGroup, day: date, own: set[str], reasons: dict[str, list[str]]) -> None:
    lent: Any = Delegation.objects.filter(borrower=person, group=group, permission__in=own).in_force(day)
    still = lent.filter(Q(revoked_at=None) | Q(revoked_at__gte=midnight(day + DAY)))
    for delegation in still.select_related("lender").order_by("starts_on", "pk"):
        reasons[delegation.permission].append(
            _("délégation de %(lender)s, jusqu’au %(until)s")
            % {"lender": delegation.lender, "until": date_fr(delegation.ends_on)}
        )


def _by_contract_roles(
    group: WorkingGroup, day: date, roles: Iterable[ContractRole], reasons: dict[str, list[str]]
) -> None:
    archived = _archived_on(group, day)
    for role in roles:
        for permission in CONTRACT_ROLES[role]:
            if not archived or permission in KEPT_IN_ARCHIVES:
                reasons[permission].append(_("rôle sur tout le contrat\u00a0: %(role)s") % {"role": role.label.lower()})


def _by_emergencies(person: User, group: WorkingGroup, day: date, reasons: dict[str, list[str]]) -> None:
    readings = EmergencyReading.objects.filter(
        person=person, group=group, opened_at__lt=midnight(day + DAY), closes_at__gt=midnight(day)
    )
    for reading in readings.order_by("opened_at"):
        for permission in BEHIND_GLASS:
            reasons[permission].append(
                _("lecture d’urgence, du %(since)s au %(until)s")
                % {"since": datetime_fr(reading.opened_at), "until": datetime_fr(reading.closes_at)}
            )


def _contract_roles(flags: dict[str, bool], *, on_bureau: bool) -> list[ContractRole]:
    held = {
        ContractRole.DELEGATE: flags["is_delegate"],
        ContractRole.BUREAU: on_bureau,
        ContractRole.ADMINISTRATOR: flags["is_staff"],
    }
    return [role for role, yes in held.items() if yes]


def _archived_on(group: WorkingGroup, day: date) -> bool:
    return group.archived_at is not None and group.archived_at < midnight(day + DAY)
