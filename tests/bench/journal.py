"""What the journal costs an act: commits per second of several writers, bare, with a plain row beside, with an event.

The act is one inserted row, the cheapest there is. Writers are processes, as web workers are. `run()` speaks to the
database of the settings, migrated beforehand, and leaves its rows behind: give it a database of its own.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("bare", "plain row", "event")


def run(*, writers: int = 8, seconds: float = 2, rounds: int = 8) -> dict[str, float]:
    """Rounds alternate, and ratios are taken within each, so that what else the machine does weighs on all alike."""
    command = [sys.executable, "-m", "tests.bench.journal", "write"]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(writers)
    ]
    measured = [{kind: _commits(running, kind, seconds) / seconds for kind in KINDS} for _ in range(rounds)]
    for writer in running:
        writer.communicate()
    return {
        **{kind: round(statistics.median(rates[kind] for rates in measured)) for kind in KINDS},
        "event / bare": round(statistics.median(rates["event"] / rates["bare"] for rates in measured), 2),
        "event / plain row": round(statistics.median(rates["event"] / rates["plain row"] for rates in measured), 2),
    }


def _commits(running: "list[subprocess.Popen[str]]", kind: str, seconds: float) -> int:
    for writer in running:
        _say(writer.stdin, "ready")
    for writer in running:
        _hear(writer.stdout)
    for writer in running:
        _say(writer.stdin, f"{kind}:{seconds}")
    return sum(int(_hear(writer.stdout)) for writer in running)


def _say(stream: IO[str] | None, line: str) -> None:
    assert stream is not None
    stream.write(f"{line}\n")
    stream.flush()


def _hear(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def _write() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)

    from django.db import transaction

    from accounts.models import Alias, Organisation
    from projects.activity.services import record

    def act(kind: str) -> None:
        with transaction.atomic():
            organisation = Organisation.objects.create(name="Organisation", kind="entreprise", college="industrie")
            if kind == "plain row":
                Alias.objects.create(organisation=organisation, text="Groupe")
            if kind == "event":
                record(actor=None, verb="organisation.created", target=organisation, changes={"name": (None, "x")})

    for line in sys.stdin:
        kind, _, seconds = line.strip().partition(":")
        done = 0
        limit = time.monotonic() + float(seconds or 0)
        while time.monotonic() < limit:
            act(kind)
            done += 1
        _say(sys.stdout, str(done))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filiere.settings")
    if sys.argv[1:] == ["write"]:
        _write()
    else:
        print(run())
