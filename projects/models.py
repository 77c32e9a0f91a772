"""The table of contents: a model that is not named here does not exist for Django."""

from projects.access.models import EmergencyReading, Grant, ProjectedDay
from projects.activity.models import Event, Link, PendingLink
from projects.contracts.models import (
    Amendment,
    Axis,
    BudgetLine,
    Contract,
    Criterion,
    Participation,
    Project,
    ProjectLink,
)
from projects.groups.models import Delegation, InvitedMandate, Membership, WorkingGroup

__all__ = [
    "Amendment",
    "Axis",
    "BudgetLine",
    "Contract",
    "Criterion",
    "Delegation",
    "EmergencyReading",
    "Event",
    "Grant",
    "InvitedMandate",
    "Link",
    "Membership",
    "Participation",
    "PendingLink",
    "Project",
    "ProjectLink",
    "ProjectedDay",
    "WorkingGroup",
]
