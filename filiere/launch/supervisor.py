"""Keeps the services running: starts them, notices the dead, restarts them, stops them in order."""

from __future__ import annotations

import os
import shutil
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiere.launch.attention import Attention
from filiere.launch.failure import Failure
from filiere.launch.terminal import Terminal, duration
from filiere.launch.tree import Child, Tree

DEATHS_TOLERATED = 4
WITHIN = 60.0
FIRST_DELAY = 0.5
PULSE = 0.5
LARGEST_LOG = 20 * 1024 * 1024


def at_once() -> bool:
    return True


@dataclass(frozen=True)
class Service:
    name: str
    title: str
    command: Sequence[str]
    log: Path
    stops_within: float
    # Asked before each start, the first and the next; the start waits until it agrees.
    may_start: Callable[[], bool] = at_once
    advice: str = ""


@dataclass
class _Running:
    service: Service
    child: Child | None = None
    due: float = 0.0
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_TOLERATED + 1))


class Supervisor:
    def __init__(
        self,
        *,
        tree: Tree,
        attention: Attention,
        terminal: Terminal,
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        self._tree = tree
        self._attention = attention
        self._terminal = terminal
        self._environment = environment
        self._folder = folder
        self._running: list[_Running] = []

    def start(self, service: Service) -> None:
        self._running.append(_Running(service))
        self.attend()

    def wait_until(self, ready: Callable[[], bool], *, within: float, failing: str, log: Path) -> None:
        deadline = self._terminal.clock() + within
        while not ready():
            if self._terminal.clock() > deadline:
                raise Failure(failing, log=log)
            self._attention.pause(0.1)
            self._attention.check()
            self.attend()

    def watch(self) -> None:
        """For ever, that is until somebody asks to stop or a service proves hopeless."""
        while True:
            self._attention.check()
            self.attend()
            self._attention.pause(PULSE)

    def attend(self) -> None:
        self._tree.keep_warden()
        now = self._terminal.clock()
        for running in self._running:
            if running.child and running.child.code is not None:
                self._bury(running, running.child, now)
            if not running.child and now >= running.due and running.service.may_start():
                self._spawn(running)
            shorten(running.service.log)

    def stop(self) -> None:
        """The last started first: whoever feeds the others goes before those it feeds."""
        for running in reversed(self._running):
            if running.child:
                self._stop(running.service, running.child)
                running.child = None

    def _spawn(self, running: _Running) -> None:
        service = running.service
        with service.log.open("ab") as output:
            running.child = self._tree.spawn(
                service.name, service.command, output=output, environment=self._environment, folder=self._folder
            )

    def _bury(self, running: _Running, child: Child, now: float) -> None:
        service = running.service
        self._tree.end(child)  # its own children may have survived it, and would share its work
        running.child = None
        running.deaths.append(now)
        recent = sum(now - death < WITHIN for death in running.deaths)
        if recent > DEATHS_TOLERATED:
            raise Failure(
                f"{service.title} s’est arrêté {recent} fois en moins d’une minute : tout est arrêté.",
                advice=service.advice,
                log=service.log,
            )
        delay = FIRST_DELAY * 2 ** (recent - 1)
        running.due = now + delay
        self._terminal.line(
            f"! {service.title} s’est arrêté ({_cause(child.code or 0)}) ; nouveau démarrage dans {duration(delay)}."
        )

    def _stop(self, service: Service, child: Child) -> None:
        deadline = self._terminal.clock() + service.stops_within
        self._tree.ask_to_stop(child)
        while child.code is None and not self._attention.insisted:
            if self._terminal.clock() > deadline:
                self._terminal.line(f"! {service.title} tarde à s’arrêter : il est interrompu.")
                break
            self._attention.pause(0.2)
        if self._attention.insisted:
            self._tree.end_all()
        self._tree.end(child)


def _cause(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def shorten(log: Path, largest: int = LARGEST_LOG) -> None:
    """Keep one older half. The writer appends through its own descriptor, so the file must stay the same."""
    try:
        if log.stat().st_size > largest:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)
    except OSError:
        pass  # a full disk: losing the rotation is better than losing the service
