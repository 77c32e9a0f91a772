"""What every request carries: the client's true address, and an id that follows it into logs, events and tasks."""

import ipaddress
import re
import time
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject

from filiere.ids import uuid7
from filiere.logs import route_of

T = TypeVar("T")
GetResponse = Callable[[HttpRequest], HttpResponse]
# What this request has already found out; None outside of a request.
_found: ContextVar[dict[Hashable, Any] | None] = ContextVar("found", default=None)
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_FORWARDED = "filiere.forwarded"
# Balancers ask every few seconds; their good answers would drown the rest.
_UNREMARKABLE = {"/healthz", "/readyz"}

log = structlog.get_logger("filiere.access")


def current_request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def once_a_request(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer is kept until the request ends, or until `ask_again`; outside of a request it is asked every time."""
    found = _found.get()
    if found is None:
        return ask()
    if key not in found:
        found[key] = ask()
    answer: T = found[key]
    return answer


def ask_again() -> None:
    """Called by what changes an answer that `once_a_request` may keep."""
    if (found := _found.get()) is not None:
        found.clear()


def comes_from_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine speaks for others: what it passes on is not local."""
    address = _address(request.META.get("REMOTE_ADDR", ""))
    return address is not None and address.is_loopback and not request.META.get(_FORWARDED)


class RequestIdMiddleware:
    """Names the request, and writes the one line that tells what became of it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE_ID.match(given) else str(uuid7())
        structlog.contextvars.clear_contextvars()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            began = time.perf_counter()
            memory = _found.set({})
            try:
                response = self.get_response(request)
            finally:
                _found.reset(memory)
            response["X-Request-ID"] = request_id
            _write_access_line(request, response.status_code, time.perf_counter() - began)
        return response


def _write_access_line(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    if route in _UNREMARKABLE and status < 400:
        return
    person = _person(request)
    log.info(
        "request",
        method=request.method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        **({"person": person} if person else {}),
    )


def _person(request: HttpRequest) -> str | None:
    """Known only when something already asked: a line in the log is not worth a query."""
    user = getattr(request, "_cached_user", None) or vars(request).get("user")
    if user is None or isinstance(user, LazyObject) or not user.is_authenticated:
        return None
    return str(user.pk)


class TrustedProxyMiddleware:
    """Believes X-Forwarded-* only from a proxy that the installation names."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sender = request.META.get("REMOTE_ADDR", "")
        chain = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = request.META.pop("HTTP_X_FORWARDED_PROTO", "")
        request.META[_FORWARDED] = bool(chain or scheme or "HTTP_FORWARDED" in request.META)
        if _trusted(sender):
            if scheme.strip().lower() in {"http", "https"}:
                request.META["wsgi.url_scheme"] = scheme.strip().lower()
            request.META["REMOTE_ADDR"] = _client(sender, chain)
        return self.get_response(request)


def _client(sender: str, chain: str) -> str:
    """The nearest address that no proxy of ours vouches for: further left, the client writes what it likes."""
    for text in reversed(chain.split(",")):
        candidate = _address(text.strip())
        if candidate is None:
            break
        sender = str(candidate)
        if not _trusted(sender):
            break
    return sender


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket open to both families writes IPv4 clients the IPv6 way.
    return getattr(address, "ipv4_mapped", None) or address


def _trusted(text: str) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)
