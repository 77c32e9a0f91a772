"""What an invited person meets, from the link in their mail to their first session.

The link is opened by programs too: scanners of mail, previews of messaging. So a GET never uses it up; it puts the
token away, hashed and signed, in a cookie that only these pages receive, and leads to an address that says nothing.
From there on no log, history, Referer or error report can hold the token. (It also lets the form keep the ordinary
`same-origin` policy: under `no-referrer` browsers send `Origin: null`, which the protection of forms refuses.)
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.invitations import selectors
from accounts.invitations.forms import AcceptanceForm
from accounts.invitations.models import Invitation
from accounts.invitations.services import InvitationVoid, accept_invitation
from accounts.invitations.tokens import hash_of
from accounts.signin.services import sign_in
from filiere.web.access import everyone
from filiere.web.forms import refusals_shown_in

COOKIE = "filiere_invitation"
# Long enough to be called away in the middle of the form.
COOKIE_AGE = 12 * 3600


@everyone
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The same answer whatever the token: nothing is looked up before the next page."""
    response = redirect("acceptance")
    response.set_signed_cookie(
        COOKIE,
        hash_of(token),
        salt=COOKIE,
        max_age=COOKIE_AGE,
        path=reverse("acceptance"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return _unlisted(response)


@everyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponseBase:
    token_hash = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=COOKIE_AGE) or ""
    invitation = selectors.opened_by(token_hash)
    if invitation is None:
        return _void(request)
    if request.user.is_authenticated:
        return _unlisted(render(request, "accounts/invitations/signed_in.html", _about(invitation)))
    form = AcceptanceForm(request.POST if request.method == "POST" else None, invitation=invitation)
    if form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("email", "given_name", "family_name")}
        try:
            with refusals_shown_in(form):
                person = accept_invitation(
                    token_hash=token_hash,
                    password=form.cleaned_data["password1"],
                    tell=partial(messages.warning, request),
                    **answers,
                )
        except InvitationVoid:
            return _void(request)
        if form.is_valid():
            messages.success(request, _("Bienvenue\u00a0! Votre compte est ouvert."))
            response: HttpResponseBase = sign_in(request, person, method="invitation")
            response.delete_cookie(COOKIE, path=reverse("acceptance"), samesite="Lax")
            return response
    return _unlisted(render(request, "accounts/invitations/accept.html", {"form": form, **_about(invitation)}))


def _about(invitation: Invitation) -> dict[str, Any]:
    sender = invitation.invited_by
    return {
        "invitation": invitation,
        "sender": sender if sender and sender.is_active else None,
        "brings": selectors.brought_by(invitation),
    }


def _void(request: HttpRequest) -> HttpResponse:
    """Used, revoked, too old, mistyped or invented: one page, one status, so that trying teaches nothing."""
    response = render(request, "accounts/invitations/void.html", status=404)
    response.delete_cookie(COOKIE, path=reverse("acceptance"), samesite="Lax")
    return _unlisted(response)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
