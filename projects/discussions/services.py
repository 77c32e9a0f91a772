"""Writes about discussions: a question is opened, answered, settled. The journal never holds what was said."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.versions import locked
from projects.access.enums import Permission
from projects.access.standing import read_standing
from projects.activity.services import record
from projects.discussions.mail import tell_mentioned_after_commit
from projects.discussions.models import Comment, Mention, Thread
from projects.discussions.selectors import may_be_mentioned, mentioned_in
from projects.discussions.subjects import SUBJECTS, target_of, thing_of
from projects.groups.permissions import capacity_in

LONGEST = 5000


def open_thread(*, field: str, target: Any, text: str, by: User, about: str = "") -> Thread:
    """`field` is that of the thread which points at such a target: "version"."""
    text = _said(text)
    with transaction.atomic():
        _check_may_discuss(field, target, by)
        thread = Thread(about=one_line("about", about), **{field: target})
        thread.full_clean(validate_unique=False, validate_constraints=False)
        thread.save(force_insert=True)
        _write(thread, text, by)
        _tell(thread, "discussion.opened", by=by)
    return thread


def answer(*, thread: Thread, text: str, by: User) -> Comment:
    """A settled question is opened again by who answers it: nothing is said behind a closed door."""
    text = _said(text)
    with transaction.atomic():
        row = _held(thread, by)
        if row.resolved_at is not None:
            row.resolved_at, row.resolved_by = None, None
        row.save()
        comment = _write(row, text, by)
        _tell(row, "discussion.answered", by=by)
    return comment


def correct(*, comment: Comment, text: str, by: User, seen: str | None = None) -> Comment:
    """By its author, who is seen to have corrected it."""
    text = _said(text)
    with transaction.atomic():
        thread = _held(comment.thread, by)
        row: Comment = locked(Comment.objects.all(), comment.pk, seen=seen)
        if row.author_id != by.pk:
            raise PermissionDenied(_("Seul son auteur corrige un commentaire."))
        if row.withdrawn_at is not None:
            raise Refused(_("Ce commentaire a été retiré."), code="withdrawn")
        if row.text != text:
            row.text, row.edited_at = text, timezone.now()
            row.save()
            _mention(row, thread, by)
            _tell(thread, "discussion.corrected", by=by)
    return row


def take_back(*, comment: Comment, by: User, seen: str | None = None) -> Comment:
    """By its author, or by a pilot: its words go, its place stays."""
    with transaction.atomic():
        thread = _held(comment.thread, by)
        row: Comment = locked(Comment.objects.all(), comment.pk, seen=seen)
        if row.author_id != by.pk and not read_standing(by).may(Permission.APPROVE, thing_of(thread).group):
            raise PermissionDenied(_("Seuls son auteur et les pilotes retirent un commentaire."))
        if row.withdrawn_at is None:
            row.text, row.withdrawn_at = "", timezone.now()
            row.save()
            row.mentions.all().delete()
            _tell(thread, "discussion.taken_back", by=by)
    return row


def settle(*, thread: Thread, by: User, seen: str | None = None) -> Thread:
    return _set_settled(thread, settled=True, by=by, seen=seen)


def reopen(*, thread: Thread, by: User, seen: str | None = None) -> Thread:
    return _set_settled(thread, settled=False, by=by, seen=seen)


def _set_settled(thread: Thread, *, settled: bool, by: User, seen: str | None) -> Thread:
    with transaction.atomic():
        row = _held(thread, by, seen=seen)
        if (row.resolved_at is not None) != settled:
            row.resolved_at, row.resolved_by = (timezone.now(), by) if settled else (None, None)
            row.save()
            _tell(row, "discussion.settled" if settled else "discussion.reopened", by=by)
    return row


def _held(thread: Thread, by: User, *, seen: str | None = None) -> Thread:
    row: Thread = locked(Thread.objects.all(), thread.pk, seen=seen)
    subject, target = target_of(row)
    _check_may_discuss(subject.field, target, by)
    return row


def _check_may_discuss(field: str, target: Any, by: User) -> None:
    subject = SUBJECTS[field]
    if not subject.open_to(by).filter(pk=target.pk).exists():
        raise Http404
    if not read_standing(by).may(Permission.DISCUSS, subject.thing(target).group):
        raise PermissionDenied(_("Votre mandat ne vous permet pas de commenter dans ce groupe."))


def _said(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise ValidationError({"text": _("Écrivez votre commentaire.")})
    if len(text) > LONGEST:
        raise ValidationError({"text": _("Écrivez 5\u202f000 caractères au plus.")})
    return text


def _write(thread: Thread, text: str, by: User) -> Comment:
    group = thing_of(thread).group
    comment = Comment.objects.create(
        thread=thread, author=by, text=text, capacity=capacity_in(by, group, Permission.DISCUSS)
    )
    _mention(comment, thread, by)
    return comment


def _mention(comment: Comment, thread: Thread, by: User) -> None:
    if "@" not in comment.text:
        return
    known = set(comment.mentions.values_list("person_id", flat=True))
    named = mentioned_in(comment.text, list(may_be_mentioned(thing_of(thread), by)))
    fresh = [person for person in named if person.pk not in known]
    if fresh:
        Mention.objects.bulk_create([Mention(comment=comment, person=person) for person in fresh])
        tell_mentioned_after_commit(comment)


def _tell(thread: Thread, verb: str, *, by: User) -> None:
    thing = thing_of(thread)
    record(
        actor=by,
        capacity=capacity_in(by, thing.group, Permission.DISCUSS),
        verb=verb,
        target=thing,
        group=thing.group,
        changes={"about": (None, thread.about)} if thread.about else None,
    )
