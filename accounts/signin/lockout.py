"""Too many wrong passwords or codes for one account from one address: a pause, told in minutes.

Counted in the database by django-axes, by what was typed and not by who exists, so it survives a restart, works without
the cache and tells nothing about accounts.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from allauth.core import context, ratelimit
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import User
from accounts.signin import services
from accounts.signin.devices import client_address

Credentials = Mapping[str, Any] | None


class Handler(AxesDatabaseHandler):
    """Writes in the journal the moment an account that exists is locked out."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None or (getattr(request, "axes_failures_since_start", None) or 0) < settings.AXES_FAILURE_LIMIT:
            return
        person = User.objects.filter(email=account_name(request, credentials)).first()
        if person is not None:
            services.locked_out(person=person)


def account_name(request: HttpRequest, credentials: Credentials) -> str:
    """What attempts are counted under: the address as it was typed, without case or spaces around."""
    given = (credentials or {}).get("email") or (credentials or {}).get("username") or request.POST.get("login", "")
    return str(given).strip().lower()[:255]


def response(request: HttpRequest, original: HttpResponse | None, credentials: Credentials) -> HttpResponse:
    wait = remaining(request, credentials)
    minutes = max(1, math.ceil(wait.total_seconds() / 60))
    answer = render(request, "accounts/signin/locked.html", {"sentence": sentence(minutes)}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    answer["Cache-Control"] = "no-store"
    return answer


def remaining(request: HttpRequest, credentials: Credentials) -> timedelta:
    attempts = AccessAttempt.objects.filter(
        username=account_name(request, credentials), ip_address=client_address(request)
    )
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return max(last + cool_off - timezone.now(), timedelta())


def sentence(minutes: int) -> str:
    return ngettext(
        "Par sécurité, la connexion à ce compte depuis votre adresse est suspendue pendant %(minutes)s minute.",
        "Par sécurité, la connexion à ce compte depuis votre adresse est suspendue pendant %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


@contextmanager
def counting(person: User) -> Iterator[None]:
    """Around the check of a second factor's code: a wrong one counts like a wrong password."""
    request = context.request
    credentials = {"email": person.email}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out, request.axes_credentials = True, credentials
        raise ValidationError(_("Trop d’essais."))
    if not ratelimit.consume(request, action="second_factor", key=str(person.pk)):
        raise ValidationError(_("Trop d’essais. Patientez une heure avant de recommencer."))
    try:
        yield
    except ValidationError:
        AxesProxyHandler.user_login_failed(sender=Handler, credentials=credentials, request=request)
        raise
