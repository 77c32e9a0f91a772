"""How many requests a minute: counted in the shared cache, for all web processes together.

While the cache is away everybody is answered rather than nobody: `filiere.cache` behaves as an empty one.
"""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Throttle(BaseThrottle):
    """One counter a sender and window: one atomic increment, where a list of past moments would be read and written."""

    scope: str

    def allow_request(self, request: Request, view: "APIView") -> bool:
        sender = self.sender(request)
        if sender is None:
            return True
        limit, seconds = _rate(self.scope)
        now = time.time()
        self.window_end = (now // seconds + 1) * seconds
        return _count(f"throttle:{self.scope}:{sender}:{int(now // seconds)}", seconds) <= limit

    def wait(self) -> float:
        return max(0.0, self.window_end - time.time())

    def sender(self, request: Request) -> str | None:
        raise NotImplementedError


class PersonThrottle(Throttle):
    scope = "person"

    def sender(self, request: Request) -> str | None:
        return str(request.user.pk) if request.user.is_authenticated else None


class VisitorThrottle(Throttle):
    scope = "visitor"

    def sender(self, request: Request) -> str | None:
        # TrustedProxyMiddleware already put the visitor's true address here.
        return None if request.user.is_authenticated else str(request.META.get("REMOTE_ADDR", ""))


def _rate(scope: str) -> tuple[int, int]:
    number, period = str(api_settings.DEFAULT_THROTTLE_RATES[scope]).split("/")
    return int(number), {"s": 1, "m": 60, "h": 3600, "d": 86400}[period[0]]


def _count(key: str, seconds: int) -> int:
    with suppress(ValueError):
        return cache.incr(key)
    # The first request of this window; of several first ones, one creates the counter and all increment it.
    cache.add(key, 0, seconds + 1)
    try:
        return cache.incr(key)
    except ValueError:
        return 1  # the window closed between the two commands, or the cache is away
