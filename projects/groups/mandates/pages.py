"""Pages of mandates: given, looked at, changed, prolonged, ended and handed over, withdrawn."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.web.access import PersonRequest
from filiere.web.components import TimelineEntry
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.activity.selectors import events_of_object
from projects.activity.sentences import sentence_of
from projects.groups.mandates import services as mandates
from projects.groups.mandates.forms import ChangeForm, ConfirmForm, EndForm, MandateForm, ProlongForm
from projects.groups.mandates.handover import duties_of, left_by, sitting_around, successors_among
from projects.groups.mandates.person_selectors import people_to_seat
from projects.groups.mandates.rules import is_over, may_change, may_end, refuse_ended
from projects.groups.models import Membership, WorkingGroup
from projects.groups.permissions import in_group, may

LONGEST_SEARCH = 200
LATEST = 20


@in_group(Permission.INVITE)
def new(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    """Coordinators choose among accounts; others type a whole address, since the directory is not theirs to browse."""
    person = None
    if may(request.user, Permission.MANAGE_GROUP, group):
        person = _chosen(request)
        if person is None:
            return _choose(request, group)
    form = MandateForm(request.POST if request.method == "POST" else None, group=group, by=request.user, person=person)
    if form.is_valid():
        with refusals_shown_in(form):
            made = mandates.give_mandate(group=group, by=request.user, **form.content())
        if form.is_valid():
            messages.success(request, _("Le mandat est donné."))
            return redirect("mandate", slug=group.slug, pk=made.pk)
    return render(request, "projects/mandates/new.html", {"group": group, "form": form, "person": person})


@in_group(Permission.SEE)
@require_safe
def mandate(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    found = _mandate(group, pk)
    reader = request.user
    context = {
        "group": group,
        "mandate": found,
        "over": is_over(found),
        "ahead": not is_over(found) and found.starts_on > today(),
        "others": group.mandates.filter(person=found.person, withdrawn_at=None)
        .exclude(pk=found.pk)
        .select_related("organisation")
        .order_by("-starts_on", "pk"),
        "substitutes": found.substitutes.after(today() - timedelta(days=1)).select_related("person"),
        "may_change": may_change(reader, found),
        "may_end": may_end(reader, found),
        "story": _story(found) if may(reader, Permission.READ_JOURNAL, group) else [],
    }
    return render(request, "projects/mandates/mandate.html", context)


@in_group(Permission.INVITE)
def change(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    found = _mandate(group, pk)
    if refused := _refused(request, found, allowed=may_change(request.user, found)):
        return refused
    form = ChangeForm(request.POST if request.method == "POST" else None, instance=found, by=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            following = mandates.change_mandate(
                mandate=found, by=request.user, seen=form.cleaned_data["version"], **form.content()
            )
        if form.is_valid():
            messages.success(request, _("Le changement est enregistré."))
            return redirect("mandate", slug=group.slug, pk=following.pk)
    return render(request, "projects/mandates/change.html", {"group": group, "mandate": found, "form": form})


@in_group(Permission.INVITE)
def prolong(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    found = _mandate(group, pk)
    if refused := _refused(request, found, allowed=may_change(request.user, found)):
        return refused
    form = ProlongForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        with refusals_shown_in(form):
            mandates.prolong_mandate(
                mandate=found,
                ends_on=form.cleaned_data["ends_on"],
                by=request.user,
                seen=form.cleaned_data["version"],
            )
        if form.is_valid():
            messages.success(request, _("La fin du mandat est enregistrée."))
            return redirect("mandate", slug=group.slug, pk=pk)
    return render(request, "projects/mandates/prolong.html", {"group": group, "mandate": found, "form": form})


@in_group(Permission.SEE)
def end(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    """What the person still owes, who takes it up, and what will happen: then a button."""
    found = _mandate(group, pk)
    if refused := _refused(request, found, allowed=may_end(request.user, found)):
        return refused
    last = today() - timedelta(days=1)
    around = sitting_around(found)
    form = EndForm(
        request.POST if request.method == "POST" else None,
        instance=found,
        last=last,
        offered=successors_among(around, found),
    )
    if form.is_valid():
        with refusals_shown_in(form):
            mandates.end_mandate(
                mandate=found,
                on=form.cleaned_data["ends_on"],
                successor=form.cleaned_data["successor"],
                by=request.user,
                seen=form.cleaned_data["version"],
            )
        if form.is_valid():
            messages.success(request, _("La fin du mandat est enregistrée."))
            return _after(request, group, found)
    context: dict[str, Any] = {
        "group": group,
        "mandate": found,
        "form": form,
        "own": found.person_id == request.user.pk,
        "duties": duties_of(found, last, around),
        "left": left_by(found, last, around),
    }
    return render(request, "projects/mandates/end.html", context)


@in_group(Permission.SEE)
def withdraw(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    found = _mandate(group, pk)
    if refused := _refused(request, found, allowed=may_end(request.user, found)):
        return refused
    if found.starts_on <= today():
        return redirect("mandate-end", slug=group.slug, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        with refusals_shown_in(form):
            mandates.withdraw_mandate(mandate=found, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(request, _("Le mandat est retiré."))
            return _after(request, group, found)
    return render(request, "projects/mandates/withdraw.html", {"group": group, "mandate": found, "form": form})


def _mandate(group: WorkingGroup, pk: UUID) -> Membership:
    rows = Membership.objects.filter(group=group).select_related(
        "person", "organisation", "substitute_for__person", "substitute_for__organisation"
    )
    found: Membership = get_object_or_404(rows, pk=pk)
    found.group = group
    return found


def _refused(request: PersonRequest, found: Membership, *, allowed: bool) -> HttpResponse | None:
    """Where a mandate that is over leads: back to its page, which says so."""
    if allowed:
        return None
    try:
        refuse_ended(found)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("mandate", slug=found.group.slug, pk=found.pk)
    raise PermissionDenied(_("Votre mandat ne vous permet pas de toucher à celui-ci."))


def _after(request: PersonRequest, group: WorkingGroup, found: Membership) -> HttpResponse:
    """Who has just left may not see the group any more."""
    if WorkingGroup.objects.visible_to(request.user).filter(pk=group.pk).exists():
        return redirect("mandate", slug=group.slug, pk=found.pk)
    return redirect("home")


def _chosen(request: PersonRequest) -> User | None:
    try:
        pk = UUID(request.GET.get("personne", ""))
    except ValueError:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


def _choose(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = people_to_seat(text) if text else None
    return render(request, "projects/mandates/choose.html", {"group": group, "text": text, "found": found})


def _story(found: Membership) -> list[TimelineEntry]:
    events = events_of_object(found)[:LATEST]
    return [TimelineEntry(event.at, sentence_of(event), event.capacity, person=event.actor) for event in events]
