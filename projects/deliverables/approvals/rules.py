"""Who must approve a version, who did, in what capacity: counted afresh, on the day, from mandates and delegations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self
from uuid import UUID

from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission
from projects.access.roles import MAY_BORROW
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version
from projects.groups.enums import STEERING_ROLES, ApprovalRule
from projects.groups.models import Delegation, Membership

# What a form or a script names the capacity of one's own mandate by; others by their delegation's key.
OWN_MANDATE = "mandat"


@dataclass(frozen=True)
class Capacity:
    """One way in which a person may approve: by their own mandate, or for the pilot who lent them the right."""

    person: User
    voice: User
    organisation: Organisation
    role: str
    delegation: Delegation | None = None

    @property
    def key(self) -> str:
        """What a form or a script names it by."""
        return str(self.delegation.pk) if self.delegation else OWN_MANDATE


@dataclass(frozen=True)
class Ballot:
    """What approving one version takes, and where it stands. Read in a constant number of queries."""

    version: Version
    rule: ApprovalRule
    seats: Sequence[Membership]
    delegations: Sequence[Delegation]
    recused: frozenset[UUID]
    approvals: Sequence[Approval] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        version: Version,
        deliverable: Deliverable,
        *,
        recused: Iterable[UUID] | None = None,
        approvals: Sequence[Approval] | None = None,
    ) -> Self:
        """For services, which hold the locks, and for the page of one deliverable, which gives what it has read."""
        group, day = deliverable.group, today()
        recusals = Recusal.objects.filter(deliverable=deliverable, lifted_at=None)
        return cls(
            version=version,
            rule=ApprovalRule(group.approval_rule),
            seats=list(
                Membership.objects.in_force(day)
                .filter(group=group, person__is_active=True)
                .select_related("person", "organisation")
                .order_by("starts_on", "pk")
            ),
            delegations=list(
                Delegation.objects.in_force(day)
                .filter(group=group, permission=Permission.APPROVE, revoked_at=None)
                .select_related("lender", "borrower")
                .order_by("starts_on", "pk")
            ),
            recused=frozenset(recusals.values_list("person_id", flat=True) if recused is None else recused),
            approvals=list(
                Approval.objects.of_pilots().filter(version=version).select_related("person", "voice", "organisation")
                if approvals is None
                else approvals
            ),
        )

    @cached_property
    def steering(self) -> dict[UUID, Membership]:
        """By person: the mandate by which each of those who steer the group does, recused ones included."""
        found: dict[UUID, Membership] = {}
        for seat in self.seats:
            if seat.role in STEERING_ROLES:
                found.setdefault(seat.person_id, seat)
        return found

    @cached_property
    def said(self) -> frozenset[UUID]:
        """The voices that were heard."""
        return frozenset(approval.voice_id for approval in self.approvals if approval.voice_id)

    @property
    def authors(self) -> frozenset[UUID]:
        """Who deposited the version, and who submitted it: neither approves it alone."""
        return frozenset(pk for pk in (self.version.author_id, self.version.submitted_by_id) if pk)

    @property
    def required(self) -> list[Membership]:
        """Whose voice the rule of the group waits for; with « any », those of whom one is enough."""
        return [
            seat
            for pk, seat in self.steering.items()
            if pk not in self.recused and (self.rule == ApprovalRule.ALL or pk not in self.authors)
        ]

    @property
    def missing(self) -> list[Membership]:
        """Who is holding things up: nobody once it is complete."""
        return [] if self.is_complete else [seat for seat in self.required if seat.person_id not in self.said]

    @property
    def is_complete(self) -> bool:
        if not self.is_independently_approved:
            return False
        return self.rule == ApprovalRule.ANY or all(seat.person_id in self.said for seat in self.required)

    @property
    def is_independently_approved(self) -> bool:
        return any(
            approval.person_id not in self.authors and approval.voice_id not in self.authors
            for approval in self.approvals
        )

    @property
    def is_stuck(self) -> bool:
        """Nobody is left who could give the approval of somebody else than the authors."""
        return not self.is_independently_approved and not any(
            self.is_independent(capacity)
            for seat in self.seats
            if not self.is_recused(seat.person)
            for capacity in self.capacities_of(seat.person)
        )

    def is_recused(self, person: User) -> bool:
        return person.pk in self.recused

    def is_independent(self, capacity: Capacity) -> bool:
        """Neither the hand nor the voice is of who deposited or submitted the version."""
        return capacity.person.pk not in self.authors and capacity.voice.pk not in self.authors

    def lets_say(self, capacity: Capacity) -> bool:
        """Where all are asked, authors say their own word and no other: nobody could say it independently any more."""
        if self.rule == ApprovalRule.ALL:
            return capacity.delegation is None or capacity.person.pk not in self.authors
        return self.is_independent(capacity)

    def capacities_of(self, person: User) -> list[Capacity]:
        """Their own mandate first. What a recused pilot lent opens nothing: their voice stands aside with them."""
        found = []
        if own := self.steering.get(person.pk):
            found.append(Capacity(person, person, own.organisation, str(own.get_role_display()).lower()))
        if any(seat.person_id == person.pk and seat.role in MAY_BORROW for seat in self.seats):
            found += [
                Capacity(person, lent.lender, lender.organisation, str(lender.get_role_display()).lower(), lent)
                for lent in self.delegations
                if lent.borrower_id == person.pk
                and (lender := self.steering.get(lent.lender_id))
                and lent.lender_id not in self.recused
            ]
        return found

    def capacity_of(self, person: User) -> Capacity | None:
        """The first whose voice is still awaited, and is not an author’s where another is as good."""
        found = self.capacities_of(person)
        awaited = [each for each in found if each.voice.pk not in self.said] or found
        return next((each for each in awaited if self.is_independent(each)), awaited[0] if awaited else None)
