"""Celery finds the tasks of every feature through this module."""

from projects.activity.tasks import seal_journal
from projects.deliverables.tasks import (
    examine_version,
    examine_versions,
    settle_approvals,
    settle_approvals_of,
    sweep_files,
    tell_approved,
    tell_asked,
    tell_awaited,
    tell_decision,
    tell_replaced,
)
from projects.discussions.tasks import tell_mentioned
from projects.groups.tasks import begin_the_day, tell_borrower, tell_of_emergencies, tell_of_emergency, welcome

__all__ = [
    "begin_the_day",
    "examine_version",
    "examine_versions",
    "seal_journal",
    "settle_approvals",
    "settle_approvals_of",
    "sweep_files",
    "tell_approved",
    "tell_asked",
    "tell_awaited",
    "tell_borrower",
    "tell_decision",
    "tell_mentioned",
    "tell_of_emergencies",
    "tell_of_emergency",
    "tell_replaced",
    "welcome",
]
