"""What a person may do today: one reading of their grants, asked as many questions as one likes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
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


NOBODY = Standing()


def standing_of(person: User | AnonymousUser) -> Standing:
    """Asked once a request; outside of one, every time. Two queries, one more for an administrator."""
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
    for group, codename in _grants_of(person):
        granted.setdefault(group, set()).add(Permission(codename))
    roles = set()
    if person.is_delegate:
        roles.add(ContractRole.DELEGATE)
    if person.is_staff:
        roles.add(ContractRole.ADMINISTRATOR)
    if any(Permission.SIT_ON_BUREAU in permissions for permissions in granted.values()):
        roles.add(ContractRole.BUREAU)
    glass = EmergencyReading.objects.filter(person=person).open_at(timezone.now()) if person.is_staff else []
    return Standing(
        known=True,
        granted={group: frozenset(permissions) for group, permissions in granted.items()},
        contract_roles=frozenset(roles),
        behind_glass=frozenset(reading.group_id for reading in glass),
    )


def _grants_of(person: User) -> Iterable[tuple[UUID, str]]:
    """Whoever asks first on a new day brings the grants up to it: a scheduler that sleeps lets nobody in or out.

    Not from inside a transaction: it may hold a group that whoever crosses midnight at this moment is waiting for.
    It is answered by the mandates themselves, and crosses nothing.
    """
    day = today()
    if not ProjectedDay.objects.filter(day=day).exists():
        if _in_a_transaction():
            rights: Iterable[tuple[UUID, str]] = _projection().rights_of(person, day)
            return rights
        _projection().bring_up_to(day)
    rows: Any = Grant.objects.filter(user=person, permission__codename__in=Permission.values)
    granted: Iterable[tuple[UUID, str]] = rows.values_list("content_object_id", "permission__codename")
    return granted


def _in_a_transaction() -> bool:
    # The one that a test wraps around itself is none: Django's own durable transactions count this way.
    around = connection.atomic_blocks
    return bool(around) and not around[-1]._from_testcase  # type: ignore[attr-defined]  # noqa: SLF001


def _projection() -> Any:
    """Named in the settings: mandates are known above, and grants below."""
    return import_module(settings.ACCESS_PROJECTION)
