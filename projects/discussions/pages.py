"""Pages of discussions. Threads are read where their subject is, and each on a page of its own, which mails lead to."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from filiere.web.access import PersonRequest, signed_in
from filiere.web.forms import refusals_said_to, refusals_shown_in
from projects.access.confidentiality import Confidential
from projects.access.enums import Permission
from projects.discussions import selectors, services
from projects.discussions.forms import AnswerForm, CorrectionForm, NewThreadForm
from projects.discussions.models import Comment, Thread
from projects.discussions.subjects import SUBJECTS, find, target_of, thing_of
from projects.groups.permissions import may


@signed_in
def open_thread(request: PersonRequest, field: str, pk: UUID) -> HttpResponse:
    target: Any = find(field, pk, request.user)
    if target is None:
        raise Http404
    subject = SUBJECTS[field]
    group = subject.thing(target).group
    if not may(request.user, Permission.DISCUSS, group):
        raise PermissionDenied(_("Votre mandat ne vous permet pas de commenter dans ce groupe."))
    form = NewThreadForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            made = services.open_thread(field=field, target=target, by=request.user, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("La discussion est ouverte."))
            return redirect(f"{subject.href(target)}#fil-{made.pk}")
    context = {
        "form": form,
        "group": group,
        "title": subject.title(target),
        "back": subject.href(target),
        "people": people_named(request, subject.thing(target)),
    }
    return render(request, "projects/discussions/new.html", context)


@signed_in
def thread(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Reads it; posted to, answers it."""
    found = _thread(request, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            services.answer(thread=found, by=request.user, **form.cleaned_data)
        if form.is_valid():
            return redirect(_place(found))
    subject, target = target_of(found)
    context = {
        "thread": found,
        "form": form,
        "group": thing_of(found).group,
        "title": subject.title(target),
        "back": subject.href(target),
        "people": people_named(request, thing_of(found)),
        **rights(request, found),
    }
    return render(request, "projects/discussions/thread.html", context)


@signed_in
@require_POST
def settle(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = _thread(request, pk)
    with refusals_said_to(request):
        services.settle(thread=found, by=request.user)
        messages.success(request, _("Le fil est marqué comme résolu."))
    return redirect(_place(found))


@signed_in
@require_POST
def reopen(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = _thread(request, pk)
    with refusals_said_to(request):
        services.reopen(thread=found, by=request.user)
        messages.success(request, _("Le fil est rouvert."))
    return redirect(_place(found))


@signed_in
def correct(request: PersonRequest, pk: UUID) -> HttpResponse:
    comment = _comment(request, pk)
    if comment.author_id != request.user.pk or comment.withdrawn_at is not None:
        raise PermissionDenied(_("Seul son auteur corrige un commentaire."))
    form = CorrectionForm(request.POST if request.method == "POST" else None, instance=comment)
    if form.is_valid():
        with refusals_shown_in(form):
            services.correct(
                comment=comment,
                text=form.cleaned_data["text"],
                by=request.user,
                seen=form.cleaned_data["version"],
            )
        if form.is_valid():
            messages.success(request, _("Le commentaire est corrigé."))
            return redirect(_place(comment.thread))
    return render(request, "projects/discussions/correct.html", {"form": form, **_frame(request, comment)})


@signed_in
def take_back(request: PersonRequest, pk: UUID) -> HttpResponse:
    comment = _comment(request, pk)
    if not may_take_back(request, comment):
        raise PermissionDenied(_("Seuls son auteur et les pilotes retirent un commentaire."))
    if request.method == "POST":
        with refusals_said_to(request):
            services.take_back(comment=comment, by=request.user)
            messages.success(request, _("Le commentaire est retiré."))
        return redirect(_place(comment.thread))
    return render(request, "projects/discussions/take_back.html", {"comment": comment, **_frame(request, comment)})


def rights(request: PersonRequest, thread: Thread) -> dict[str, bool]:
    """Which doors a thread shows."""
    group = thing_of(thread).group
    return {
        "may_discuss": may(request.user, Permission.DISCUSS, group),
        "moderates": may(request.user, Permission.APPROVE, group),
    }


def people_named(request: PersonRequest, thing: Confidential) -> list[str]:
    """Names that an @ may be followed by."""
    return [str(person) for person in selectors.may_be_mentioned(thing, request.user)]


def may_take_back(request: PersonRequest, comment: Comment) -> bool:
    own = comment.author_id == request.user.pk
    return comment.withdrawn_at is None and (own or rights(request, comment.thread)["moderates"])


def _thread(request: PersonRequest, pk: UUID) -> Thread:
    found: Thread | None = selectors.threads(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _comment(request: PersonRequest, pk: UUID) -> Comment:
    found: Comment | None = selectors.comments(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _frame(request: PersonRequest, comment: Comment) -> dict[str, Any]:
    subject, target = target_of(comment.thread)
    thing = thing_of(comment.thread)
    people = people_named(request, thing)
    return {"group": thing.group, "title": subject.title(target), "back": _place(comment.thread), "people": people}


def _place(thread: Thread) -> str:
    subject, target = target_of(thread)
    return f"{subject.href(target)}#fil-{thread.pk}"
