"""Pages of the way to approval: submit, take back, decide, stand aside, and the sheet that says what was decided."""

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.people.models import User
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.deliverables.approvals import services
from projects.deliverables.approvals.forms import DecisionForm, RecusalForm, words_of
from projects.deliverables.approvals.models import Recusal
from projects.deliverables.approvals.register import Register, capacities_open, stand_ins
from projects.deliverables.approvals.rules import Ballot, Capacity
from projects.deliverables.approvals.sheet import sheet_of
from projects.deliverables.enums import ApprovalState
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import on_deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.selectors import version_at
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle
from projects.groups.mandates.forms import ConfirmForm
from projects.groups.permissions import may


@on_deliverable(Permission.READ_WORK)
def decide(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    """Where the mail lands: what it is about, and both answers."""
    version = version_at(deliverable, number, request.user)
    register = Register.of(version, deliverable)
    now = register.before(request.user)
    may_approve = may(request.user, Permission.APPROVE, deliverable.group)
    against = {move: obstacle(STEPS[move], now) for move in (Move.APPROVE, Move.REQUEST_CHANGES)}
    capacities = _capacities(register.ballot, request.user) if may_approve else []
    posted = request.method == "POST"
    form = None
    # What was typed is shown again even when, meanwhile, nothing is left to decide.
    if posted or (may_approve and not all(against.values())):
        form = DecisionForm(request.POST if posted else None, version=version, capacities=capacities)
    if form is not None and form.is_valid():
        with refusals_shown_in(form):
            messages.success(request, _decided(request, version, form))
        if form.is_valid():
            return redirect("version-decide", pk=deliverable.pk, number=number)
    context = {
        **_about(register),
        "form": form,
        "approve_is_closed": against[Move.APPROVE],
        "changes_are_closed": against[Move.REQUEST_CHANGES],
        "capacity": words_of(capacities[0]) if len(capacities) == 1 else "",
        "may_approve": may_approve,
        "may_submit": _open_to(request, Move.SUBMIT, now),
        "may_withdraw": _open_to(request, Move.WITHDRAW, now),
        "is_recused": now.ballot.is_recused(request.user),
    }
    return render(request, "projects/deliverables/approvals/decide.html", context)


@on_deliverable(Permission.CONTRIBUTE)
def submit(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    version = version_at(deliverable, number, request.user)
    closed = obstacle(STEPS[Move.SUBMIT], Situation(deliverable, request.user, version))
    form = ConfirmForm(request.POST if request.method == "POST" else None, instance=version)
    if form.is_valid():
        with refusals_shown_in(form):
            services.submit(version=version, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(request, _("La version est soumise\u00a0: celles et ceux qui l’approuvent sont prévenus."))
            return redirect("version-decide", pk=deliverable.pk, number=number)
    # Whoever submits it does not approve it alone: the list of who will be asked counts them so.
    after = copy(version)
    after.submitted_by = request.user
    ballot = Register.of(after, deliverable).ballot
    context = {
        **_about(Register.of(version, deliverable)),
        "form": form,
        "closed": closed,
        "asked": ballot.missing,
        "stand_ins": stand_ins(ballot, ballot.missing),
        "nobody_left": ballot.is_stuck,
    }
    return render(request, "projects/deliverables/approvals/submit.html", context)


@on_deliverable(Permission.CONTRIBUTE)
def withdraw(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    version = version_at(deliverable, number, request.user)
    register = Register.of(version, deliverable)
    closed = obstacle(STEPS[Move.WITHDRAW], register.before(request.user))
    form = ConfirmForm(request.POST if request.method == "POST" else None, instance=version)
    if form.is_valid():
        with refusals_shown_in(form):
            services.withdraw(version=version, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(
                request, _("La version est retirée de l’approbation\u00a0: c’est de nouveau un brouillon.")
            )
            return redirect("version-decide", pk=deliverable.pk, number=number)
    context = {**_about(register), "form": form, "closed": closed}
    return render(request, "projects/deliverables/approvals/withdraw.html", context)


@on_deliverable(Permission.APPROVE)
def recusal(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    """To stand aside for this deliverable, or to come back."""
    standing: Recusal | None = Recusal.objects.filter(
        deliverable=deliverable, person=request.user, lifted_at=None
    ).first()
    # The page knows what it showed: to declare twice, or to lift what was lifted, is said rather than done.
    answers = request.POST if request.method == "POST" else None
    lifting = answers.get("act") == "lift" if answers is not None else standing is not None
    form: forms.Form = forms.Form(answers) if lifting else RecusalForm(answers)
    if form.is_valid():
        with refusals_shown_in(form):
            if lifting:
                services.lift_recusal(deliverable=deliverable, by=request.user)
            else:
                services.declare_recusal(deliverable=deliverable, by=request.user, reason=form.cleaned_data["reason"])
        if form.is_valid():
            said = _("Votre déport est levé.") if lifting else _("Votre déport est noté\u00a0: le groupe le voit.")
            messages.success(request, said)
            return redirect("deliverable", pk=deliverable.pk)
    context = {"deliverable": deliverable, "group": deliverable.group, "recusal": standing, "form": form}
    if lifting:
        return render(request, "projects/deliverables/approvals/recusal_lift.html", context)
    return render(request, "projects/deliverables/approvals/recusal.html", context)


@on_deliverable(Permission.READ_WORK)
@require_safe
def sheet(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    version = version_at(deliverable, number, request.user)
    response = HttpResponse(sheet_of(version), content_type="application/pdf")
    name = _("fiche-d-approbation-v%(number)s") % {"number": number}
    response["Content-Disposition"] = f'attachment; filename="{name}-{version.short_hash}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _decided(request: PersonRequest, version: Version, form: DecisionForm) -> str:
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == Move.REQUEST_CHANGES:
        services.request_changes(version=version, reason=reason, by=request.user, capacity=form.chosen)
        return _("Votre demande de modifications est enregistrée\u00a0: l’auteur en est prévenu.")
    after = services.approve(
        version=version, sha256=form.cleaned_data["sha256"], by=request.user, capacity=form.chosen, reason=reason
    )
    if after.state == ApprovalState.SUBMITTED:
        return _("Votre approbation est enregistrée. Il en manque encore.")
    if after.deliverable.needs_bureau:
        return _("La version est approuvée par ses pilotes\u00a0: elle attend maintenant le Bureau.")
    return _("La version est approuvée.")


def _capacities(ballot: Ballot, person: User) -> list[Capacity]:
    """Those in which they would be heard; failing that, those in which they may still ask for changes."""
    return capacities_open(ballot, person) or ballot.capacities_of(person)


def _open_to(request: PersonRequest, move: Move, now: Situation) -> bool:
    step = STEPS[move]
    return may(request.user, step.permission, now.deliverable.group) and not obstacle(step, now)


def _about(register: Register) -> dict[str, Any]:
    deliverable = register.deliverable
    return {
        "deliverable": deliverable,
        "group": deliverable.group,
        "version": register.version,
        "register": register,
    }
