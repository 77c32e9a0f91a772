"""Who may do what: the one table. The application prints it as it stands, and tests hold every cell to it."""

from collections.abc import Mapping

from accounts.organisations.enums import College
from projects.access.enums import ContractRole, Permission, Role

_READER = frozenset({Permission.SEE, Permission.READ})
_PARTICIPANT = _READER | {Permission.READ_WORK, Permission.DISCUSS}
_MEMBER = _PARTICIPANT | {Permission.READ_FILIERE, Permission.READ_JOURNAL, Permission.CONTRIBUTE}
_RAPPORTEUR = _MEMBER | {Permission.READ_RESTRICTED, Permission.PLAN, Permission.HOLD_MEETINGS}
_PILOT = _RAPPORTEUR | {Permission.APPROVE, Permission.INVITE, Permission.EDIT_GROUP, Permission.LEND}

# In the group where the mandate is held.
ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.PILOT: _PILOT,
    Role.CO_PILOT: _PILOT,
    Role.RAPPORTEUR: _RAPPORTEUR,
    Role.MEMBER: _MEMBER,
    Role.OBSERVER: _READER | {Permission.READ_FILIERE},
    Role.GUEST: _PARTICIPANT,
}

# In every group. Nothing here reads what is restricted, or reserved to a college: that takes a mandate.
CONTRACT_ROLES: Mapping[ContractRole, frozenset[Permission]] = {
    ContractRole.DELEGATE: frozenset(
        {
            Permission.SEE,
            Permission.READ,
            Permission.READ_WORK,
            Permission.READ_FILIERE,
            Permission.READ_JOURNAL,
            Permission.PLAN,
            Permission.INVITE,
            Permission.EDIT_GROUP,
            Permission.MANAGE_GROUP,
        }
    ),
    ContractRole.BUREAU: frozenset({Permission.SEE, Permission.READ_FILIERE}),
    ContractRole.ADMINISTRATOR: frozenset(
        {
            Permission.SEE,
            Permission.READ_FILIERE,
            Permission.INVITE,
            Permission.EDIT_GROUP,
            Permission.MANAGE_GROUP,
        }
    ),
}

# Of these roles a mandate also opens what its college keeps to itself, and in a Bureau it seats its holder.
SPEAKING = frozenset({Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER})
COLLEGES: Mapping[College, Permission] = {
    College.STATE: Permission.READ_COLLEGE_STATE,
    College.INDUSTRY: Permission.READ_COLLEGE_INDUSTRY,
    College.RESEARCH: Permission.READ_COLLEGE_RESEARCH,
    College.SOCIAL: Permission.READ_COLLEGE_SOCIAL,
    College.OTHER: Permission.READ_COLLEGE_OTHER,
}

# Roles that somebody in this role may give, change and end. Those who manage the group give them all.
MAY_GIVE: Mapping[Role, frozenset[Role]] = {
    Role.PILOT: frozenset({Role.RAPPORTEUR, Role.MEMBER, Role.OBSERVER, Role.GUEST}),
    Role.CO_PILOT: frozenset({Role.MEMBER, Role.OBSERVER, Role.GUEST}),
}

# What a pilot may lend, to whom: never to those who only look on.
MAY_BE_LENT = frozenset(
    {Permission.APPROVE, Permission.HOLD_MEETINGS, Permission.READ_RESTRICTED, Permission.EDIT_GROUP}
)
MAY_BORROW = frozenset({Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER})

# An archived group is read, and can be reopened; nothing is written there any more.
KEPT_IN_ARCHIVES = frozenset(
    {
        Permission.SEE,
        Permission.READ,
        Permission.READ_WORK,
        Permission.READ_FILIERE,
        Permission.READ_RESTRICTED,
        Permission.READ_JOURNAL,
        Permission.MANAGE_GROUP,
        *COLLEGES.values(),
    }
)

# What opening a sealed envelope shows an administrator, for an hour and with a reason.
BEHIND_GLASS = frozenset({Permission.READ, Permission.READ_WORK, Permission.READ_RESTRICTED, *COLLEGES.values()})


def permissions_of(role: Role, *, college: College, in_bureau: bool, archived: bool) -> frozenset[Permission]:
    """What a mandate in force gives on its group."""
    given = ROLES[role]
    if role in SPEAKING:
        given |= {COLLEGES[college]}
        if in_bureau:
            given |= {Permission.SIT_ON_BUREAU}
    return given & KEPT_IN_ARCHIVES if archived else given
