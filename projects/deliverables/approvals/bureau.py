"""The second stage: what carries a position of the comité goes before the Bureau, which decides in a meeting.

The meeting that takes the decision calls `validate` or `send_back` with its number; nothing else does.
"""

from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.versions import locked
from projects.access.standing import read_standing
from projects.deliverables.approvals.mail import tell_decision_after_commit
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.services import MOST_WORDS, OtherContent, move, too_long
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import STEPS, Move, Situation, Step, obstacle
from projects.groups.enums import GroupKind
from projects.groups.models import WorkingGroup
from projects.groups.permissions import capacity_in
from projects.groups.services import held_group


def queue(bureau: WorkingGroup) -> QuerySet[Any]:
    """What waits for this Bureau, the longest first."""
    waiting: QuerySet[Any] = Deliverable.objects.filter(
        needs_bureau=True, approval_state=ApprovalState.APPROVED, group__contract=bureau.contract_id
    )
    return waiting.select_related("group", "current").order_by("current__changed_at", "pk")


def validate(*, version: Version, sha256: str, bureau: WorkingGroup, reference: str, by: User | None) -> Version:
    return _decide(version, Move.VALIDATE, Verdict.VALIDATED, sha256=sha256, bureau=bureau, reference=reference, by=by)


def send_back(
    *, version: Version, sha256: str, bureau: WorkingGroup, reference: str, reason: str, by: User | None
) -> Version:
    """Goes back to its group with the reason; what its pilots approved no longer counts."""
    if not reason.strip():
        raise ValidationError({"reason": _("Dites au groupe pourquoi.")})
    return _decide(
        version,
        Move.SEND_BACK,
        Verdict.SENT_BACK,
        sha256=sha256,
        bureau=bureau,
        reference=reference,
        reason=reason.strip(),
        by=by,
    )


def _decide(
    version: Version,
    what: Move,
    verdict: Verdict,
    *,
    sha256: str,
    bureau: WorkingGroup,
    reference: str,
    by: User | None,
    reason: str = "",
) -> Version:
    step = STEPS[what]
    reference = one_line("reference", reference)
    if not reference or len(reference) > 60:
        raise ValidationError({"reference": _("Donnez le numéro de la décision du Bureau, en 60 caractères au plus.")})
    if len(reason) > MOST_WORDS:
        raise too_long("reason")
    with transaction.atomic():
        now, bureau = _situation(version, step, bureau=bureau, sha256=sha256, by=by)
        fresh = now.version
        assert fresh is not None
        if verdict == Verdict.SENT_BACK:
            standing = Approval.objects.standing().filter(version=fresh)
            standing.update(voided_at=timezone.now(), voided_because=Void.SENT_BACK)
        decision = Approval.objects.create(
            version=fresh,
            sha256=fresh.sha256,
            verdict=verdict,
            reason=reason,
            reference=reference,
            person=by,
            voice=None,
            capacity=capacity_in(by, bureau, step.permission)[:200],
        )
        move(
            now,
            step,
            by=by,
            group=bureau,
            changes={
                "version": (None, fresh.number),
                "sha256": (None, fresh.sha256),
                "reference": (None, reference),
                **({"reason": (None, reason)} if reason else {}),
            },
        )
        tell_decision_after_commit(decision)
    return fresh


def _situation(
    version: Version, step: Step, *, bureau: WorkingGroup, sha256: str, by: User | None
) -> tuple[Situation, WorkingGroup]:
    """The version and the Bureau as they stand under the locks, once the table has said yes."""
    # Both groups, by their keys: the one that sits and the one whose version it decides about.
    for key in sorted({bureau.pk, version.deliverable.group_id}):
        group = held_group(WorkingGroup(pk=key))
        bureau = group if key == bureau.pk else bureau
    allowed = by is None or read_standing(by).may(step.permission, bureau)
    if bureau.kind != GroupKind.BUREAU or not allowed:
        raise PermissionDenied(_("Seul le Bureau valide, en séance, ce qui porte une position du comité."))
    row = locked(Deliverable.objects.select_related("group"), version.deliverable_id)
    if row.group.contract_id != bureau.contract_id:
        raise PermissionDenied(_("Ce livrable relève d’un autre contrat."))
    fresh = locked(Version.objects.all(), version.pk)
    fresh.deliverable = row
    if sha256.strip().lower() != fresh.sha256:
        raise OtherContent
    now = Situation(row, cast(User, by), fresh)  # who notes what the Bureau decided is no condition of it
    if problem := obstacle(step, now):
        raise Refused(problem, code="not_now")
    return now, bureau
