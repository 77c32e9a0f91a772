"""A whole room, for tests of who may do what: one person of every kind, with what the table of roles promises them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.organisations.enums import College
from filiere.days import today
from projects.access.enums import ContractRole, Permission, Role
from projects.access.roles import CONTRACT_ROLES, KEPT_IN_ARCHIVES, ROLES, SPEAKING
from projects.groups.enums import GroupKind
from projects.groups.projection import project
from projects.models import WorkingGroup
from tests.factories.accounts import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory

YEAR, DAY = timedelta(days=365), timedelta(days=1)
LENT = (Permission.APPROVE, Permission.HOLD_MEETINGS, Permission.READ_RESTRICTED, Permission.EDIT_GROUP)


def seat(role: str, group: WorkingGroup, *, college: str = College.INDUSTRY, **fields: Any) -> User:
    """A person who sits there for an organisation of that college; a guest until next year."""
    if role == Role.GUEST:
        fields.setdefault("ends_on", today() + YEAR)
    return MembershipFactory(group=group, role=role, organisation=OrganisationFactory(college=college), **fields).person


def promised(role: str) -> frozenset[Permission]:
    """By a mandate of the industry's."""
    return ROLES[Role(role)] | ({Permission.READ_COLLEGE_INDUSTRY} if role in SPEAKING else frozenset())


@dataclass(frozen=True)
class Actor:
    """A person, and by the slug of each group what they hold in it by themselves; `wide` holds in every group."""

    person: User
    rights: Mapping[str, frozenset[Permission]] = field(default_factory=dict)
    wide: frozenset[ContractRole] = frozenset()

    def holds(self, permission: Permission, group: WorkingGroup) -> bool:
        if not self.person.is_active:
            return False
        everywhere = frozenset().union(*(CONTRACT_ROLES[role] for role in self.wide))
        held = self.rights.get(group.slug, frozenset()) | everywhere
        return permission in (held & KEPT_IN_ARCHIVES if group.is_archived else held)

    @property
    def in_filiere(self) -> bool:
        held = [*self.rights.values(), *(CONTRACT_ROLES[role] for role in self.wide)]
        return self.person.is_active and any(Permission.READ_FILIERE in permissions for permissions in held)


@dataclass(frozen=True)
class Room:
    group: WorkingGroup
    archived: WorkingGroup
    actors: Mapping[str, Actor]


def furnished() -> Room:
    """Everybody is looked at from one group and from one that is archived; some sit beside them, or no longer."""
    day = today()
    group, other, archived = (WorkingGroupFactory(slug=slug) for slug in ("salle", "voisine", "archives"))
    actors: dict[str, Actor] = {}
    for role in Role:
        here = promised(role)
        actors[f"{role}, ici"] = Actor(seat(role, group), {group.slug: here})
        actors[f"{role}, ailleurs"] = Actor(seat(role, other), {other.slug: here})
        actors[f"{role}, archives"] = Actor(seat(role, archived), {archived.slug: here})
        actors[f"{role}, expiré"] = Actor(seat(role, group, starts_on=day - YEAR, ends_on=day - DAY))
        actors[f"{role}, futur"] = Actor(seat(role, group, starts_on=day + DAY))
        actors[f"{role}, suspendu"] = Actor(_suspended(seat(role, group)), {group.slug: here})
    lender = actors[f"{Role.PILOT}, ici"].person
    for permission in LENT:
        borrower = seat(Role.MEMBER, group)
        DelegationFactory(group=group, lender=lender, borrower=borrower, permission=permission)
        actors[f"emprunte {permission}"] = Actor(borrower, {group.slug: promised(Role.MEMBER) | {permission}})
    bureau = WorkingGroupFactory(slug="bureau-de-la-filiere", kind=GroupKind.BUREAU)
    seated = {bureau.slug: promised(Role.MEMBER) | {Permission.SIT_ON_BUREAU}}
    actors["membre du Bureau"] = Actor(seat(Role.MEMBER, bureau), seated, frozenset({ContractRole.BUREAU}))
    actors["délégué"] = Actor(UserFactory(is_delegate=True), wide=frozenset({ContractRole.DELEGATE}))
    actors["administrateur"] = Actor(AdministratorFactory(), wide=frozenset({ContractRole.ADMINISTRATOR}))
    actors["superutilisateur"] = Actor(UserFactory(is_superuser=True))
    actors["sans mandat"] = Actor(UserFactory())
    WorkingGroup.objects.filter(pk=archived.pk).update(archived_at="2025-01-01T00:00:00Z")
    archived.refresh_from_db()
    project(archived)
    return Room(group, archived, actors)


def _suspended(person: User) -> User:
    person.is_active = False
    person.save()
    return person
