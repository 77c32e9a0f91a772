"""What allauth asks while somebody comes back from their identity provider."""

import hmac
from typing import Any

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from requests import RequestException

from accounts.signin.devices import origin
from accounts.signin.openid.configuration import configuration
from accounts.signin.openid.identity import account_of
from accounts.signin.openid.provider import Provider
from accounts.signin.openid.refusals import REFUSED_THERE, TOO_LATE, UNREACHABLE, UNREADABLE, Refusal
from accounts.signin.second_factor import PROVIDER
from accounts.signin.services import sign_in

log = structlog.get_logger(__name__)

# In the session: the token that lets us end theirs too.
ID_TOKEN = "openid_id_token"  # noqa: S105


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """One provider, from the environment; nobody gets an account this way."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        if settings.OIDC is None:
            return []
        # Named after the issuer: a subject means something only beside who gave it.
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=settings.OIDC.issuer,
                name=settings.OIDC.name,
                client_id=settings.OIDC.client_id,
                secret=settings.OIDC.client_secret,
                settings={"server_url": settings.OIDC.issuer},
            )
        ]

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Any:
        return Provider(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """allauth's own way would erase the person's password. Ours is `account_of`."""
        return

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Here allauth's part ends: what follows there is about making accounts."""
        raise ImmediateHttpResponse(_enter(request, sociallogin))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        raise ImmediateHttpResponse(_answer(request, error, exception))


def _enter(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    identity = sociallogin.identity
    try:
        if not hmac.compare_digest(str(sociallogin.state.get("nonce")).encode(), identity.nonce.encode()):
            raise Refusal(UNREADABLE, why="this answer was made for another request")
        person = account_of(identity, origin=origin(request)).user
    except Refusal as refusal:
        return refusal_page(request, refusal)
    if request.user.is_authenticated:
        logout(request)
    request.session[ID_TOKEN] = identity.id_token
    if identity.two_factors:
        method, kind = PROVIDER
        record_authentication(request, person, method=method, type=kind)
    redirect_to = sociallogin.get_redirect_url(request) or ""
    return sign_in(request, person, method="openid", redirect_to=redirect_to)


def _answer(request: HttpRequest, error: Any, exception: Any) -> HttpResponse:
    if error == AuthError.CANCELLED:
        messages.info(request, _("La connexion par %(name)s a été abandonnée.") % {"name": configuration().name})
        return redirect("account_login")
    if isinstance(exception, Refusal):
        return refusal_page(request, exception)
    if isinstance(exception, RequestException):
        return refusal_page(request, Refusal(UNREACHABLE, status=502, why=type(exception).__name__))
    if exception is not None:
        return refusal_page(request, Refusal(UNREADABLE, status=502, why=f"{exception}"[:200]))
    told = request.GET.get("error")
    return refusal_page(request, Refusal(REFUSED_THERE if told else TOO_LATE, why=f"error {told!r:.80}"))


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    log.warning("openid sign-in refused", why=str(refusal))
    return render(request, "accounts/signin/openid_refused.html", {"sentence": refusal.sentence}, status=refusal.status)
