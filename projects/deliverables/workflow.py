"""From a file to the comité's word: the one table. Services obey it, pages and the API show what it opens, the help
page prints it, and tests walk it at random.

A move has its states of departure, who may make it, what must hold, what it asks for and what it records.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from projects.access.enums import Permission
from projects.deliverables.approvals.rules import Ballot, Capacity
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Move(models.TextChoices):
    DEPOSIT = "deposit", _("Déposer une version")
    SUBMIT = "submit", _("Soumettre aux pilotes")
    WITHDRAW = "withdraw", _("Retirer de l’approbation")
    APPROVE = "approve", _("Approuver")
    REQUEST_CHANGES = "request-changes", _("Demander des modifications")
    VALIDATE = "validate", _("Valider au Bureau")
    SEND_BACK = "send-back", _("Renvoyer au groupe")


@dataclass(frozen=True)
class Situation:
    """One person before one version. Approvals, voices and recusals are read when a condition asks for them."""

    deliverable: Deliverable
    person: User
    version: Version | None = None
    capacity: Capacity | None = None

    @cached_property
    def ballot(self) -> Ballot:
        assert self.version is not None
        return Ballot.of(self.version, self.deliverable)

    @cached_property
    def speaks_as(self) -> Capacity | None:
        """In what capacity they would approve: as they chose, else the first that is still awaited."""
        return self.capacity or self.ballot.capacity_of(self.person)

    @property
    def state(self) -> ApprovalState:
        return ApprovalState(self.version.state if self.version else self.deliverable.approval_state)


@dataclass(frozen=True)
class Condition:
    holds: Callable[[Situation], bool]
    # What is said to who meets it unmet, and what the table says of it.
    otherwise: "_StrPromise"
    means: "_StrPromise"


@dataclass(frozen=True)
class Step:
    move: Move
    sources: frozenset[ApprovalState]
    target: ApprovalState
    permission: Permission
    records: str
    conditions: tuple[Condition, ...] = ()
    # The move is made, and recorded, before the state changes: only when this holds does it.
    once: Condition | None = None
    reason: bool = False
    in_bureau: bool = False


def _is_current(now: Situation) -> bool:
    return now.version is not None and now.version.pk == now.deliverable.current_id


CURRENT = Condition(
    _is_current,
    _("Une version plus récente a été déposée\u00a0: c’est elle qui compte."),
    _("La version est la dernière déposée."),
)
IN_PROGRESS = Condition(
    lambda now: now.deliverable.progress not in {Progress.SUSPENDED, Progress.ABANDONED},
    _("Ce livrable est suspendu ou abandonné\u00a0: reprenez-le d’abord."),
    _("Le livrable n’est ni suspendu, ni abandonné."),
)
SCANNED = Condition(
    lambda now: now.version is not None and now.version.is_handed_out,
    _("L’analyse antivirus de ce fichier n’est pas terminée, ou l’a mis en quarantaine."),
    _("L’analyse antivirus, là où elle existe, n’a rien trouvé."),
)
OWN_SUBMISSION = Condition(
    lambda now: (
        now.person.pk in now.ballot.authors
        or (now.ballot.capacity_of(now.person) is not None and not now.ballot.is_recused(now.person))
    ),
    _("Seuls qui a déposé ou soumis la version, et les pilotes qui ne s’en sont pas déportés, la retirent."),
    _("Par qui a déposé ou soumis la version, ou par un pilote qui ne s’en est pas déporté."),
)
NOT_RECUSED = Condition(
    lambda now: not now.ballot.is_recused(now.person),
    _("Vous vous êtes déporté de ce livrable."),
    _("La personne ne s’est pas déportée."),
)
ENTITLED = Condition(
    lambda now: now.speaks_as is not None and now.speaks_as in now.ballot.capacities_of(now.person),
    _("Vous n’avez ni mandat de pilotage ni délégation en cours pour approuver ici."),
    _("Par un pilote ou copilote, ou par qui tient sa délégation ce jour-là."),
)
NOT_SAID_ALREADY = Condition(
    lambda now: now.speaks_as is None or now.speaks_as.voice.pk not in now.ballot.said,
    _("Cette version porte déjà cette approbation."),
    _("Chaque voix ne compte qu’une fois."),
)
NOT_ALONE = Condition(
    lambda now: now.speaks_as is None or now.ballot.lets_say(now.speaks_as),
    _("Qui a déposé ou soumis cette version ne l’approuve pas seul\u00a0: elle attend un autre pilote."),
    _("Qui a déposé ou soumis la version ne l’approuve jamais seul."),
)
COMPLETE = Condition(
    lambda now: now.ballot.is_complete,
    _("Il manque encore des approbations."),
    _("Tous ceux que la règle du groupe demande ont approuvé, dont un au moins n’a ni déposé ni soumis la version."),
)
NOT_FINAL = Condition(
    lambda now: now.state != now.deliverable.final_state,
    _("Cette version est validée\u00a0: pour la changer, déposez-en une nouvelle."),
    _("La version n’a pas encore toutes les validations qu’il lui faut."),
)
FOR_THE_BUREAU = Condition(
    lambda now: now.deliverable.needs_bureau,
    _("Ce livrable ne porte pas de position du comité\u00a0: l’approbation de ses pilotes suffit."),
    _("Le livrable porte une position du comité."),
)

_ANY_STATE = frozenset(ApprovalState)
_S = ApprovalState

STEPS: Mapping[Move, Step] = {
    step.move: step
    for step in (
        Step(
            Move.DEPOSIT,
            _ANY_STATE,
            _S.DRAFT,
            Permission.CONTRIBUTE,
            "deliverable.version_deposited",
            conditions=(IN_PROGRESS,),
        ),
        Step(
            Move.SUBMIT,
            frozenset({_S.DRAFT}),
            _S.SUBMITTED,
            Permission.CONTRIBUTE,
            "deliverable.version_submitted",
            conditions=(CURRENT, IN_PROGRESS, SCANNED),
        ),
        Step(
            Move.WITHDRAW,
            frozenset({_S.SUBMITTED}),
            _S.DRAFT,
            Permission.CONTRIBUTE,
            "deliverable.version_withdrawn",
            conditions=(CURRENT, OWN_SUBMISSION),
        ),
        Step(
            Move.APPROVE,
            frozenset({_S.SUBMITTED}),
            _S.APPROVED,
            Permission.APPROVE,
            "deliverable.version_approved",
            conditions=(CURRENT, IN_PROGRESS, NOT_RECUSED, ENTITLED, NOT_SAID_ALREADY, NOT_ALONE),
            once=COMPLETE,
        ),
        Step(
            Move.REQUEST_CHANGES,
            frozenset({_S.SUBMITTED, _S.APPROVED}),
            _S.CHANGES_ASKED,
            Permission.APPROVE,
            "deliverable.changes_requested",
            conditions=(CURRENT, IN_PROGRESS, NOT_FINAL, NOT_RECUSED, ENTITLED),
            reason=True,
        ),
        Step(
            Move.VALIDATE,
            frozenset({_S.APPROVED}),
            _S.VALIDATED,
            Permission.HOLD_MEETINGS,
            "deliverable.validated_by_bureau",
            conditions=(CURRENT, FOR_THE_BUREAU),
            in_bureau=True,
        ),
        Step(
            Move.SEND_BACK,
            frozenset({_S.APPROVED}),
            _S.CHANGES_ASKED,
            Permission.HOLD_MEETINGS,
            "deliverable.sent_back_by_bureau",
            conditions=(CURRENT, FOR_THE_BUREAU),
            reason=True,
            in_bureau=True,
        ),
    )
}


def obstacle(step: Step, now: Situation) -> str:
    """Why this move is not open to them now, in a sentence; nothing when it is. Rights are asked elsewhere."""
    # First: what became of a replaced version would only lead people astray.
    if CURRENT in step.conditions and not CURRENT.holds(now):
        return str(CURRENT.otherwise)
    if now.state not in step.sources:
        return str(_WRONG_STATE[now.state])
    unmet = next((condition for condition in step.conditions if not condition.holds(now)), None)
    return str(unmet.otherwise) if unmet else ""


_WRONG_STATE: Mapping[ApprovalState, "_StrPromise"] = {
    _S.NO_VERSION: _("Aucune version n’a encore été déposée."),
    _S.DRAFT: _("Cette version est un brouillon\u00a0: elle n’a pas été soumise."),
    _S.SUBMITTED: _("Cette version est déjà soumise aux pilotes."),
    _S.CHANGES_ASKED: _("Des modifications ont été demandées\u00a0: déposez une nouvelle version."),
    _S.APPROVED: _("Les pilotes ont déjà approuvé cette version."),
    _S.VALIDATED: _("Le Bureau a déjà validé cette version."),
}
