"""What one reader is told of deliverables beyond their rows: who must act, what the reader may do, what they point at.

For one or for a page of them, in the same number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission
from projects.access.standing import Standing, standing_of
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.doors import is_open
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.models import BEFORE_THE_BUREAU, READ_BY_THE_BUREAU, Deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import STEPS, Move, Situation
from projects.groups.enums import STEERING_ROLES, ApprovalRule
from projects.groups.models import Delegation, Membership

# What is waited for from those who hand in.
HANDED_IN = {
    ApprovalState.NO_VERSION: Move.DEPOSIT,
    ApprovalState.DRAFT: Move.SUBMIT,
    ApprovalState.CHANGES_ASKED: Move.DEPOSIT,
}


@dataclass(frozen=True)
class Awaited:
    """Somebody, and what they are waited for; the Bureau is nobody in particular."""

    move: Move
    person: User | None = None
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Links:
    """What a page of deliverables points at, by keys alone: (kind, deliverable or version), (what, whose voice)."""

    found: Mapping[tuple[str, UUID], Sequence[tuple[UUID, UUID]]]

    def of(self, kind: str, pk: UUID) -> list[UUID]:
        return [what for what, _voice in self.found.get((kind, pk), ())]

    def approvals(self, version: Version) -> list[Approval]:
        return [
            Approval(version=version, person_id=person, voice_id=voice)
            for person, voice in self.found.get(("approval", version.pk), ())
        ]


@dataclass(frozen=True)
class Insight:
    deliverable: Deliverable
    reader: User
    standing: Standing
    links: Links
    seats: Sequence[Membership]
    delegations: Sequence[Delegation]

    @cached_property
    def works(self) -> bool:
        """Whether they read work under way, and not only what came out of it."""
        return self.standing.may(Permission.READ_WORK, self.deliverable.group)

    @cached_property
    def sees_current(self) -> bool:
        return self.works or is_before(self.standing, self.deliverable)

    @property
    def current(self) -> Version | None:
        return self.deliverable.current if self.sees_current else self.deliverable.validated

    @property
    def validated(self) -> Version | None:
        """The Bureau, which reads the version before it, may know nothing of an older one."""
        found = self.deliverable.validated
        return found if found is not None and self.links.of("validated", found.pk) else None

    @property
    def state(self) -> str:
        """To who reads validated things only, the one they read stands where it arrived."""
        if self.sees_current or self.deliverable.validated is None:
            return str(self.deliverable.approval_state)
        return str(self.deliverable.validated.state)

    @cached_property
    def ballot(self) -> Ballot:
        row = self.deliverable
        assert row.current is not None
        return Ballot(
            version=row.current,
            rule=ApprovalRule(row.group.approval_rule),
            seats=self.seats,
            delegations=self.delegations,
            recused=frozenset(self.links.of("recusal", row.pk)),
            approvals=self.links.approvals(row.current),
        )

    @cached_property
    def moves(self) -> list[Move]:
        """What the table opens to them now. The Bureau's moves are made in its meeting."""
        if not self.works:
            return []
        now = Situation(self.deliverable, self.reader, self.deliverable.current)
        if now.version is not None:
            vars(now)["ballot"] = self.ballot
        return [step.move for step in STEPS.values() if not step.in_bureau and is_open(now, step.move)]

    @property
    def recused(self) -> bool:
        return self.reader.pk in self.links.of("recusal", self.deliverable.pk)

    @cached_property
    def awaited(self) -> list[Awaited]:
        """Who holds it up: those whose approval is missing, the Bureau, or those who must hand something in."""
        row = self.deliverable
        if not self.works or row.is_stopped:
            return []
        if row.approval_state == ApprovalState.SUBMITTED:
            return [Awaited(Move.APPROVE, seat.person, seat.organisation) for seat in self.ballot.missing]
        if row.approval_state == ApprovalState.APPROVED and row.needs_bureau:
            return [Awaited(Move.VALIDATE)]
        if row.approval_state == ApprovalState.NO_VERSION and row.progress == Progress.FINISHED:
            return []
        move = HANDED_IN.get(ApprovalState(row.approval_state))
        return self._from_its_authors(move) if move else []

    @property
    def awaited_since(self) -> datetime | None:
        version = self.deliverable.current
        if not self.awaited or version is None:
            return None
        return {
            ApprovalState.DRAFT: version.deposited_at,
            ApprovalState.SUBMITTED: version.submitted_at,
        }.get(ApprovalState(self.deliverable.approval_state), version.changed_at)

    def _from_its_authors(self, move: Move) -> list[Awaited]:
        """Who deposited the version; those responsible when nobody did, or who did sits there no more."""
        version = self.deliverable.current
        author = version.author_id if version else None
        seats = {seat.person_id: seat for seat in reversed(self.seats)}
        people = [author] if author in seats else self.links.of("owner", self.deliverable.pk)
        return [Awaited(move, seats[pk].person, seats[pk].organisation) for pk in people if pk in seats]


def is_before(standing: Standing, deliverable: Deliverable) -> bool:
    """The twin of `models.brought_before`, of a row that is known already."""
    return (
        deliverable.needs_bureau
        and deliverable.approval_state in BEFORE_THE_BUREAU
        and deliverable.confidentiality in READ_BY_THE_BUREAU
        and bool(standing.groups(Permission.SIT_ON_BUREAU))
    )


def insights(deliverables: Iterable[Deliverable], reader: User) -> dict[UUID, Insight]:
    """Each with its group, its current and its validated version selected."""
    rows = list(deliverables)
    if not rows:
        return {}
    standing = standing_of(reader)
    links = _links(rows, reader)
    at_work = [row for row in rows if standing.may(Permission.READ_WORK, row.group)]
    seats = _by_group(_seats(at_work, links, reader)) if at_work else {}
    lent = [row for row in at_work if row.approval_state in {ApprovalState.SUBMITTED, ApprovalState.APPROVED}]
    delegations = _by_group(_delegations(lent)) if lent else {}
    return {
        row.pk: Insight(row, reader, standing, links, seats.get(row.group_id, []), delegations.get(row.group_id, []))
        for row in rows
    }


def _links(rows: Sequence[Deliverable], reader: User) -> Links:
    """One query for all of them: six lists of identifiers would otherwise be six."""
    keys = [row.pk for row in rows]
    versions = [row.current_id for row in rows if row.current_id]
    lists = {
        "project": Deliverable.projects.through.objects.filter(deliverable__in=keys),
        "owner": Deliverable.owners.through.objects.filter(deliverable__in=keys),
        "organisation": Deliverable.organisations.through.objects.filter(deliverable__in=keys),
        "recusal": Recusal.objects.filter(deliverable__in=keys, lifted_at=None),
        "approval": Approval.objects.of_pilots().filter(version__in=versions),
        # The Bureau may read the version before it, and not the one that was good enough before.
        "validated": Version.objects.visible_to(reader).filter(pk__in=[row.validated_id for row in rows]),
        # A parent that is hidden is none.
        "parent": Deliverable.objects.visible_to(reader).filter(
            pk__in=[row.parent_id for row in rows if row.parent_id]
        ),
    }
    columns = {
        "project": ("deliverable", "project", "project"),
        "owner": ("deliverable", "user", "user"),
        "organisation": ("deliverable", "organisation", "organisation"),
        "recusal": ("deliverable", "person", "person"),
        "approval": ("version", "person", "voice"),
        "validated": ("pk", "pk", "pk"),
        "parent": ("pk", "pk", "pk"),
    }
    first, *others = (_named(kind, rows_of, *columns[kind]) for kind, rows_of in lists.items())
    found: dict[tuple[str, UUID], list[tuple[UUID, UUID]]] = defaultdict(list)
    for kind, of, what, voice in first.union(*others, all=True).order_by("kind", "holder", "what"):
        found[kind, of].append((what, voice))
    return Links(found)


def _named(kind: str, rows: "QuerySet[Any]", holder: str, what: str, voice: str) -> "QuerySet[Any]":
    plain: QuerySet[Any] = rows.order_by().annotate(kind=Value(kind), holder=F(holder), what=F(what), said=F(voice))
    named: QuerySet[Any] = plain.values_list("kind", "holder", "what", "said")
    return named


def _seats(rows: Sequence[Deliverable], links: Links, reader: User) -> "QuerySet[Any]":
    """Of those who steer, and of those a deliverable may wait for: not of everybody in every group."""
    people = {reader.pk, *(owner for row in rows for owner in links.of("owner", row.pk))}
    for row in rows:
        if row.current is not None:
            people |= {pk for pk in (row.current.author_id, row.current.submitted_by_id) if pk}
    concerned = Membership.objects.in_force(today()).filter(
        Q(role__in=STEERING_ROLES) | Q(person__in=people),
        group__in={row.group_id for row in rows},
        person__is_active=True,
    )
    found: QuerySet[Any] = concerned.select_related("person", "organisation").order_by("starts_on", "pk")
    return found


def _delegations(rows: Sequence[Deliverable]) -> "QuerySet[Any]":
    running = Delegation.objects.in_force(today()).filter(
        group__in={row.group_id for row in rows}, permission=Permission.APPROVE, revoked_at=None
    )
    found: QuerySet[Any] = running.select_related("lender", "borrower").order_by("starts_on", "pk")
    return found


def _by_group(found: Iterable[Any]) -> dict[UUID, list[Any]]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for each in found:
        grouped[each.group_id].append(each)
    return grouped
