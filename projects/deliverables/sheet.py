"""Everything that the page of one deliverable says to one reader, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, prefetch_related_objects

from accounts.people.models import User
from filiere.days import today
from projects.deliverables.approvals.models import Recusal
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.citation import citation_of
from projects.deliverables.doors import Doors, doors_of
from projects.deliverables.enums import ApprovalState, Verdict
from projects.deliverables.models import AcceptanceCriterion, Deliverable, Dependency, HealthNote
from projects.deliverables.permissions import works_on
from projects.deliverables.turn import Turn, settled, turn_of
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.selectors import outcome_of, those_that_count, versions_of
from projects.deliverables.workflow import Situation

UNDER_APPROVAL = (ApprovalState.SUBMITTED, ApprovalState.APPROVED)
MOST_NOTES = 40


@dataclass(frozen=True)
class Sheet:
    """`works`: whether the reader follows the work. The others are told what was validated, and nothing more."""

    deliverable: Deliverable
    works: bool
    version: Version | None
    older: Sequence[Version]
    parent: Deliverable | None
    parts: Sequence[Deliverable]
    turn: Turn | None
    doors: Doors = field(default_factory=Doors)
    recusals: Sequence[Recusal] = ()
    needs: Sequence[Dependency] = ()
    needed_by: Sequence[Dependency] = ()
    health_notes: Sequence[HealthNote] = ()

    @cached_property
    def criteria(self) -> list[AcceptanceCriterion]:
        return list(self.deliverable.criteria.all())

    @property
    def met(self) -> int:
        return sum(criterion.met for criterion in self.criteria)

    @property
    def days_late(self) -> int:
        end = self.deliverable.due_end
        return (today() - end).days if end and self.deliverable.is_late else 0

    @property
    def previous(self) -> Version | None:
        return self.older[0] if self.older else None

    @property
    def citation(self) -> str:
        return citation_of(self.version) if self.version else ""

    @property
    def has_sheet(self) -> bool:
        """Whether there is an approval to print."""
        return self.version is not None and bool(outcome_of(self.version))


def sheet_of(deliverable: Deliverable, reader: User) -> Sheet:
    works = works_on(reader, deliverable)
    prefetch_related_objects([deliverable], "projects", "owners", "organisations", "criteria")
    versions: list[Version] = list(versions_of(deliverable, reader))
    for each in versions:
        each.deliverable = deliverable
    version = versions[0] if versions else None
    parent, parts = _family(deliverable, reader)
    shown: dict[str, Any] = {
        "deliverable": deliverable,
        "works": works,
        "version": version,
        "older": versions[1:],
        "parent": parent,
        "parts": parts,
    }
    if not works:
        return Sheet(**shown, turn=settled(version) if version else None)
    return Sheet(**shown, **_work(deliverable, version, reader))


def _work(deliverable: Deliverable, version: Version | None, reader: User) -> dict[str, Any]:
    recusals = list(
        Recusal.objects.filter(deliverable=deliverable, lifted_at=None).select_related("person").order_by("declared_at")
    )
    recused = {recusal.person_id for recusal in recusals}
    now = Situation(deliverable, reader, version)
    if version is not None and version.state in UNDER_APPROVAL:
        approvals = [each for each in those_that_count(version) if each.verdict == Verdict.APPROVED]
        vars(now)["ballot"] = Ballot.of(version, deliverable, recused=recused, approvals=approvals)
    doors = doors_of(now, recused=reader.pk in recused)
    links = around(deliverable, reader)
    return {
        "turn": turn_of(now, doors, owners=list(deliverable.owners.all())),
        "doors": doors,
        "recusals": recusals,
        "needs": [each for each in links if each.deliverable_id == deliverable.pk],
        "needed_by": [each for each in links if each.needs_id == deliverable.pk],
        "health_notes": list(deliverable.health_notes.select_related("by")[:MOST_NOTES]),
    }


def _family(deliverable: Deliverable, reader: User) -> tuple[Deliverable | None, list[Deliverable]]:
    """What it is part of and its own parts, as far as the reader may know of them."""
    family = Deliverable.objects.visible_to(reader).filter(Q(pk=deliverable.parent_id) | Q(parent=deliverable))
    found = list(family.order_by("due_order", "pk"))
    parent = next((each for each in found if each.pk == deliverable.parent_id), None)
    return parent, [each for each in found if each.parent_id == deliverable.pk]


def around(deliverable: Deliverable, reader: User) -> list[Dependency]:
    """Both ways; one whose other end is hidden is not shown, nor counted."""
    visible = Deliverable.objects.visible_to(reader).values("pk")
    found = Dependency.objects.filter(
        Q(deliverable=deliverable, needs__in=visible) | Q(needs=deliverable, deliverable__in=visible)
    )
    return list(found.select_related("deliverable__group", "needs__group").order_by("pk"))
