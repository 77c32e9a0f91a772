"""Many writers at once, in threads and in processes; processes that die. The chain holds whatever happens."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction

from projects.activity import sealing
from projects.activity.models import Event, Link, PendingLink
from projects.activity.sealing import seal
from projects.activity.services import record
from projects.activity.verification import verify
from tests.factories import OrganisationFactory
from tests.factories.activity import recorded
from tests.racing import race
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[3]
WRITERS, ACTS = 8, 25


def assert_whole(count):
    """Every event exactly once, positions without holes, and a chain that verifies."""
    positions = list(Link.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, count + 1))
    assert Event.objects.count() == count
    assert set(Link.objects.values_list("event_id", flat=True)) == set(Event.objects.values_list("pk", flat=True))
    assert not PendingLink.objects.exists()
    verdict = verify()
    assert not verdict.faults
    assert verdict.checked == count


def database_url():
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{chosen['NAME']}"
    return f"postgres://{chosen['USER']}:{chosen['PASSWORD']}@{chosen['HOST']}:{chosen['PORT']}/{chosen['NAME']}"


def processes(*plan):
    """What each process wrote before it ended, and how it ended."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.projects.activity.writers", json.dumps(plan)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "filiere.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    wrote = [[text for word, number, text in lines if (word, number) == ("wrote", str(n))] for n in range(len(plan))]
    ended = {int(number): int(status) for word, number, status in lines if word == "ended"}
    return [(wrote[number], ended[number]) for number in range(len(plan))]


def test_threads_write_at_once():
    target = OrganisationFactory()

    def write():
        for _ in range(ACTS):
            with transaction.atomic():
                record(actor=None, verb="organisation.changed", target=target)
        return ACTS

    assert race(*[write] * WRITERS) == [ACTS] * WRITERS
    seal(rounds=1000)
    assert_whole(WRITERS * ACTS)


def test_nothing_waits_once_every_writer_is_done(monkeypatch):
    """Whoever finds the lock taken leaves; no event is forgotten for all that."""
    monkeypatch.setattr(sealing, "ROUNDS_AFTER_A_COMMIT", 10_000)
    target = OrganisationFactory()
    race(*[lambda: recorded(ACTS, target=target)] * WRITERS)
    assert_whole(WRITERS * ACTS)


def test_threads_race_to_seal_the_same_events(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 7)
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "seal", lambda **_: 0)
        recorded(100)
    assert PendingLink.objects.count() == 100
    taken = race(*[lambda: seal(rounds=1000)] * 6)
    assert sum(taken) == 100
    assert_whole(100)


def test_verification_during_writing_finds_no_fault():
    target = OrganisationFactory()
    done = threading.Event()

    def write():
        for _ in range(40):
            with transaction.atomic():
                record(actor=None, verb="organisation.changed", target=target)
        done.set()

    def check():
        verdicts = [verify()]
        while not done.is_set():
            verdicts.append(verify())
        return [verdict.faults for verdict in verdicts if not verdict.intact]

    assert race(write, check) == [None, []]
    seal(rounds=1000)
    assert_whole(40)


def test_processes_write_at_once():
    OrganisationFactory()
    outcome = processes(*[(ACTS, "")] * WRITERS)
    assert [status for _, status in outcome] == [0] * WRITERS
    assert {str(pk) for pk in Event.objects.values_list("pk", flat=True)} == {
        identifier for wrote, _ in outcome for identifier in wrote
    }
    seal(rounds=1000)
    assert_whole(WRITERS * ACTS)
    # Each writer's events stand in the order it wrote them.
    order = {str(pk): position for position, pk in Link.objects.values_list("position", "event_id")}
    for wrote, _ in outcome:
        places = [order[identifier] for identifier in wrote]
        assert len(places) == ACTS
        assert places == sorted(places)


@pytest.mark.parametrize(
    "moment",
    [
        "commit",
        "SELECT event_id, digest FROM projects_pendinglink",
        "INSERT INTO projects_link",
        "DELETE FROM projects_pendinglink",
    ],
)
def test_process_killed_around_its_seal_loses_nothing(moment):
    OrganisationFactory()
    assert processes((1, moment)) == [([], -signal.SIGKILL)]
    event = Event.objects.get()
    assert PendingLink.objects.get().event == event
    assert not Link.objects.exists()
    assert verify().intact
    # PostgreSQL takes a moment to notice that the holder of the lock is gone.
    until(lambda: seal(rounds=10), what="the lock of the dead process to be released")
    assert_whole(1)


def test_process_killed_before_its_commit_leaves_nothing():
    OrganisationFactory()
    assert processes((1, 'INSERT INTO "projects_pendinglink"')) == [([], -signal.SIGKILL)]
    assert not Event.objects.exists()
    recorded(1)
    assert_whole(1)


def test_processes_killed_among_others_that_write_lose_nothing():
    OrganisationFactory()
    outcome = processes((ACTS, ""), (ACTS, "commit"), (ACTS, ""), (ACTS, "INSERT INTO projects_link"), (ACTS, ""))
    assert [status for _, status in outcome[::2]] == [0, 0, 0]
    assert outcome[1][1] == -signal.SIGKILL
    until(lambda: seal(rounds=100) or not PendingLink.objects.exists(), what="what waits to be sealed")
    known = {str(pk) for pk in Event.objects.values_list("pk", flat=True)}
    assert {identifier for wrote, _ in outcome for identifier in wrote} <= known
    assert_whole(len(known))
