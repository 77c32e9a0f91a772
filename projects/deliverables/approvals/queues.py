"""Reads of what the Bureau has before it, and of what one person decided."""

from typing import Any

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.people.models import User
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.deliverables.approvals.bureau import queue
from projects.deliverables.approvals.models import Approval
from projects.deliverables.enums import Verdict
from projects.deliverables.models import Deliverable
from projects.groups.models import WorkingGroup
from projects.groups.selectors import bureau_seen_by


def bureau_read_by(person: User) -> WorkingGroup | None:
    """The Bureau whose queue this person reads, if there is one."""
    bureau = bureau_seen_by(person)
    return bureau if bureau is not None and reads_the_queue(person, bureau) else None


def reads_the_queue(person: User, bureau: WorkingGroup) -> bool:
    """Who sits there; and who reads the work of every group."""
    standing = standing_of(person)
    return standing.may(Permission.SIT_ON_BUREAU, bureau) or Permission.READ_WORK in standing.everywhere


def queued(person: User, bureau: WorkingGroup) -> "QuerySet[Any]":
    """Since the last of its pilots approved it."""
    approved = Q(current__approvals__verdict=Verdict.APPROVED, current__approvals__voided_at=None)
    waiting: QuerySet[Any] = queue(bureau).filter(pk__in=Deliverable.objects.visible_to(person).values("pk"))
    last = Coalesce(Max("current__approvals__given_at", filter=approved), "current__changed_at")
    told: QuerySet[Any] = waiting.annotate(waits_since=last)
    return told


def decided_by(person: User) -> "QuerySet[Any]":
    """As far as they still read it: a mandate that ended takes what it opened with it."""
    found: QuerySet[Any] = Approval.objects.visible_to(person).filter(person=person)
    return found.select_related("version__deliverable__group")
