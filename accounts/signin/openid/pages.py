"""To the identity provider, back from it, and out of it."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

import structlog
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from accounts.signin.openid.adapter import refusal_page
from accounts.signin.openid.configuration import configuration
from accounts.signin.openid.provider import Exchange
from accounts.signin.openid.refusals import UNREACHABLE, Refusal
from filiere.web.access import everyone

log = structlog.get_logger(__name__)
Page = Callable[[HttpRequest], HttpResponse]


def with_a_provider(page: Page) -> Page:
    @wraps(page)
    def guarded(request: HttpRequest) -> HttpResponse:
        configuration()
        try:
            return page(request)
        except Refusal as refusal:
            return refusal_page(request, refusal)
        except RequestException as error:
            return refusal_page(request, Refusal(UNREACHABLE, status=502, why=type(error).__name__))

    return guarded


@everyone
@never_cache
@with_a_provider
def go(request: HttpRequest) -> HttpResponse:
    """Sent by a form, so that no other site can start it."""
    if request.method != "POST":
        return redirect("account_login")
    provider = get_adapter(request).get_provider(request, configuration().issuer)
    redirection: HttpResponse = provider.redirect_from_request(request)
    return leaving(request, redirection["Location"])


@everyone
@never_cache
@require_GET
@with_a_provider
def come_back(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = OAuth2CallbackView.adapter_view(Exchange(request, configuration().issuer))(request)
    return response


def leaving(request: HttpRequest, address: str) -> HttpResponse:
    """A page that leads on by itself: the policy lets no form of ours end elsewhere, even by redirections."""
    return render(request, "accounts/signin/leaving.html", {"address": address, "name": configuration().name})


def way_out(request: HttpRequest, id_token: str) -> str:
    """Where the provider ends its own session; nowhere when it has no such place, or does not answer now."""
    try:
        endpoint = Exchange(request, configuration().issuer).openid_config.get("end_session_endpoint")
    except (Refusal, RequestException) as error:
        log.warning("openid sign-out not reached", why=type(error).__name__)
        return ""
    if not endpoint:
        return ""
    parameters = {
        "id_token_hint": id_token,
        "state": get_random_string(32),
        "post_logout_redirect_uri": f"{settings.BASE_URL}{reverse('account_login')}",
    }
    return f"{endpoint}?{urlencode(parameters)}"
