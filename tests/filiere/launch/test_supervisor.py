import os
import signal
import time
from pathlib import Path

import pytest

from filiere.launch import attention as attention_module
from filiere.launch import processes
from filiere.launch import tree as tree_module
from filiere.launch.failure import Failure
from filiere.launch.supervisor import DEATHS_TOLERATED, WITHIN, Service, Supervisor, shorten
from filiere.launch.terminal import Terminal
from tests.filiere.launch.scratch import environ
from tests.waiting import until

FOREVER = "while :; do sleep 0.05; done"
# Says when it is told to stop, in a file that all share: the order can be read from it.
POLITE = "trap 'echo {name} >> stops; exit 0' TERM; touch {name}.ready; " + FOREVER


class Watched:
    def __init__(self, tree, attention, screen, clock, folder: Path) -> None:
        self.folder = folder
        self.screen = screen
        self.clock = clock
        self.supervisor = Supervisor(
            tree=tree, attention=attention, terminal=Terminal(screen, clock), environment=environ(), folder=folder
        )

    def service(self, name: str, script: str, **options: object) -> Service:
        command = tree_module.program("sh", "-c", script.replace("{name}", name))
        settings = {"stops_within": 5.0, **options}
        return Service(name, f"Le service {name}", command, self.folder / f"{name}.log", **settings)  # type: ignore[arg-type]

    def start_polite(self, *names: str) -> None:
        for name in names:
            self.supervisor.start(self.service(name, POLITE))
            until((self.folder / f"{name}.ready").exists, what=name)

    def child(self, index: int = 0):
        return self.supervisor._running[index].child

    def until_dead(self, index: int = 0) -> None:
        child = self.child(index)
        until(lambda: child.code is not None, what="its death")


@pytest.fixture
def watched(tree, attention, screen, clock, tmp_path):
    made = Watched(tree, attention, screen, clock, tmp_path)
    yield made
    for running in made.supervisor._running:
        if running.child:
            tree.end(running.child)


def test_services_stop_in_the_reverse_order_of_their_start(watched):
    watched.start_polite("valkey", "worker", "web")
    watched.supervisor.stop()
    assert (watched.folder / "stops").read_text().split() == ["web", "worker", "valkey"]


def test_stopping_twice_is_harmless(watched):
    watched.start_polite("web")
    watched.supervisor.stop()
    watched.supervisor.stop()
    assert (watched.folder / "stops").read_text().split() == ["web"]


def test_stubborn_service_is_killed_after_its_time(watched):
    stubborn = watched.service("sourd", "trap '' TERM; touch sourd.ready; " + FOREVER, stops_within=-1.0)
    watched.supervisor.start(stubborn)
    until((watched.folder / "sourd.ready").exists, what="it")
    watched.supervisor.stop()
    assert "tarde à s’arrêter" in watched.screen.getvalue()


def test_second_request_kills_all_at_once(watched, monkeypatch):
    watched.start_polite("valkey")
    watched.supervisor.start(watched.service("sourd", "trap '' TERM; touch sourd.ready; " + FOREVER, stops_within=600))
    until((watched.folder / "sourd.ready").exists, what="it")
    os.kill(os.getpid(), signal.SIGINT)
    later = time.monotonic() + 2
    monkeypatch.setattr(attention_module.time, "monotonic", lambda: later)
    os.kill(os.getpid(), signal.SIGINT)
    watched.supervisor.stop()
    assert not (watched.folder / "stops").exists(), "no service was left the time to say goodbye"


def test_dead_service_comes_back_after_a_delay_and_it_is_shown(watched):
    watched.start_polite("web")
    first = watched.child()
    first.process.kill()
    watched.until_dead()
    watched.supervisor.attend()
    assert watched.child() is None
    assert watched.screen.getvalue() == (
        "! Le service web s’est arrêté (signal SIGKILL) ; nouveau démarrage dans 0,5 s.\n"
    )
    watched.clock.now += 0.5
    watched.supervisor.attend()
    assert watched.child().process.pid != first.process.pid


def test_children_of_a_dead_service_go_before_it_comes_back(watched):
    watched.supervisor.start(watched.service("web", "sleep 600 & touch web.ready; " + FOREVER))
    until((watched.folder / "web.ready").exists, what="it")
    leader = watched.child().process.pid
    os.kill(leader, signal.SIGKILL)
    watched.until_dead()
    assert processes.members(leader)
    watched.supervisor.attend()
    assert processes.members(leader) == []


def test_delays_double_and_the_fifth_death_ends_all(watched):
    watched.supervisor.start(watched.service("web", "echo le moteur a calé; exit 3", advice="Changez de moteur."))
    delays = []
    for _ in range(DEATHS_TOLERATED):
        watched.until_dead()
        watched.supervisor.attend()
        delays.append(watched.supervisor._running[0].due - watched.clock.now)
        watched.clock.now += delays[-1]
        watched.supervisor.attend()
    assert delays == [0.5, 1.0, 2.0, 4.0]
    watched.until_dead()
    with pytest.raises(Failure, match="5 fois en moins d’une minute") as caught:
        watched.supervisor.attend()
    assert caught.value.advice == "Changez de moteur."
    assert "code 3" in watched.screen.getvalue()


def test_old_deaths_are_forgiven(watched):
    watched.supervisor.start(watched.service("web", "exit 3"))
    for _ in range(DEATHS_TOLERATED * 3):
        watched.until_dead()
        watched.supervisor.attend()
        watched.clock.now += WITHIN / DEATHS_TOLERATED
        watched.supervisor.attend()


def test_service_waits_for_what_it_needs_each_time(watched):
    needed = watched.folder / "permis"
    watched.supervisor.start(watched.service("worker", POLITE, may_start=needed.exists))
    assert watched.child() is None
    needed.touch()
    watched.supervisor.attend()
    until((watched.folder / "worker.ready").exists, what="its start")
    needed.unlink()
    watched.child().process.kill()
    watched.until_dead()
    watched.supervisor.attend()
    watched.clock.now += 10
    watched.supervisor.attend()
    assert watched.child() is None


def test_readiness_that_does_not_come_is_a_failure_with_the_log(watched):
    watched.start_polite("web")

    def never() -> bool:
        watched.clock.now += 10
        return False

    with pytest.raises(Failure, match="ne répond pas") as caught:
        watched.supervisor.wait_until(never, within=60, failing="Le site ne répond pas.", log=Path("web.log"))
    assert caught.value.log == Path("web.log")


def test_log_is_continued_by_the_next_run_of_the_service(watched):
    (watched.folder / "web.log").write_text("hier\n")
    watched.supervisor.start(watched.service("web", "echo aujourd’hui"))
    watched.until_dead()
    assert (watched.folder / "web.log").read_text() == "hier\naujourd’hui\n"


def test_large_log_is_shortened_under_the_feet_of_its_writer(tmp_path):
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.write(b"x" * 100)
        writer.flush()
        shorten(log, largest=200)
        assert log.stat().st_size == 100
        shorten(log, largest=50)
        writer.write(b"suite")
    assert log.read_bytes() == b"suite"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 100


def test_absent_log_is_not_shortened(tmp_path):
    shorten(tmp_path / "none")
