"""Tasks that only tests run, in a real worker: `celery -A tests.filiere.laboratory worker`."""

import os
import signal
import time
from pathlib import Path

import structlog
from celery import Task
from django.db import IntegrityError

from filiere.celery import app
from filiere.requests import current_request_id

log = structlog.get_logger(__name__)


@app.task
def say(word: str) -> None:
    log.info("said", word=word)


@app.task
def say_later(word: str) -> None:
    """A task that asks for another one: the id of the request follows."""
    say.delay(word)


@app.task
def fail() -> None:
    raise IntegrityError("Key (email)=(secrete@demo.example) already exists, password flr_abcdefghijklmnop")


@app.task(bind=True, max_retries=2)
def succeed_the_second_time(self: Task) -> None:
    if self.request.retries == 0:
        raise self.retry(countdown=0)


@app.task
def write_request_id(path: str) -> None:
    Path(path).write_text(current_request_id())


@app.task
def kill_the_child_once(mark: str) -> None:
    path = Path(mark)
    with path.open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    if len(path.read_text().splitlines()) == 1:
        os.kill(os.getpid(), signal.SIGKILL)


@app.task
def hold(mark: str) -> None:
    """Until somebody kills us, the first time; at once, the second."""
    path = Path(mark)
    with path.open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    if len(path.read_text().splitlines()) == 1:
        time.sleep(120)
