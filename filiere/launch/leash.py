"""Runs one command that must not outlive whoever started it. Started by path, imports no sibling.

    python -P leash.py exec PROGRAM ARGUMENT…      replaces itself by a program
    python -P leash.py module NAME ARGUMENT…       runs a Python module, the leash also on its forks

It first waits for its starter's pid on its standard input: by then the starter has written this
process down. The pid is compared with the parent's once the leash is fastened, never before: a
starter that died in between has left another parent, and the message alone would outlive it.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_forking: tuple[int, bool] = (0, False)


def permit() -> bytes:
    return b"%d\n" % os.getpid()


def main() -> None:
    kind, name, *arguments = sys.argv[1:]
    _fasten()
    if os.read(0, 32) != b"%d\n" % os.getppid():
        sys.exit("the starter died first")
    _forget_standard_input()
    if kind == "exec":
        os.execvp(name, [name, *arguments])  # noqa: S606 - no shell, on purpose
    if not _LINUX:
        # Elsewhere nothing can be fastened, and macOS starts its workers afresh: keep it ordinary.
        os.execv(sys.executable, [sys.executable, "-m", name, *arguments])  # noqa: S606 - likewise
    _fasten_forks()
    sys.argv = [name, *arguments]
    sys.path.insert(0, str(Path.cwd()))
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _fasten() -> None:
    # SIGKILL rather than SIGTERM: a worker would politely finish a long task, alone and unseen.
    # Everything here is built to survive kill -9, so nothing is lost by it.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _fasten_forks() -> None:
    """Granian's workers are forks of a fork: the kernel does not hand the leash down by itself."""
    os.register_at_fork(before=_remember_parent, after_in_child=_fasten_child)


def _remember_parent() -> None:
    global _forking
    # The kernel fires when the *thread* that forked ends: a leash tied to a passing thread would
    # kill a healthy child.
    _forking = (os.getpid(), threading.current_thread() is threading.main_thread())


def _fasten_child() -> None:
    parent, lasting = _forking
    if lasting:
        _fasten()
        if os.getppid() != parent:
            os._exit(1)


def _forget_standard_input() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


if __name__ == "__main__":
    main()
