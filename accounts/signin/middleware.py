from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.signin import second_factor
from accounts.signin.devices import client_address
from filiere.api import problems

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

# What leads to a second factor, or out.
OPEN_WITHOUT = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "healthz",
        "help",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "readyz",
        "theme",
    }
)


class SecondFactorMiddleware:
    """Whoever must hold a second factor and has none is led to set one up, and can do nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.url_name in OPEN_WITHOUT or not second_factor.demanded_now(request):
            return None
        if match.route.startswith("api/"):
            return problems.plain(403, detail=second_factor.explanation())
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(reverse("mfa_index"))
        return redirect("mfa_index")


class SessionActivityMiddleware:
    """Notes when a session was last seen, at most once in a while: a mark in the cache spares the other writes."""

    every = timedelta(minutes=5)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"seen:{key}", 1, self.every.total_seconds()):
            self._note(request, key)
        return response

    def _note(self, request: HttpRequest, key: str) -> None:
        now = timezone.now()
        try:
            # The condition stands for the mark while the cache is away.
            UserSession.objects.filter(session_key=key, last_seen_at__lt=now - self.every).update(
                last_seen_at=now, ip=client_address(request)
            )
        except DatabaseError:
            log.warning("session activity not noted", exc_info=True)
