"""The rules of the product reckoned a second time: from the journal alone, event after event, as an auditor would.

Whoever replays it knows at every moment who sat where, who lent what to whom, who stood aside; so it can say of each
approval whether it was allowed on that day, and of each state whether it was earned. Nothing of the code under test is
asked.
"""

from collections import Counter
from dataclasses import dataclass, field

from projects.access.enums import Permission, Role
from projects.activity.models import Event
from projects.models import Approval, Delegation, Deliverable, Membership, Version

STEERING = {Role.PILOT, Role.CO_PILOT}
BORROWERS = {Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER}


@dataclass
class Deposited:
    number: int
    sha256: str
    authors: set
    # Hand and voice of each approval that counts.
    approvals: set = field(default_factory=set)


@dataclass
class Replay:
    rule: str
    needs_bureau: bool
    seats: dict
    loans: dict = field(default_factory=dict)
    recused: set = field(default_factory=set)
    state: str = "aucune_version"
    validated: int | None = None
    current: Deposited | None = None
    submitter: object = None
    seen: Counter = field(default_factory=Counter)

    # --- Who may ---

    def roles(self, person):
        return {role for each, role in self.seats.values() if each == person}

    @property
    def steering(self):
        return {person for person, role in self.seats.values() if role in STEERING}

    def authors(self):
        return self.current.authors | ({self.submitter} if self.submitter else set())

    def independent(self, hand, voice):
        return not {hand, voice} & self.authors()

    def complete(self):
        said = self.current.approvals
        if not any(self.independent(hand, voice) for hand, voice in said):
            return False
        voices = {voice for _hand, voice in said}
        return self.rule == "un" or self.steering - self.recused <= voices

    def voice_of(self, event):
        """Whose word it was; asserts that it was theirs to say at that moment."""
        hand = event.actor_id
        assert hand not in self.recused, "a recused person decided"
        if "delegation" not in event.changes:
            assert hand in self.steering, "somebody without a mandate decided"
            return hand
        lender, borrower, permission = self.loans[event.changes["delegation"][1]]
        assert (borrower, permission) == (hand, Permission.APPROVE), "a loan to somebody else, or of something else"
        assert self.roles(hand) & BORROWERS, "a borrower without a mandate that lets them borrow"
        assert lender in self.steering, "a loan of somebody who steers no longer"
        assert lender not in self.recused, "the voice of a recused person"
        return lender

    # --- What happened ---

    def hear(self, event):
        name = event.verb.replace(".", "_")
        self.seen[event.verb] += 1
        getattr(self, name, lambda _: None)(event)

    def mandate_given(self, event):
        mandate = Membership.objects.get(pk=event.object_id)
        self.seats[event.object_id] = (mandate.person_id, event.changes["role"][1])

    def mandate_ended(self, event):
        del self.seats[event.object_id]

    mandate_withdrawn = mandate_ended

    def delegation_given(self, event):
        loan = Delegation.objects.get(pk=event.object_id)
        self.loans[event.object_id] = (loan.lender_id, loan.borrower_id, loan.permission)

    def delegation_taken_back(self, event):
        del self.loans[event.object_id]

    def group_changed(self, event):
        if "approval_rule" in event.changes:
            self.rule = event.changes["approval_rule"][1]

    def deliverable_changed(self, event):
        if "needs_bureau" in event.changes:
            assert self.state not in {"approuve_pilotes", "valide_bureau"}, "the stages changed after the approval"
            self.needs_bureau = event.changes["needs_bureau"][1]

    def deliverable_recusal_declared(self, event):
        self.recused.add(event.actor_id)
        if self.state == "soumis":
            self.current.approvals = {each for each in self.current.approvals if event.actor_id not in each}

    def deliverable_recusal_lifted(self, event):
        self.recused.remove(event.actor_id)

    def deliverable_version_deposited(self, event):
        number = event.changes["version"][1]
        assert number == (self.current.number + 1 if self.current else 1), "a number was skipped, or given twice"
        self.current = Deposited(number, event.changes["sha256"][1], {event.actor_id})
        self.state, self.submitter = "brouillon", None

    def deliverable_version_submitted(self, event):
        self._about(event, "brouillon")
        self.state, self.submitter = "soumis", event.actor_id

    def deliverable_version_withdrawn(self, event):
        self._about(event, "soumis")
        self.current.approvals.clear()
        self.state, self.submitter = "brouillon", None

    def deliverable_version_approved_in_part(self, event):
        self._approved(event)
        assert not self.complete(), "it was complete, and nobody said so"

    def deliverable_version_approved(self, event):
        if event.actor_id is not None:
            self._approved(event)
        self._about(event, "soumis")
        assert self.complete(), "approved without the approvals that its rule demands"
        self.state = "approuve_pilotes"
        self._finish()

    def deliverable_changes_requested(self, event):
        assert self.state == "soumis" or (self.state == "approuve_pilotes" and self.needs_bureau)
        self.voice_of(event)
        self._sent_back()

    def deliverable_validated_by_bureau(self, event):
        self._about(event, "approuve_pilotes")
        assert self.needs_bureau
        self.state = "valide_bureau"
        self._finish()

    def deliverable_sent_back_by_bureau(self, event):
        self._about(event, "approuve_pilotes")
        assert self.needs_bureau
        self._sent_back()

    def _about(self, event, state):
        assert self.state == state, f"{event.verb} from {self.state}"
        assert event.changes["sha256"][1] == self.current.sha256, "another content"
        assert event.changes["version"][1] == self.current.number, "another version"

    def _approved(self, event):
        self._about(event, "soumis")
        voice = self.voice_of(event)
        assert voice not in {each for _hand, each in self.current.approvals}, "a voice was heard twice"
        self.current.approvals.add((event.actor_id, voice))

    def _sent_back(self):
        self.current.approvals.clear()
        self.state = "modifications_demandees"

    def _finish(self):
        if self.state == ("valide_bureau" if self.needs_bureau else "approuve_pilotes"):
            self.validated = self.current.number


def seats_of(group):
    """Who sits there before the first event."""
    return {str(each.pk): (each.person_id, each.role) for each in Membership.objects.filter(group=group)}


def check(group, deliverable, *, seats, rule="un"):
    """Replays it all, then holds the rows against it."""
    told = Event.objects.filter(group=group).exclude(
        object_type="projects.deliverable", object_id__in=_others(group, deliverable)
    )
    replay = Replay(rule, needs_bureau=False, seats=dict(seats))
    for event in told.order_by("id"):
        replay.hear(event)
    _hold_against(replay, deliverable)
    return replay


def _others(group, deliverable):
    others = Deliverable.objects.filter(group=group).exclude(pk=deliverable.pk).values_list("pk", flat=True)
    return [str(pk) for pk in others]


def _hold_against(replay, deliverable):
    row = Deliverable.objects.select_related("current", "validated").get(pk=deliverable.pk)
    versions = list(Version.objects.filter(deliverable=row).order_by("number"))
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    assert row.approval_state == replay.state
    assert row.needs_bureau == replay.needs_bureau
    assert (row.validated.number if row.validated else None) == replay.validated
    if not versions:
        assert row.current is None
        return
    assert row.current == versions[-1]
    assert row.current.state == row.approval_state
    assert [version.replaced_at is None for version in versions] == [False] * (len(versions) - 1) + [True]
    standing = Approval.objects.filter(version__deliverable=row, voided_at=None)
    assert not standing.exclude(version=row.current).exists(), "an approval of a replaced version stands"
    assert {(each.person_id, each.voice_id) for each in standing.filter(verdict="approuve")} == replay.current.approvals
    assert set(standing.values_list("sha256", flat=True)) <= {row.current.sha256}
    for each in Approval.objects.filter(version__deliverable=row).select_related("version"):
        assert each.sha256 == each.version.sha256
