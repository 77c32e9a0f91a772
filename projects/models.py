"""The table of contents: a model that is not named here does not exist for Django."""

from projects.activity.models import Event, Link, PendingLink
from projects.groups.models import Membership, WorkingGroup

__all__ = ["Event", "Link", "Membership", "PendingLink", "WorkingGroup"]
