"""Writes of the way to approval. The table in `workflow` says what is open to whom; these verbs obey it.

All of them hold the group, then the deliverable: an approval meets a new version, a second approval or the end of a
mandate before or after, never in between.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.refusals import Refused
from projects.access.enums import Permission
from projects.deliverables.approvals import mail
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.approvals.rules import Ballot, Capacity
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.deliverables.holding import held, tell
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import STEPS, Move, Situation, Step, obstacle
from projects.groups.models import WorkingGroup
from projects.groups.permissions import capacity_in
from projects.groups.services import held_group

MOST_WORDS = 2000


class OtherContent(Refused):
    """What was read is not what would be approved."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "L’empreinte ne correspond pas\u00a0: ce n’est pas ce contenu que vous avez lu. "
                "Relisez la version courante."
            ),
            code="other_content",
        )


def submit(*, version: Version, by: User, seen: str | None = None) -> Version:
    with transaction.atomic():
        now = _situation(version, Move.SUBMIT, by, seen=seen)
        row = _version(now)
        row.submitted_by, row.submitted_at = by, timezone.now()
        move(now, STEPS[Move.SUBMIT], by=by)
        mail.tell_awaited_after_commit(row)
    return row


def withdraw(*, version: Version, by: User, seen: str | None = None) -> Version:
    """Back to a draft; approvals given meanwhile stay written, and no longer count."""
    with transaction.atomic():
        now = _situation(version, Move.WITHDRAW, by, seen=seen)
        row = _version(now)
        _void(row, Void.WITHDRAWN)
        row.submitted_by, row.submitted_at = None, None
        move(now, STEPS[Move.WITHDRAW], by=by)
    return row


def approve(
    *, version: Version, sha256: str, by: User, capacity: str = "", reason: str = "", seen: str | None = None
) -> Version:
    """Binds to the content whose SHA-256 is given. `capacity` names a delegation; without, the first of use."""
    if len(reason) > MOST_WORDS:
        raise too_long("reason")
    with transaction.atomic():
        now = _situation(version, Move.APPROVE, by, capacity=capacity, sha256=sha256, seen=seen)
        chosen = _speaking(now)
        _write(now, chosen, Verdict.APPROVED, reason)
        changes = _about(now, chosen)
        after = Situation(now.deliverable, by, _version(now))  # with what was just said
        if after.ballot.is_complete:
            move(after, STEPS[Move.APPROVE], by=by, changes=changes)
            mail.tell_approved_after_commit(_version(after))
        else:
            now.deliverable.save()
            tell(
                now.deliverable,
                "deliverable.version_approved_in_part",
                by=by,
                permission=Permission.APPROVE,
                changes=changes,
            )
    return _version(after)


def request_changes(*, version: Version, reason: str, by: User, capacity: str = "", seen: str | None = None) -> Version:
    reason = _said("reason", reason)
    with transaction.atomic():
        now = _situation(version, Move.REQUEST_CHANGES, by, capacity=capacity, seen=seen)
        chosen = _speaking(now)
        _void(_version(now), Void.CHANGES_ASKED)
        asked = _write(now, chosen, Verdict.CHANGES_ASKED, reason)
        move(now, STEPS[Move.REQUEST_CHANGES], by=by, changes={**_about(now, chosen), "reason": (None, reason)})
        mail.tell_decision_after_commit(asked)
    return _version(now)


def declare_recusal(*, deliverable: Deliverable, reason: str, by: User) -> Recusal:
    """Somebody who could decide stands aside, and what they said of a version still under way no longer counts."""
    reason = _said("reason", reason)
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.APPROVE)
        if Recusal.objects.filter(deliverable=row, person=by, lifted_at=None).exists():
            raise Refused(_("Vous vous êtes déjà déporté de ce livrable."), code="recused")
        recusal = Recusal.objects.create(
            deliverable=row, person=by, reason=reason, capacity=capacity_in(by, row.group, Permission.APPROVE)
        )
        row.save()
        changes: dict[str, tuple[Any, Any]] = {"reason": (None, reason)}
        if voided := _void_word_of(by, row):
            changes["voided_approvals"] = (None, voided)
        tell(row, "deliverable.recusal_declared", by=by, permission=Permission.APPROVE, changes=changes)
        settle(row)
    return recusal


def lift_recusal(*, deliverable: Deliverable, by: User) -> None:
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.APPROVE)
        if not Recusal.objects.filter(deliverable=row, person=by, lifted_at=None).update(lifted_at=timezone.now()):
            raise Refused(_("Vous ne vous êtes pas déporté de ce livrable."), code="not_recused")
        row.save()
        tell(row, "deliverable.recusal_lifted", by=by, permission=Permission.APPROVE)


def settle(deliverable: Deliverable) -> None:
    """Those still awaited may have left, or stood aside: nobody need sign again for what is complete already.

    The caller holds the group and the deliverable.
    """
    version = deliverable.current
    if version is None or version.state != ApprovalState.SUBMITTED or deliverable.is_stopped:
        return
    if Ballot.of(version, deliverable).is_complete:
        # The application notes it; the approvals themselves say who gave them.
        _finish(deliverable, version, STEPS[Move.APPROVE].target)
        tell(
            deliverable,
            "deliverable.version_approved",
            by=None,
            permission=Permission.APPROVE,
            changes={
                "version": (None, version.number),
                "sha256": (None, version.sha256),
                "approval_state": (str(ApprovalState.SUBMITTED), str(deliverable.approval_state)),
            },
        )
        mail.tell_approved_after_commit(version)


def settle_group(group: WorkingGroup) -> None:
    """After a mandate of the group has ended. The caller holds the group."""
    waiting = Deliverable.objects.filter(group=group, approval_state=ApprovalState.SUBMITTED).order_by("pk")
    for row in waiting.select_for_update(of=("self",), no_key=True).select_related("current"):
        row.group = group
        settle(row)


def settle_one_group(pk: UUID) -> None:
    with transaction.atomic():
        settle_group(held_group(WorkingGroup(pk=pk)))


def settle_everywhere() -> None:
    """Mandates also end by themselves, accounts are closed, a group changes its rule: nobody’s act settles these."""
    waiting = Deliverable.objects.filter(approval_state=ApprovalState.SUBMITTED).values("group")
    for group in WorkingGroup.objects.living().filter(pk__in=waiting).order_by("pk"):
        settle_one_group(group.pk)


def _situation(
    version: Version, what: Move, by: User, *, capacity: str = "", sha256: str | None = None, seen: str | None = None
) -> Situation:
    """The version as it stands under the locks, once the table has said yes."""
    step = STEPS[what]
    row = held(version.deliverable, by=by, permission=step.permission)
    fresh = Version.objects.select_for_update(of=("self",), no_key=True).get(pk=version.pk)
    if seen is not None:
        _check_seen(fresh, seen)
    fresh.deliverable = row
    if sha256 is not None and sha256.strip().lower() != fresh.sha256:
        raise OtherContent
    now = Situation(row, by, fresh)
    if capacity:
        now = Situation(row, by, fresh, _named(now.ballot.capacities_of(by), capacity))
    if problem := obstacle(step, now):
        raise Refused(problem, code="not_now")
    return now


def _check_seen(version: Version, seen: str) -> None:
    from filiere.versions import Stale, version_of

    if seen != version_of(version):
        raise Stale(version)


def _named(capacities: list[Capacity], key: str) -> Capacity:
    found = next((each for each in capacities if each.key == key), None)
    if found is None:
        raise ValidationError({"capacity": _("Cette délégation ne vous permet pas, ou plus, d’approuver ici.")})
    return found


def _version(now: Situation) -> Version:
    assert now.version is not None
    return now.version


def _speaking(now: Situation) -> Capacity:
    assert now.speaks_as is not None  # ENTITLED
    return now.speaks_as


def _said(field: str, text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValidationError({field: _("Dites pourquoi.")})
    if len(text) > MOST_WORDS:
        raise too_long(field)
    return text


def too_long(field: str) -> ValidationError:
    return ValidationError({field: _("Écrivez 2\u202f000 caractères au plus.")})


def _write(now: Situation, chosen: Capacity, verdict: Verdict, reason: str) -> Approval:
    version = _version(now)
    lent = chosen.delegation
    words = _("%(role)s, %(organisation)s") % {"role": chosen.role, "organisation": chosen.organisation}
    approval = Approval(
        version=version,
        sha256=version.sha256,
        verdict=verdict,
        reason=reason.replace("\r\n", "\n").strip(),
        person=chosen.person,
        voice=chosen.voice,
        delegation=lent,
        organisation=chosen.organisation,
        capacity=(_("par délégation (%(for)s)") % {"for": words} if lent else words)[:200],
    )
    approval.full_clean(validate_unique=False, validate_constraints=False)
    approval.save(force_insert=True)
    return approval


def _about(now: Situation, chosen: Capacity) -> dict[str, tuple[Any, Any]]:
    version = _version(now)
    told: dict[str, tuple[Any, Any]] = {"version": (None, version.number), "sha256": (None, version.sha256)}
    if chosen.delegation:
        told["delegation"] = (None, str(chosen.delegation.pk))
    return told


def _void_word_of(person: User, row: Deliverable) -> int:
    """Of a version still before the pilots: what they said for whomever, and what was said for them."""
    said = Approval.objects.of_pilots().filter(Q(person=person) | Q(voice=person), version=row.current_id)
    return said.filter(version__state=ApprovalState.SUBMITTED).update(
        voided_at=timezone.now(), voided_because=Void.RECUSED
    )


def _void(version: Version, why: Void) -> None:
    Approval.objects.standing().filter(version=version).update(voided_at=timezone.now(), voided_because=why)


def move(
    now: Situation,
    step: Step,
    *,
    by: User | None,
    changes: dict[str, tuple[Any, Any]] | None = None,
    group: WorkingGroup | None = None,
) -> None:
    """Writes the state of the version and of its deliverable, and the event. `group`: where `by` sits, if elsewhere."""
    version, row = _version(now), now.deliverable
    before = row.approval_state
    _finish(row, version, step.target)
    told = changes or {"version": (None, version.number), "sha256": (None, version.sha256)}
    tell(
        row,
        step.records,
        by=by,
        permission=step.permission,
        group=group,
        changes={**told, "approval_state": (before, str(row.approval_state))},
    )


def _finish(row: Deliverable, version: Version, state: ApprovalState) -> None:
    version.state = row.approval_state = state
    if state == row.final_state:
        version.validated_at, row.validated = timezone.now(), version
    version.save()
    row.current = version
    row.save()
