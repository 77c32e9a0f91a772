"""Writes about how the work goes: état d’avancement, météo, suspension, abandonment. None of them approves anything."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.days import today
from filiere.refusals import Refused
from projects.access.enums import Permission
from projects.deliverables.enums import PLAIN, Health, Progress
from projects.deliverables.holding import held, tell
from projects.deliverables.models import Deliverable, HealthNote
from projects.groups.permissions import capacity_in


def set_progress(*, deliverable: Deliverable, progress: str, by: User | None, seen: str | None = None) -> Deliverable:
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.CONTRIBUTE, seen=seen)
        if progress not in PLAIN:
            raise ValidationError(
                {"progress": _("Suspendre ou abandonner demande un motif\u00a0: ce sont des actes à part.")}
            )
        if row.is_stopped:
            raise Refused(_("Ce livrable est suspendu ou abandonné\u00a0: reprenez-le d’abord."), code="stopped")
        if row.progress != progress:
            before, row.progress = row.progress, progress
            row.save()
            tell(
                row,
                "deliverable.progress_changed",
                by=by,
                permission=Permission.CONTRIBUTE,
                changes={"progress": (before, str(progress))},
            )
    return row


def set_health(
    *, deliverable: Deliverable, health: str, by: User | None, sentence: str = "", seen: str | None = None
) -> Deliverable:
    """The pilot's judgement, with a sentence where the sky is not clear."""
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.APPROVE, seen=seen)
        sentence = one_line("sentence", sentence)
        if health not in Health.values:
            raise ValidationError({"health": _("Choisissez soleil, nuages ou orage.")})
        if len(sentence) > 500:
            raise ValidationError({"sentence": _("Écrivez 500 caractères au plus.")})
        if health != Health.SUN and not sentence:
            raise ValidationError({"sentence": _("Dites en une phrase ce qui assombrit le ciel.")})
        before, row.health = row.health, health
        HealthNote.objects.create(
            deliverable=row,
            health=health,
            sentence=sentence,
            by=by,
            capacity=capacity_in(by, row.group, Permission.APPROVE),
        )
        row.save()
        changes: dict[str, tuple[Any, Any]] = {"health": (before, str(health)), "sentence": (None, sentence)}
        tell(row, "deliverable.health_changed", by=by, permission=Permission.APPROVE, changes=changes)
    return row


def suspend(
    *, deliverable: Deliverable, reason: str, by: User | None, resumes_on: date | None = None, seen: str | None = None
) -> Deliverable:
    """It silences reminders, and is not late: so it takes a reason, and says until when."""
    if resumes_on is not None and resumes_on < today():
        raise ValidationError({"resumes_on": _("Une reprise prévue n’est pas déjà passée.")})
    return _stop(deliverable, Progress.SUSPENDED, reason, by=by, resumes_on=resumes_on, seen=seen)


def abandon(*, deliverable: Deliverable, reason: str, by: User | None, seen: str | None = None) -> Deliverable:
    return _stop(deliverable, Progress.ABANDONED, reason, by=by, resumes_on=None, seen=seen)


def take_up_again(*, deliverable: Deliverable, by: User | None, seen: str | None = None) -> Deliverable:
    """Where it stood before it was stopped."""
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.APPROVE, seen=seen)
        if not row.is_stopped:
            raise Refused(_("Ce livrable n’est ni suspendu ni abandonné."), code="not_stopped")
        before = row.progress
        row.progress, row.progress_before = row.progress_before or Progress.TO_START, ""
        row.stopped_because, row.stopped_on, row.resumes_on = "", None, None
        row.save()
        tell(
            row,
            "deliverable.taken_up_again",
            by=by,
            permission=Permission.APPROVE,
            changes={"progress": (before, str(row.progress))},
        )
    return row


def follow_together(*, deliverables: Iterable[Deliverable], by: User | None, progress: str) -> int:
    """The same état d’avancement for several; all of them, or none."""
    with transaction.atomic():
        # By their groups then their keys: two who choose the same ones take their locks in the same order.
        chosen = sorted(deliverables, key=lambda each: (each.group_id, each.pk))
        return sum(_moved(each, progress, by) for each in chosen)


def _moved(deliverable: Deliverable, progress: str, by: User | None) -> bool:
    before = deliverable.progress
    return set_progress(deliverable=deliverable, progress=progress, by=by).progress != before


def _stop(
    deliverable: Deliverable,
    progress: Progress,
    reason: str,
    *,
    by: User | None,
    resumes_on: date | None,
    seen: str | None,
) -> Deliverable:
    with transaction.atomic():
        row = held(deliverable, by=by, permission=Permission.APPROVE, seen=seen)
        reason = reason.replace("\r\n", "\n").strip()
        if not reason:
            raise ValidationError({"reason": _("Dites pourquoi.")})
        if len(reason) > 2000:
            raise ValidationError({"reason": _("Écrivez 2\u202f000 caractères au plus.")})
        before = row.progress
        if not row.is_stopped:
            row.progress_before = row.progress
        row.progress, row.stopped_because, row.stopped_on, row.resumes_on = progress, reason, today(), resumes_on
        row.save()
        tell(
            row,
            "deliverable.suspended" if progress == Progress.SUSPENDED else "deliverable.abandoned",
            by=by,
            permission=Permission.APPROVE,
            changes={
                "progress": (before, str(progress)),
                "stopped_because": (None, reason),
                "resumes_on": (None, resumes_on.isoformat() if resumes_on else ""),
            },
        )
    return row
