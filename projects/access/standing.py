"""What a person may do today: one reading of their grants, asked as many questions as one likes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.module_loading import import_string

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

    @property
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
    if not isinstance(person, User) or not person.is_active:
        return NOBODY
    return once_a_request(("standing", person.pk), lambda: read_standing(person))


def read_standing(person: User) -> Standing:
    """Afresh: what a service decides by, once it holds its locks."""
    if not person.is_active:
        return NOBODY
    keep_up_with_the_calendar()
    granted: dict[UUID, set[Permission]] = {}
    rows: Any = Grant.objects.filter(user=person).values_list("content_object_id", "permission__codename")
    for group, codename in rows:
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


def keep_up_with_the_calendar() -> None:
    """Whoever asks first on a new day brings the grants up to it: a scheduler that sleeps lets nobody in or out."""
    day = today()
    if not ProjectedDay.objects.filter(day=day).exists():
        _bring_up_to()(day)


@cache
def _bring_up_to() -> Any:
    """Named in the settings: mandates are known above, and grants below."""
    return import_string(settings.ACCESS_PROJECTION)
