"""A real Celery worker, or scheduler, in a process of its own, on the broker and the database of the tests."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]


class Process:
    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own group: killing the worker outright takes its children along.
                start_new_session=True,
                env=process_environment(**environment),
            )

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def events(self, event: str, **values: Any) -> list[dict[str, Any]]:
        wanted = {"event": event, **values}.items()
        return [line for line in self.lines() if wanted <= line.items()]

    def kill_everything(self) -> None:
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(PATIENCE)


def process_environment(**changes: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_of_the_tests(),
        "FILIERE_LOG_FORMAT": "json",
        "PYTHONWARNINGS": "ignore",
        **changes,
    }


def database_of_the_tests() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(settings['NAME']))}"
    account = quote(settings["USER"], safe="")
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    return f"postgres://{account}{password}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"


@contextmanager
def worker(log: Path, **environment: str) -> Iterator[Process]:
    process = Process(
        ["-m", "celery", "-A", "tests.filiere.laboratory", "worker", "--pool", "prefork", "--concurrency", "1",
         "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"],
        log, **environment,
    )  # fmt: skip
    try:
        until(lambda: "ready." in log.read_text(), what=f"the worker to be ready, see {log}")
        yield process
    finally:
        if process.popen.poll() is None:
            process.kill_everything()


@contextmanager
def scheduler(log: Path, app: str) -> Iterator[Process]:
    process = Process(
        ["-m", "celery", "-A", app, "beat", "--loglevel", "INFO", "--scheduler", "celery.beat:Scheduler"], log
    )
    try:
        yield process
    finally:
        process.kill_everything()
