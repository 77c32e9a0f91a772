"""What the journal keeps of mandates: words rather than keys, for who reads them years later; and never a name."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.people.models import User
from projects.access.enums import Permission
from projects.groups.models import Membership
from projects.groups.permissions import capacity_in

Changes = Mapping[str, tuple[Any, Any]]


def act_on(mandate: Membership, by: User | None) -> dict[str, Any]:
    """Who acts, on what, where and in what capacity: what every event about a mandate says, besides its verb."""
    return {"actor": by, "capacity": _capacity(mandate, by), "target": mandate, "group": mandate.group}


def given(mandate: Membership) -> Changes:
    return {field: (None, value) for field, value in content(mandate).items() if value}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    return {field: (before[field], after[field]) for field in after if before[field] != after[field]}


def content(mandate: Membership) -> dict[str, str]:
    return {
        "role": str(mandate.role),
        "group": mandate.group.slug,
        "organisation": str(mandate.organisation),
        "college": str(mandate.college),
        "starts_on": written(mandate.starts_on),
        "ends_on": written(mandate.ends_on),
        "substitute_for": str(mandate.substitute_for_id or ""),
    }


def written(day: date | None) -> str:
    return day.isoformat() if day else ""


def _capacity(mandate: Membership, by: User | None) -> str:
    """Who leaves does so as what they were."""
    if by is not None and by.pk == mandate.person_id:
        return f"{mandate.get_role_display().lower()}, {mandate.organisation}"
    return capacity_in(by, mandate.group, Permission.INVITE)
