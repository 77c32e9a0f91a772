"""Where the approval of one version stands: what was decided, by whom, what is not met, who is still awaited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from accounts.people.models import User
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.approvals.rules import Ballot, Capacity
from projects.deliverables.enums import ApprovalState, Verdict
from projects.deliverables.models import AcceptanceCriterion, Deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import Situation
from projects.groups.enums import ApprovalRule
from projects.groups.models import Delegation, Membership


@dataclass(frozen=True)
class Register:
    """All that was decided about it, voided or not, in order; a constant number of queries."""

    version: Version
    deliverable: Deliverable
    ballot: Ballot
    decisions: Sequence[Approval]
    criteria: Sequence[AcceptanceCriterion]
    recusals: Sequence[Recusal]

    @classmethod
    def of(cls, version: Version, deliverable: Deliverable) -> Self:
        decisions = _decisions(version)
        recusals = list(
            Recusal.objects.filter(deliverable=deliverable, lifted_at=None).select_related("person").order_by("pk")
        )
        ballot = Ballot.of(
            version,
            deliverable,
            recused=[each.person_id for each in recusals],
            approvals=[each for each in decisions if each.verdict == Verdict.APPROVED and each.voided_at is None],
        )
        return cls(version, deliverable, ballot, decisions, list(deliverable.criteria.all()), recusals)

    def before(self, person: User) -> Situation:
        """What the table of moves asks about, without reading it again."""
        now = Situation(self.deliverable, person, self.version)
        vars(now)["ballot"] = self.ballot
        return now

    @property
    def unmet(self) -> list[AcceptanceCriterion]:
        return [criterion for criterion in self.criteria if not criterion.met]

    @property
    def is_under_way(self) -> bool:
        return self.version.state == ApprovalState.SUBMITTED

    @cached_property
    def awaited(self) -> list[Membership]:
        """Whose voice is: all of theirs, or any of them, as the rule says."""
        return self.ballot.missing if self.is_under_way else []

    @property
    def one_is_enough(self) -> bool:
        return self.ballot.rule == ApprovalRule.ANY

    @property
    def stand_ins(self) -> list[Delegation]:
        """Who may speak today for those who are awaited."""
        return stand_ins(self.ballot, self.awaited)

    @property
    def since(self) -> datetime | None:
        return self.version.submitted_at if self.is_under_way else None

    @property
    def approvals(self) -> list[Approval]:
        return [each for each in self.decisions if each.verdict == Verdict.APPROVED]

    @property
    def of_the_bureau(self) -> list[Approval]:
        return [each for each in self.decisions if each.verdict in {Verdict.VALIDATED, Verdict.SENT_BACK}]

    @property
    def is_stuck(self) -> bool:
        return self.is_under_way and self.ballot.is_stuck

    @property
    def is_the_word(self) -> bool:
        """The current version, with everything that it takes."""
        return self.version.pk == self.deliverable.current_id and self.version.state == self.deliverable.final_state


def stand_ins(ballot: Ballot, seats: Iterable[Membership]) -> list[Delegation]:
    people = {seat.person_id for seat in seats}
    return [
        capacity.delegation
        for person in {seat.person_id: seat.person for seat in ballot.seats}.values()
        if not ballot.is_recused(person)
        for capacity in capacities_open(ballot, person)
        if capacity.delegation is not None and capacity.voice.pk in people
    ]


def capacities_open(ballot: Ballot, person: User) -> list[Capacity]:
    """In which of their capacities they could approve now."""
    if ballot.is_recused(person):
        return []
    return [
        capacity
        for capacity in ballot.capacities_of(person)
        if capacity.voice.pk not in ballot.said and ballot.lets_say(capacity)
    ]


def called_upon(ballot: Ballot) -> list[User]:
    """Who can bring one of the voices that are awaited: pilots, and those they lent it to."""
    missing = {seat.person_id for seat in ballot.missing}
    people = {seat.person_id: seat.person for seat in ballot.seats}
    return [
        person
        for person in people.values()
        if any(capacity.voice.pk in missing for capacity in capacities_open(ballot, person))
    ]


def _decisions(version: Version) -> Sequence[Approval]:
    """Those that came with the version, where it was read with them."""
    found: Sequence[Approval] | None = vars(version).get("decisions")
    if found is None:
        rows = Approval.objects.filter(version=version).select_related("person", "voice", "organisation")
        found = list(rows.order_by("given_at", "pk"))
    return found
