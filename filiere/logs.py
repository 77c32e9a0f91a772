"""Structured logs. Every line of one request, and of the tasks it caused, carries the same id.

Logs travel further than data: to a terminal, a collector, a ticket. So nothing secret or personal reaches them:
addresses carry the pattern of their route, not what was typed, and the finished line is searched once more.
"""

import logging
import logging.config
import re
from http import HTTPStatus
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_REMOVED = "[retiré]"
_PERSONAL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+\.[\w.-]*\w"  # an e-mail address
    r"|\bflr_[\w-]{8,}"  # a personal token of the API
    r"|(?<=\bToken )[\w.~+/-]{8,}=*|(?<=\bBearer )[\w.~+/-]{8,}=*|(?<=\bBasic )[\w.~+/-]{8,}=*"
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # account and password of an address
)
_SECRET_KEYS = re.compile(r"password|secret|token|authorization|cookie|motdepasse|\bkey\b|email", re.IGNORECASE)


def configure(log_format: str) -> None:
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(dictionary(log_format))


def _shared() -> list[Processor]:
    # What libraries attach to their records (`extra`) stays out: requests, task arguments, whole exceptions.
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def dictionary(log_format: str) -> dict[str, Any]:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"routes": {"()": RouteInsteadOfPath}},
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    hide_secret_keys,
                    # Plain text, and never the local variables some renderers add when they can.
                    structlog.processors.format_exc_info,
                    renderer,
                    hide_personal_data,
                ],
                "foreign_pre_chain": _shared(),
            }
        },
        "handlers": {
            "stream": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["routes"]},
        },
        "root": {"handlers": ["stream"], "level": "INFO"},
        "loggers": {
            # Each refused address is already an answer to its sender; the journal keeps what matters.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # A refused request has its access line; this logger would repeat it with the path as it was typed.
            "django.request": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
            # A task has its own line, written by `task_signals`.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }


class RouteInsteadOfPath(logging.Filter):
    """Django names the path of a failed request, which for an invitation is its key. The route says enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE and not record.exc_info:
            return False  # answered on purpose, by whoever has already said why
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            typed = {path, path.encode("unicode_escape").decode("ascii")}
            record.args = tuple(route_of(request) if argument in typed else argument for argument in record.args)
        return True


def route_of(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "-"


def hide_secret_keys(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    return {key: _REMOVED if _SECRET_KEYS.search(key) else value for key, value in event.items()}


def hide_personal_data(_logger: WrappedLogger, _name: str, line: str) -> str:
    """The last look, at the finished line: database errors quote the row, HTTP errors the header."""
    return hide_personal(line)


def hide_personal(text: str) -> str:
    return _PERSONAL.sub(_REMOVED, text)
