"""Outlives the supervisor by a moment, to take down whatever the supervisor could not.

It holds the reading end of a pipe whose writing end only the supervisor has: end of file means that
the supervisor is gone, however it went, on any system, without polling. On Linux the leash has then
usually done the work; this covers the systems that have none, and children out of the leash's reach.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from filiere.launch import processes, roster


def main() -> None:
    path, token = Path(sys.argv[1]), sys.argv[2]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.read(0, 64):
        pass
    left = roster.read(path)
    if left.token == token:  # otherwise a new supervisor has already taken over: not ours to kill
        processes.sweep(left.groups, token)


if __name__ == "__main__":
    main()
