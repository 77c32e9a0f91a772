"""Idempotency-Key: a POST that is repeated is done once, and answered twice.

The claim on the key, the work and the answer are one transaction. A crash or a refusal frees the key with the
rest; a second request with the same key waits on the unique index until the first is decided, then replays it
or, if the first failed, does the work. Only successes are kept: a refusal changes nothing and may be retried.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from filiere.api import problems
from filiere.api.database_errors import is_busy
from filiere.api.problems import Problem
from filiere.models import StoredAnswer

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
WAIT_SECONDS = 5
_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")


class Answering(Protocol):
    """What is asked here of `filiere.api.views.View`, which asks this module to repeat nothing."""

    secret_fields: tuple[str, ...]

    def finalize_response(self, request: Request, response: Any) -> Any: ...


def once(view: Answering, post: Callable[..., Any], request: Request, *args: Any, **kwargs: Any) -> Any:
    key = request.headers.get(HEADER)
    if key is None:
        return post(request, *args, **kwargs)
    _check(key, request)
    # Read before the transaction: a slow sender must not hold the database's lock.
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        answer, claimed = _claim(request.user.pk, key, fingerprint)
        if not claimed:
            return _replay(answer, fingerprint)
        response = post(request, *args, **kwargs)
        if 200 <= response.status_code < 300:
            _keep(answer, view, request, response)
        else:
            transaction.set_rollback(True)
    return response


def _check(key: str, request: Request) -> None:
    if not _KEY.match(key):
        raise Problem(problems.UNREADABLE, _("Idempotency-Key attend de 1 à 128 caractères ASCII sans espace."))
    if not request.user.is_authenticated:
        raise Problem(problems.UNREADABLE, _("Idempotency-Key demande d’être connecté."))


def _claim(person_id: Any, key: str, fingerprint: str) -> tuple[StoredAnswer, bool]:
    """The key's row, and whether it is ours. Until commit nobody else sees it; the index makes them wait."""
    answer = StoredAnswer(person_id=person_id, key=key, fingerprint=fingerprint, status=0, body=b"")
    try:
        with _bounded_wait():
            StoredAnswer.objects.bulk_create([answer], ignore_conflicts=True)
    except OperationalError as error:
        if is_busy(error):
            raise Problem(problems.KEY_BUSY, retry_after=1) from error
        raise
    stored = StoredAnswer.objects.get(person_id=person_id, key=key)
    return stored, stored.status == 0


@contextmanager
def _bounded_wait() -> Iterator[None]:
    """PostgreSQL would wait for the first request as long as it lasts, and hold a web worker with it."""
    if connection.vendor != "postgresql":
        yield  # SQLite has one writer: its own bound was met when the transaction began
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout TO '{WAIT_SECONDS}s'")
        yield
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _keep(answer: StoredAnswer, view: Answering, request: Request, response: Any) -> None:
    if hasattr(response, "render"):
        view.finalize_response(request, response)
        response.render()
    answer.status = response.status_code
    answer.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    answer.body = _without_secrets(response, view.secret_fields)
    answer.save(update_fields=["status", "headers", "body"])


def _without_secrets(response: Any, names: tuple[str, ...]) -> bytes:
    if not names:
        return bytes(response.content)
    return bytes(JSONRenderer().render({**response.data, **dict.fromkeys(names)}))


def _replay(answer: StoredAnswer, fingerprint: str) -> HttpResponse:
    if answer.fingerprint != fingerprint:
        raise Problem(problems.KEY_REUSED)
    response = HttpResponse(bytes(answer.body), status=answer.status)
    del response["Content-Type"]
    for name, value in answer.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def fingerprint_of(request: Request) -> str:
    """What makes two requests the same: where they go and what they say, not how it was laid out.

    Keys of a JSON object in another order, or another multipart boundary, are the same body.
    """
    digest = hashlib.sha256()

    def add(*parts: str) -> None:
        # JSON tells ["ab"] from ["a", "b"], where joined text would not.
        digest.update(json.dumps(parts).encode() + b"\n")

    add(str(request.method), request.get_full_path(), request.content_type.partition(";")[0].strip().lower())
    data = request.data
    if not isinstance(data, QueryDict):
        add("json", json.dumps(data, sort_keys=True))
        return digest.hexdigest()
    for name in sorted(data):
        for value in data.getlist(name):
            if isinstance(value, UploadedFile):
                add("file", name, value.name or "", value.content_type or "", _hash_of(value))
            else:
                add("field", name, str(value))
    return digest.hexdigest()


def _hash_of(file: "UploadedFile[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def forget_old_answers(before: datetime) -> int:
    """Frees keys older than this moment; says how many."""
    return StoredAnswer.objects.filter(created_at__lt=before).delete()[0]
