"""Invitations, as coordinators keep them. What the invited person meets is in `acceptance_pages`.

The page that writes a new one also gives mandates: it belongs to groups (`invitation-new`).
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.invitations import selectors, services
from accounts.invitations.forms import ConfirmationForm
from accounts.invitations.models import Invitation
from accounts.invitations.permissions import may_grant
from accounts.invitations.tables import InvitationsTable, addressee, state_label, tone
from accounts.organisations.permissions import coordinators
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in


@coordinators
def invitations(request: PersonRequest) -> HttpResponseBase:
    return InvitationsTable(request, selectors.invitations()).answer("accounts/invitations/list.html")


@coordinators
def invitation(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _shown(request, get_object_or_404(selectors.invitations(), pk=pk))


@coordinators
def resend(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _act(
        request, pk, services.resend, _("Un nouveau lien part par courriel."), "accounts/invitations/resend.html"
    )


@coordinators
def revoke(request: PersonRequest, pk: UUID) -> HttpResponse:
    done = _("L’invitation est révoquée.")
    return _act(request, pk, services.revoke, done, "accounts/invitations/revoke.html")


def _act(
    request: PersonRequest, pk: UUID, service: Callable[..., Invitation], done: str, template: str
) -> HttpResponse:
    """What will happen, and a button."""
    found = get_object_or_404(selectors.invitations(), pk=pk)
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            service(invitation=found, by=request.user)
        if form.is_valid():
            messages.success(request, done)
            return redirect("invitation", pk=pk)
    return render(request, template, {"form": form, **_context(found)})


def _shown(request: PersonRequest, found: Invitation) -> HttpResponse:
    open_to_acts = found.accepted_at is None and found.revoked_at is None
    context = {
        **_context(found),
        "may_act": open_to_acts
        and may_grant(request.user, as_administrator=found.as_administrator, as_delegate=found.as_delegate),
        "has_address": bool(found.email),
    }
    return render(request, "accounts/invitations/invitation.html", context)


def _context(found: Invitation) -> dict[str, Any]:
    return {
        "invitation": found,
        "addressee": addressee(found),
        "state": state_label(found),
        "tone": tone(found),
        "brings": selectors.brought_by(found),
    }
