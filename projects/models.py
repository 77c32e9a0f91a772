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
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.models import AcceptanceCriterion, Deliverable, Dependency, HealthNote
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.versions.models import Version, VersionText
from projects.discussions.models import Comment, Mention, Thread
from projects.groups.models import Delegation, InvitedMandate, Membership, WorkingGroup

__all__ = [
    "AcceptanceCriterion",
    "Amendment",
    "Approval",
    "Axis",
    "BudgetLine",
    "Comment",
    "Contract",
    "Criterion",
    "Delegation",
    "Deliverable",
    "Dependency",
    "EmergencyReading",
    "Event",
    "Grant",
    "HealthNote",
    "InvitedMandate",
    "Link",
    "Membership",
    "Mention",
    "Opinion",
    "Participation",
    "PendingLink",
    "Project",
    "ProjectLink",
    "ProjectedDay",
    "Recusal",
    "Thread",
    "Version",
    "VersionText",
    "WorkingGroup",
]
