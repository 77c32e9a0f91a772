"""Commands that run to their end before the next one starts, each with its log and its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiere.launch.attention import Attention, Interrupted
from filiere.launch.failure import Failure
from filiere.launch.terminal import Terminal
from filiere.launch.tree import Child, Tree

STOP_WITHIN = 5.0
_PULSE = 0.2


def _nothing() -> None:
    return None


def _ignore(_: str) -> None:
    return None


@dataclass
class Workshop:
    """What every step needs: where, with what, in front of whom."""

    root: Path
    logs: Path
    environment: Mapping[str, str]
    terminal: Terminal
    attention: Attention
    tree: Tree
    # Services may already run while a step does: they are looked after in the meantime.
    meanwhile: Callable[[], None] = field(default=_nothing)

    def run(
        self,
        name: str,
        command: Sequence[str],
        *,
        failing: str,
        advice: str,
        on_line: Callable[[str], None] = _ignore,
        pulse: Callable[[], None] = _nothing,
    ) -> list[str]:
        """The command's output lines; a Failure saying `failing` and `advice` if it does not succeed."""
        log = self.logs / f"{name}.log"
        lines: list[str] = []
        with log.open("wb") as output, log.open(encoding="utf-8", errors="replace") as reader:
            child = self.tree.spawn(name, command, output=output, environment=self.environment, folder=self.root)
            try:
                unfinished = ""
                while True:
                    ended = child.code is not None
                    *complete, unfinished = (unfinished + reader.read()).split("\n")
                    if ended and unfinished:
                        complete.append(unfinished)
                    for line in complete:
                        on_line(line)
                    lines += complete
                    pulse()
                    if ended:
                        break
                    self.attention.check()
                    self.meanwhile()
                    self.attention.pause(_PULSE)
            except Interrupted:
                self._stop(child)
                raise
            finally:
                self.tree.end(child)
        if child.code:
            raise Failure(failing, advice=advice, log=log)
        return lines

    def _stop(self, child: Child) -> None:
        deadline = self.terminal.clock() + STOP_WITHIN
        self.tree.ask_to_stop(child)
        while child.code is None and self.terminal.clock() < deadline and not self.attention.insisted:
            self.attention.pause(0.1)
