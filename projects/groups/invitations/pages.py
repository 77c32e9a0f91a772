"""Inviting into groups: one person, a list, and what became of those invited."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.invitations import selectors as accounts
from accounts.invitations import services as account_services
from accounts.invitations.models import Invitation
from accounts.organisations.permissions import coordinators
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.groups.enums import Outcome
from projects.groups.invitations import offers
from projects.groups.invitations.forms import (
    ConfirmationForm,
    GatheringForm,
    GeneralInvitationForm,
    GroupInvitationForm,
)
from projects.groups.invitations.gathering import Plan, foresee, gather
from projects.groups.invitations.services import Invited, invite_into_group, resend_offer, withdraw_offer
from projects.groups.invitations.tables import OffersTable, addressee
from projects.groups.models import InvitedMandate, WorkingGroup
from projects.groups.permissions import in_group

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CONFIRM = "confirm"


class Act(NamedTuple):
    service: Callable[..., InvitedMandate]
    done: "StrOrPromise"
    template: str


RESEND = Act(resend_offer, gettext_lazy("Un nouveau lien part par courriel."), "projects/invitations/resend.html")
WITHDRAW = Act(withdraw_offer, gettext_lazy("L’invitation est retirée."), "projects/invitations/withdraw.html")


@in_group(Permission.INVITE)
def invite(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = GroupInvitationForm(request.POST if request.method == "POST" else None, by=request.user, group=group)
    if form.is_valid():
        with refusals_shown_in(form):
            done = invite_into_group(group=group, by=request.user, **form.cleaned_data)
        if form.is_valid():
            _say(request, done)
            return redirect("group-invitations", slug=group.slug)
    return render(request, "projects/invitations/one.html", {"form": form, "group": group})


@in_group(Permission.INVITE)
def invitations(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    found = offers.offers_into(group, acted_on_by=request.user)
    context = {"group": group, "orphaned": found.filter(orphaned=True).count()}
    return OffersTable(request, found).answer("projects/invitations/list.html", context)


@in_group(Permission.INVITE)
def invite_many(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = _list_form(request, group)
    plan = _read(request, form)
    if plan and form.is_valid() and CONFIRM in request.POST:
        messages.success(request, _told(plan))
        return redirect("group-invitations", slug=group.slug)
    context = {"form": form, "plan": plan, "group": group}
    return render(request, "projects/invitations/many.html", context)


@coordinators
def gather_many(request: PersonRequest) -> HttpResponse:
    """The same across all groups: the list names them."""
    form = _list_form(request, None)
    plan = _read(request, form)
    if plan and form.is_valid() and CONFIRM in request.POST:
        messages.success(request, _told(plan))
        return redirect("invitations")
    return render(request, "projects/invitations/gather.html", {"form": form, "plan": plan})


@in_group(Permission.INVITE)
def resend(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    return _act(request, group, pk, RESEND)


@in_group(Permission.INVITE)
def withdraw(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    return _act(request, group, pk, WITHDRAW)


@coordinators
def new(request: PersonRequest) -> HttpResponse:
    """An account, and a mandate with it when the form says which."""
    form = GeneralInvitationForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_valid():
        made: Invitation | None = None
        with refusals_shown_in(form):
            made = _invited(request, form)
        if form.is_valid():
            return redirect("invitation", pk=made.pk) if made else redirect("group-members", slug=_slug(form))
    already = accounts.open_invitation_to(form.already_invited)
    return render(request, "accounts/invitations/new.html", {"form": form, "already": already})


def _invited(request: PersonRequest, form: GeneralInvitationForm) -> Invitation | None:
    """The invitation; None when the person had an account, and has the mandate already."""
    account, mandate = form.account(), form.mandate()
    if mandate["group"] is None:
        made = account_services.invite(by=request.user, **account)
        messages.success(request, _("L’invitation part par courriel."))
        return made
    as_administrator, as_delegate = account.pop("as_administrator", False), account.pop("as_delegate")
    with transaction.atomic():
        if as_administrator or as_delegate:
            # Only a new account is opened with a role across the contract.
            account_services.invite(
                by=request.user, as_administrator=as_administrator, as_delegate=as_delegate, **account
            )
        done = invite_into_group(by=request.user, **account, **mandate)
    _say(request, done)
    return done.offer.invitation if done.offer else None


def _slug(form: GeneralInvitationForm) -> str:
    slug: str = form.cleaned_data["group"].slug
    return slug


def _list_form(request: PersonRequest, group: WorkingGroup | None) -> GatheringForm:
    posted = request.method == "POST"
    return GatheringForm(
        request.POST if posted else None, request.FILES if posted else None, by=request.user, group=group
    )


def _read(request: PersonRequest, form: GatheringForm) -> Plan | None:
    """What the list would do; once it is confirmed, what it did, unless the form now holds a refusal."""
    if not form.is_valid():
        return None
    plan = foresee(form.listing, defaults=form.defaults(), by=request.user)
    if CONFIRM in request.POST:
        answers = {"shown": form.cleaned_data["shown"], "skip_faulty": form.cleaned_data["skip_faulty"]}
        with refusals_shown_in(form):
            plan = gather(form.listing, defaults=form.defaults(), by=request.user, **answers)
    return plan


def _act(request: PersonRequest, group: WorkingGroup, pk: UUID, act: Act) -> HttpResponse:
    """What will happen, and a button."""
    offer = get_object_or_404(offers.offers_into(group), pk=pk)
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            act.service(offer=offer, by=request.user)
        if form.is_valid():
            messages.success(request, act.done)
            return redirect("group-invitations", slug=group.slug)
    context = {"form": form, "group": group, "offer": offer, "addressee": addressee(offer)}
    return render(request, act.template, context)


def _say(request: PersonRequest, done: Invited) -> None:
    level = messages.INFO if done.outcome is Outcome.ALREADY else messages.SUCCESS
    messages.add_message(request, level, done.sentence)


def _told(plan: Plan) -> str:
    words = {
        Outcome.INVITED: lambda n: ngettext("%(n)d invitation part", "%(n)d invitations partent", n),
        Outcome.JOINED: lambda n: ngettext("%(n)d invitation complétée", "%(n)d invitations complétées", n),
        Outcome.GIVEN: lambda n: ngettext("%(n)d mandat confié", "%(n)d mandats confiés", n),
        Outcome.ALREADY: lambda n: ngettext("%(n)d ligne sans changement", "%(n)d lignes sans changement", n),
        Outcome.FAULTY: lambda n: ngettext("%(n)d ligne laissée de côté", "%(n)d lignes laissées de côté", n),
    }
    told: dict[Any, Any] = {outcome: words[outcome](number) % {"n": number} for outcome, number in plan.counts.items()}
    return ", ".join(told.values()) + "."
