"""Is it alive, is it ready, and in what state is each part: for balancers, for monitoring, for administrators.

Every part is asked in a thread of its own, within one common limit, and never twice at once: a part that hangs holds
one thread, however many times the question is asked meanwhile.
"""

import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from filiere import runs
from filiere.logs import hide_personal
from filiere.parts import NotWorking, Part, parts
from filiere.requests import comes_from_this_machine
from filiere.web.access import PersonRequest, administrators, everyone

LIMIT = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    name: str
    title: str | Promise
    ok: bool
    detail: str
    ms: float

    def as_json(self, *, detailed: bool) -> dict[str, Any]:
        short = {"name": self.name, "state": "ok" if self.ok else "ko"}
        return {**short, "title": str(self.title), "detail": self.detail, "ms": self.ms} if detailed else short


@everyone
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked: restarting it would not bring a database back."""
    return JsonResponse({"status": "ok"})


@everyone
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    answers = examine()
    detailed = comes_from_this_machine(request) or _is_administrator(request)
    works = all(answer.ok for answer in answers)
    return JsonResponse(
        {"status": "ok" if works else "ko", "parts": [answer.as_json(detailed=detailed) for answer in answers]},
        status=200 if works else 503,
        json_dumps_params={"ensure_ascii": False},
    )


@administrators
@never_cache
def state(request: PersonRequest) -> HttpResponse:
    return render(request, "filiere/state.html", {"answers": examine(), "states": runs.states(at=timezone.now())})


def examine() -> list[Answer]:
    asked = [(part, questions.ask(part)) for part in parts()]
    limit = time.monotonic() + LIMIT
    return [_wait(part, future, limit) for part, future in asked]


def _wait(part: Part, future: "Future[Answer]", limit: float) -> Answer:
    try:
        return future.result(timeout=max(0.0, limit - time.monotonic()))
    except TimeoutError:
        detail = _("Pas de réponse en %(seconds)d secondes.") % {"seconds": LIMIT}
        return Answer(part.name, part.title, ok=False, detail=detail, ms=LIMIT * 1000)


def _is_administrator(request: HttpRequest) -> bool:
    """Without a database nobody is: the short answer is still an answer."""
    try:
        return bool(getattr(request.user, "is_staff", False))
    except DatabaseError:
        return False


class Questions:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[Future[Answer], float]] = {}

    def ask(self, part: Part) -> "Future[Answer]":
        now = time.monotonic()
        with self._lock:
            if part.name in self._asked:
                future, when = self._asked[part.name]
                if not future.done() or (future.result().ok and now - when < part.keep):
                    return future
            future = Future()
            self._asked[part.name] = future, now
        # Not a pool: its threads would be waited for when the process stops, and one of them may hang.
        threading.Thread(target=_answer, args=(part, future), daemon=True).start()
        return future

    def forget(self) -> None:
        with self._lock:
            self._asked.clear()


questions = Questions()


def _answer(part: Part, future: "Future[Answer]") -> None:
    began = time.perf_counter()
    try:
        ok, detail = True, part.ask()
    except NotWorking as problem:
        ok, detail = False, str(problem)
    except Exception as error:  # noqa: BLE001  whatever it is, the part does not work, and the others are still asked
        ok, detail = False, _("Ne répond pas : %(error)s") % {"error": _said(error)}
    finally:
        connections.close_all()
    ms = round((time.perf_counter() - began) * 1000, 1)
    if not ok:
        log.warning("part not working", part=part.name, detail=detail, ms=ms)
    future.set_result(Answer(part.name, part.title, ok, detail, ms))


def _said(error: Exception) -> str:
    first = hide_personal(str(error)).strip().partition("\n")[0]
    return f"{first} ({type(error).__name__})" if first else type(error).__name__
