"""Reads of versions: which ones there are for a reader, and what was decided about each."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from accounts.people.models import User
from projects.deliverables.approvals.models import Approval
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import works_on
from projects.deliverables.versions.models import Version

# What made a version the word of its group: told with it to those who read validated things only. That a later
# version voids it tells them of work they do not follow.
OUTCOME = Q(verdict__in=[Verdict.APPROVED, Verdict.VALIDATED]) & (Q(voided_at=None) | Q(voided_because=Void.REPLACED))


def versions_of(deliverable: Deliverable, reader: User) -> QuerySet[Any]:
    """The last first, each with its `decisions` in their order. Two queries."""
    decisions = Approval.objects.select_related("person", "voice", "organisation").order_by("given_at", "pk")
    if not works_on(reader, deliverable):
        decisions = decisions.filter(OUTCOME)
    found: QuerySet[Any] = Version.objects.visible_to(reader).filter(deliverable=deliverable)
    return (
        found.select_related("author", "submitted_by")
        .prefetch_related(Prefetch("approvals", decisions, to_attr="decisions"))
        .order_by("-number")
    )


def version_at(deliverable: Deliverable, number: int, reader: User) -> Version:
    """One that is hidden and one that never was are the same to who asks."""
    # A number that no database holds names no version.
    found: Version | None = versions_of(deliverable, reader).filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise Http404
    found.deliverable = deliverable
    return found


def those_that_count(version: Version) -> list[Approval]:
    """Of its `decisions`: the approvals and the validation that stand."""
    return [
        each
        for each in vars(version)["decisions"]
        if each.voided_at is None and each.verdict in {Verdict.APPROVED, Verdict.VALIDATED}
    ]


def outcome_of(version: Version) -> list[Approval]:
    """What made it the word of its group, even when a later version has taken its place since; nothing of a draft."""
    if version.validated_at is None:
        return those_that_count(version) if version.state == ApprovalState.APPROVED else []
    return [
        each
        for each in vars(version)["decisions"]
        if each.verdict in {Verdict.APPROVED, Verdict.VALIDATED} and each.voided_because in {"", Void.REPLACED}
    ]
