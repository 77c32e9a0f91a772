"""Who must hold a second factor, and who does.

The rules are named in the settings, so that a feature adds one about its own roles without being imported here.
"""

import time
from collections.abc import Callable
from functools import cache

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.people.models import User

Rule = Callable[[User], bool]

# What a session remembers of a second factor shown to an identity provider.
PROVIDER = ("mfa", "openid")
# Seconds; longer than any code is accepted.
MEMORY = 300
# Recovery codes get a person in once when the real thing is lost; they are no factor of their own.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def administers(user: User) -> bool:
    return user.is_staff


def delegates(user: User) -> bool:
    return user.is_delegate


def required_of(user: User) -> bool:
    return bool(settings.REQUIRE_MFA) and any(_rule(path)(user) for path in settings.SECOND_FACTOR_RULES)


def held_by(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def missing_for(user: User) -> bool:
    """Costs what the rules cost, and one query for those of whom it is required."""
    return required_of(user) and not held_by(user)


def demanded_now(request: HttpRequest) -> bool:
    """Whether the person behind this request must set one up before anything else."""
    user = request.user
    return isinstance(user, User) and missing_for(user) and not shown_to_provider(request, user)


def explanation() -> str:
    return _("Votre rôle demande une vérification en deux étapes\u00a0: mettez-la en place pour continuer.")


def shown_to_provider(request: HttpRequest, user: User | None) -> bool:
    """Whether this very session was opened by an identity provider that vouches for a second factor."""
    records = get_authentication_records(request, user)
    return any((record.get("method"), record.get("type")) == PROVIDER for record in records)


def may_lose(authenticator: Authenticator) -> bool:
    """Whether a person can do without this one: the last factor stays where one is required."""
    if authenticator.type not in FACTORS or not required_of(authenticator.user):
        return True
    others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
    return bool(others.exists())


def first_use(authenticator: Authenticator, code: str) -> bool:
    """A code opens once. Remembered beside the secret: allauth's own memory is the cache, and forgets after 30 s."""
    if authenticator.type != Authenticator.Type.TOTP:
        return True
    digits, now = "".join(filter(str.isdigit, code)), time.time()
    with transaction.atomic():
        stored = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        used = [pair for pair in stored.data.get("used", []) if now - pair[1] < MEMORY]
        if any(known == digits for known, _at in used):
            return False
        stored.data["used"] = [*used, [digits, now]]
        stored.save(update_fields=["data"])
    return True


@cache
def _rule(path: str) -> Rule:
    rule: Rule = import_string(path)
    return rule
