"""Which processes run, and whether one is still the one we started: a pid alone tells neither."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TREE_VARIABLE = "FILIERE_TREE"
_LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Seen:
    pid: int
    group: int
    started: str
    zombie: bool


@dataclass(frozen=True)
class Group:
    """A process group we created; its leader's start time tells it from a later namesake."""

    name: str
    leader: int
    started: str


def started_at(pid: int) -> str:
    """When this process started, as a text to compare; empty when there is no such process."""
    seen = _read_proc(pid) if _LINUX else _snapshot_from_ps().get(pid)
    return seen.started if seen else ""


def members(leader: int) -> list[int]:
    return [seen.pid for seen in snapshot().values() if seen.group == leader and not seen.zombie]


def snapshot() -> dict[int, Seen]:
    if not _LINUX:
        return _snapshot_from_ps()
    found = (_read_proc(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return {seen.pid: seen for seen in found if seen}


def signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # EPERM: macOS, when only zombies remain
        os.killpg(leader, number)


def end_group(leader: int, *, within: float = 5.0) -> None:
    """Kill every member of a group that is certainly ours, and see them gone."""
    deadline = time.monotonic() + within
    signal_group(leader, signal.SIGKILL)
    while members(leader) and time.monotonic() < deadline:
        time.sleep(0.01)


def sweep(groups: Iterable[Group], token: str, *, within: float = 5.0) -> list[str]:
    """Kill what is left of these groups, and whatever else carries the token. Names what it found.

    A process that merely reuses a recorded pid is left alone.
    """
    groups = list(groups)
    found: list[str] = []
    deadline = time.monotonic() + within
    while True:
        processes = snapshot()
        left = [group for group in groups if _still_ours(group, processes, token)]
        strays = [pid for pid in _carriers(processes, token) if processes[pid].group not in {g.leader for g in left}]
        if not (left or strays) or time.monotonic() > deadline:
            return found
        for group in left:
            signal_group(group.leader, signal.SIGKILL)
        for pid in strays:
            _kill(pid)
        found += [name for name in dict.fromkeys(group.name for group in left) if name not in found]
        time.sleep(0.02)


def _still_ours(group: Group, processes: dict[int, Seen], token: str) -> bool:
    alive = [seen for seen in processes.values() if seen.group == group.leader and not seen.zombie]
    if not alive:
        return False
    leader = processes.get(group.leader)
    if leader:
        return leader.started == group.started
    # The leader is gone. Its number cannot be given away while the group lives, but it may have
    # been if the group had emptied: only the token in a member's environment settles it.
    return any(_carries(seen.pid, token) for seen in alive)


def _carriers(processes: dict[int, Seen], token: str) -> list[int]:
    return [seen.pid for seen in processes.values() if not seen.zombie and _carries(seen.pid, token)]


def _carries(pid: int, token: str) -> bool:
    if not (_LINUX and token):
        return False
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{TREE_VARIABLE}={token}".encode() in environment.split(b"\0")


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _read_proc(pid: int) -> Seen | None:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The command's name comes second, in parentheses, and may contain anything.
    fields = line.rpartition(")")[2].split()
    return Seen(pid=pid, group=int(fields[2]), started=f"{_boot()}:{fields[19]}", zombie=fields[0] in "ZX")


@cache
def _boot() -> str:
    # Start times count from the machine's start: without this, a file from before a reboot could
    # designate somebody else.
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _snapshot_from_ps() -> dict[int, Seen]:
    command = ["ps", "-axo", "pid=,pgid=,stat=,lstart="]
    listing = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    found = {}
    for line in listing.stdout.splitlines():
        pid, group, state, started = line.split(None, 3)
        found[int(pid)] = Seen(int(pid), int(group), " ".join(started.split()), zombie=state.startswith("Z"))
    return found
