"""From what was raised to the problem document that says it. One handler for every view."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from django.core import exceptions as django
from django.db import DatabaseError, DataError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions as drf

from filiere.api import problems
from filiere.api.database_errors import is_busy, is_duplicate
from filiere.api.problems import NON_FIELD, Errors, Problem, document
from filiere.refusals import Refused
from filiere.versions import Stale

log = structlog.get_logger(__name__)
Answer = Callable[[Any, Any], HttpResponse]


def handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """None for what is a defect: Django logs it with its trace, and `server_error` answers."""
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            return answer(error, context.get("view"))
    if isinstance(error, DatabaseError):
        return _database(error)
    return None


def _database(error: DatabaseError) -> HttpResponse | None:
    if is_duplicate(error):
        return document(problems.DUPLICATE)
    if is_busy(error):
        return document(problems.BUSY, headers={"Retry-After": "2"})
    if isinstance(error, DataError):
        # A number too large, a text too long: what a serializer should have said by its field.
        log.error("a value reached the database that it does not take", exc_info=error)
        return document(problems.INVALID, _("Une des valeurs envoyées ne peut pas être enregistrée."))
    return None


def _problem(error: Problem, view: Any) -> HttpResponse:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return document(error.kind, error.detail, errors=error.errors, headers=headers)


def _invalid(error: drf.ValidationError, view: Any) -> HttpResponse:
    return _with_errors(flat(error.detail))


def _invalid_in_service(error: django.ValidationError, view: Any) -> HttpResponse:
    found = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD: error.messages}
    return _with_errors({NON_FIELD if name == django.NON_FIELD_ERRORS else name: list(found[name]) for name in found})


def _with_errors(errors: Errors) -> HttpResponse:
    general = errors.get(NON_FIELD, [])
    # A sentence about the whole is worth more than "some values …".
    return document(problems.INVALID, " ".join(general), errors=errors)


def flat(detail: Any, path: str = "") -> Errors:
    """Nested errors by dotted path: {"members.0.role": ["…"]}, so that every error has one shape."""
    if isinstance(detail, str):
        return {path or NON_FIELD: [str(detail)]}
    steps: Iterable[tuple[Any, Any]]
    if isinstance(detail, Mapping):
        steps = detail.items()
    elif all(isinstance(item, str) for item in detail):
        return {path or NON_FIELD: [str(item) for item in detail]} if detail else {}
    else:
        steps = enumerate(detail)
    errors: Errors = {}
    for step, inner in steps:
        # The errors of a whole nested object belong to its own name.
        inside = path if step == NON_FIELD and path else f"{path}.{step}" if path else str(step)
        for name, sentences in flat(inner, inside).items():
            errors.setdefault(name, []).extend(sentences)
    return errors


def _refused(error: Refused, view: Any) -> HttpResponse:
    return document(problems.REFUSED, error.sentence, code=error.code)


def _stale(error: Stale, view: Any) -> HttpResponse:
    current, headers = None, {}
    if hasattr(view, "current_version"):
        current, headers = view.current_version(error.current)
    return document(problems.STALE, headers=headers, current=current)


def _unknown_person(error: drf.APIException, view: Any) -> HttpResponse:
    detail = "" if isinstance(error, drf.NotAuthenticated) else str(error.detail)
    return document(problems.UNKNOWN_PERSON, detail, headers={"WWW-Authenticate": "Token"})


def _forbidden(error: drf.PermissionDenied | django.PermissionDenied, view: Any) -> HttpResponse:
    if isinstance(error, drf.PermissionDenied):
        if error.get_codes() == "csrf":
            return document(problems.UNSAFE_FORM)
        # DRF's own sentence says less than ours.
        known = str(error.detail) == str(drf.PermissionDenied.default_detail)
        return document(problems.FORBIDDEN, "" if known else str(error.detail))
    return document(problems.FORBIDDEN, " ".join(str(part) for part in error.args))


def _not_found(error: Exception, view: Any) -> HttpResponse:
    """No word of why: what is hidden and what never was look alike."""
    return document(problems.NOT_FOUND)


def _method(error: drf.MethodNotAllowed, view: Any) -> HttpResponse:
    allowed = ", ".join(view.allowed_methods)
    detail = _("Cette adresse accepte\u00a0: %(methods)s.") % {"methods": allowed} if allowed else ""
    return document(problems.METHOD, detail, headers={"Allow": allowed})


def _media(error: drf.UnsupportedMediaType, view: Any) -> HttpResponse:
    types = ", ".join(parser.media_type for parser in view.get_parsers())
    return document(problems.MEDIA, _("Cette adresse lit\u00a0: %(types)s.") % {"types": types})


def _throttled(error: Any, view: Any) -> HttpResponse:
    seconds = max(1, math.ceil(error.wait or 1))
    detail = ngettext("Recommencez dans %(n)d seconde.", "Recommencez dans %(n)d secondes.", seconds) % {"n": seconds}
    return document(problems.THROTTLED, detail, headers={"Retry-After": str(seconds)})


def _always(kind: problems.Kind) -> Answer:
    return lambda error, view: document(kind)


# Read from the top: the special before the general.
_ANSWERS: tuple[tuple[type[Exception], Answer], ...] = (
    (Problem, _problem),
    (drf.ValidationError, _invalid),
    (django.ValidationError, _invalid_in_service),
    (Refused, _refused),
    (Stale, _stale),
    (drf.AuthenticationFailed, _unknown_person),
    (drf.NotAuthenticated, _unknown_person),
    (drf.PermissionDenied, _forbidden),
    (django.PermissionDenied, _forbidden),
    (Http404, _not_found),
    (drf.NotFound, _not_found),
    # Between the look and the lock, somebody removed the row.
    (django.ObjectDoesNotExist, _not_found),
    (drf.MethodNotAllowed, _method),
    (drf.NotAcceptable, _always(problems.NOT_ACCEPTABLE)),
    (drf.UnsupportedMediaType, _media),
    (drf.Throttled, _throttled),
    (drf.ParseError, _always(problems.UNREADABLE)),
    (django.RequestDataTooBig, _always(problems.TOO_LARGE)),
    (django.BadRequest, _always(problems.UNREADABLE)),
    (django.SuspiciousOperation, _always(problems.UNREADABLE)),
)
