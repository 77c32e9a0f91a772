"""The processes we start, kept so that none can be left behind: leash, roster and warden together."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from filiere.launch import leash, processes, roster
from filiere.launch.processes import Group

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_LEASH = str(Path(leash.__file__).resolve())


@dataclass
class Child:
    group: Group
    process: subprocess.Popen[bytes]

    @property
    def code(self) -> int | None:
        return self.process.poll()


def program(*command: str | os.PathLike[str]) -> list[str]:
    """The command line of any program, on a leash."""
    return [sys.executable, "-P", _LEASH, "exec", *(os.fspath(part) for part in command)]


def module(python: Path, name: str, *arguments: str) -> list[str]:
    """The command line of a Python module whose own forks are on a leash too."""
    return [str(python), "-P", _LEASH, "module", name, *arguments]


class Tree:
    def __init__(self, pids: Path | None = None) -> None:
        self.token = secrets.token_hex(8)
        self._pids = pids
        self._children: dict[int, Child] = {}
        self._warden: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.keep_warden()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._children.values()):
            self.end(child)
        processes.sweep([], self.token)  # and what may have left its group
        if self._pids:
            self._pids.unlink(missing_ok=True)
        if self._warden and self._warden.stdin:
            self._warden.stdin.close()
            self._warden.wait()

    def keep_warden(self) -> None:
        """Start the warden, again if something killed it."""
        if not self._pids or (self._warden and self._warden.poll() is None):
            return
        if self._warden and self._warden.stdin:
            self._warden.stdin.close()
        # Before the warden: a roster left by somebody else must never be taken for ours.
        self._write()
        # Without the token in its environment, and in its own session: it must survive the others.
        self._warden = subprocess.Popen(
            [sys.executable, "-m", "filiere.launch.warden", str(self._pids), self.token],
            cwd=_PACKAGE_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def spawn(
        self, name: str, command: Sequence[str], *, output: IO[bytes], environment: Mapping[str, str], folder: Path
    ) -> Child:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**environment, processes.TREE_VARIABLE: self.token},
            # Out of the terminal's foreground group: Ctrl-C reaches us alone, and we stop in order.
            start_new_session=True,
        )
        child = Child(Group(name, process.pid, processes.started_at(process.pid)), process)
        self._children[process.pid] = child
        self._write()
        assert process.stdin
        try:
            process.stdin.write(leash.permit())
            process.stdin.close()
        except BrokenPipeError:
            pass  # it is dead already: its exit code will tell
        return child

    def ask_to_stop(self, child: Child) -> None:
        """To the leader alone: it knows in which order to stop its own children."""
        if child.code is None:
            child.process.send_signal(signal.SIGTERM)

    def end(self, child: Child) -> None:
        """Kill what remains of the child's group, itself included."""
        processes.end_group(child.group.leader)
        child.process.wait()
        self._children.pop(child.group.leader, None)
        self._write()

    def end_all(self) -> None:
        for leader in self._children:
            processes.signal_group(leader, signal.SIGKILL)

    def _write(self) -> None:
        if self._pids:
            roster.write(self._pids, self.token, [child.group for child in self._children.values()])
