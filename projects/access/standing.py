"""What a person may do today: one reading of their grants, asked as many questions as one likes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet, UUIDField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.people.models import User
from filiere.days import today
from filiere.requests import once_a_request
from projects.access.enums import ContractRole, Permission
from projects.access.models import EmergencyReading, Grant, ProjectedDay
from projects.access.roles import BEHIND_GLASS, CONTRACT_ROLES, KEPT_IN_ARCHIVES

if TYPE_CHECKING:
    from projects.groups.models import WorkingGroup

Grants = Mapping[UUID, frozenset[Permission]]
# What is open where: a permission, or one of the two words below.
Row = tuple[Any, str]
_UP_TO_DATE: Row = (None, "up to date")
_BEHIND_GLASS = "behind glass"


@dataclass(frozen=True)
class Standing:
    """`granted`: group by group, what mandates and delegations open. `everywhere`: what a contract-wide role adds."""

    known: bool = False
    granted: Grants = field(default_factory=dict)
    contract_roles: frozenset[ContractRole] = frozenset()
    behind_glass: frozenset[UUID] = frozenset()

    @cached_property  # a page of groups asks a thousand times
    def everywhere(self) -> frozenset[Permission]:
        return frozenset().union(*(CONTRACT_ROLES[role] for role in self.contract_roles))

    @property
    def in_filiere(self) -> bool:
        """Whether what is open to the whole filière is open to this person."""
        return Permission.READ_FILIERE in self.everywhere or bool(self.groups(Permission.READ_FILIERE))

    def groups(self, permission: Permission) -> list[UUID]:
        """Where it is held by a mandate, a delegation or an emergency; `everywhere` comes on top."""
        found = {pk for pk, permissions in self.granted.items() if permission in permissions}
        if permission in BEHIND_GLASS:
            found |= self.behind_glass
        return sorted(found)

    def may(self, permission: Permission, group: "WorkingGroup") -> bool:
        if group.is_archived and permission not in KEPT_IN_ARCHIVES:
            return False
        return (
            permission in self.granted.get(group.pk, ())
            or permission in self.everywhere
            or (permission in BEHIND_GLASS and group.pk in self.behind_glass)
        )

    def all_in(self, group: "WorkingGroup") -> frozenset[Permission]:
        """Every permission for which `may` says yes there."""
        found = self.granted.get(group.pk, frozenset()) | self.everywhere
        if group.pk in self.behind_glass:
            found |= BEHIND_GLASS
        return found & KEPT_IN_ARCHIVES if group.is_archived else found


NOBODY = Standing()


def standing_of(person: User | AnonymousUser) -> Standing:
    """Asked once a request; outside of one, every time. One query."""
    if not isinstance(person, User):
        return NOBODY
    return once_a_request(("standing", person.pk), lambda: _standing(person))


def read_standing(person: User) -> Standing:
    """Afresh, the account included: what a service decides by, once it holds its locks."""
    now = User.objects.filter(pk=person.pk).only("is_active", "is_staff", "is_delegate").first()
    return _standing(now) if now else NOBODY


def _standing(person: User) -> Standing:
    if not person.is_active:
        return NOBODY
    granted: dict[UUID, set[Permission]] = {}
    glass: set[UUID] = set()
    for group, opened in _rows_of(person):
        if opened == _BEHIND_GLASS:
            glass.add(group)
        else:
            granted.setdefault(group, set()).add(Permission(opened))
    roles = set()
    if person.is_delegate:
        roles.add(ContractRole.DELEGATE)
    if person.is_staff:
        roles.add(ContractRole.ADMINISTRATOR)
    if any(Permission.SIT_ON_BUREAU in permissions for permissions in granted.values()):
        roles.add(ContractRole.BUREAU)
    return Standing(
        known=True,
        granted={group: frozenset(permissions) for group, permissions in granted.items()},
        contract_roles=frozenset(roles),
        behind_glass=frozenset(glass),
    )


def _rows_of(person: User) -> Iterable[Row]:
    """Whoever asks first on a new day brings the grants up to it: a scheduler that sleeps lets nobody in or out.

    Not from inside a transaction: it may hold a group that whoever crosses midnight at this moment is waiting for.
    It is answered by the mandates themselves, and crosses nothing.
    """
    day = today()
    rows = _read(person, day)
    if _UP_TO_DATE not in rows:
        if _in_a_transaction():
            return [*_projection().rights_of(person, day), *(row for row in rows if row[1] == _BEHIND_GLASS)]
        _projection().bring_up_to(day)
        rows = _read(person, day)
    return (row for row in rows if row != _UP_TO_DATE)


def _read(person: User, day: date) -> list[Row]:
    """The grants, whether they stand for that day, and what an administrator opened: one question, since every page
    asks it."""
    grants: Any = Grant.objects.filter(user=person, permission__codename__in=Permission.values)
    nowhere = Cast(Value(None), UUIDField())
    parts: list[QuerySet[Any, Any]] = [ProjectedDay.objects.filter(day=day).values_list(nowhere, Value(_UP_TO_DATE[1]))]
    if person.is_staff:
        open_now = EmergencyReading.objects.filter(person=person).open_at(timezone.now()).order_by()
        parts.append(open_now.values_list("group_id", Value(_BEHIND_GLASS)))
    return list(grants.values_list("content_object_id", "permission__codename").union(*parts, all=True))


def _in_a_transaction() -> bool:
    # The one that a test wraps around itself is none: Django's own durable transactions count this way.
    around = connection.atomic_blocks
    return bool(around) and not around[-1]._from_testcase  # type: ignore[attr-defined]  # noqa: SLF001


def _projection() -> Any:
    """Named in the settings: mandates are known above, and grants below."""
    return import_module(settings.ACCESS_PROJECTION)
