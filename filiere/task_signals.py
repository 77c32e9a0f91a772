"""What travels with a task: the request's id. What it leaves behind: a line, and for a scheduled one its success."""

import time
from typing import Any

import structlog
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun, worker_init
from django.conf import settings

from filiere import broker
from filiere.env import Mode
from filiere.ids import uuid7
from filiere.requests import current_request_id

log = structlog.get_logger("filiere.task")


@setup_logging.connect
def _keep_our_logs(**_: Any) -> None:
    """Celery configures no logging once somebody answers this signal: ours stays."""


@before_task_publish.connect
def _stamp(headers: dict[str, Any], **_: Any) -> None:
    headers.setdefault("request_id", current_request_id() or str(uuid7()))


@worker_init.connect
def _start_clean(**_: Any) -> None:
    if settings.ENVIRONMENT.mode is Mode.EMBEDDED:
        broker.take_back_what_nobody_holds()


@task_prerun.connect
def _bind(task: Any, task_id: str, **_: Any) -> None:
    request_id = _header(task, "request_id") or current_request_id() or task_id
    task.request.bound = structlog.contextvars.bind_contextvars(request_id=request_id, task=task.name)
    task.request.began = time.perf_counter()


@task_postrun.connect
def _note(task: Any, state: str | None, **_: Any) -> None:
    job = _header(task, "job")
    ms = round((time.perf_counter() - task.request.began) * 1000, 1)
    log.info("task", state=state, ms=ms, **({"job": job} if job else {}))
    if job and state == "SUCCESS":
        from filiere.runs import job_succeeded  # models are not ready when Celery loads this module

        job_succeeded(job)
    structlog.contextvars.reset_contextvars(**task.request.bound)


def _header(task: Any, name: str) -> str:
    return str((task.request.headers or {}).get(name) or "")
