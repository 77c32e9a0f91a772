"""One holder at a time. The kernel drops the lock with its process, whatever the way it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

# A child between its fork and its exec still shares its dead parent's lock for a blink.
BLINK = 1.0


class Lock:
    def __init__(self, path: Path) -> None:
        self._path = path
        # Not inherited across exec (Python's default): a child that survived would keep it locked.
        # Never deleted either: a second process could lock the new file while we hold the old one.
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self, *, within: float = BLINK) -> bool:
        deadline = time.monotonic() + within
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.05)

    def describe(self, holder: str) -> None:
        """Leave a word for whoever finds the lock taken."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, holder.encode(), 0)

    def holder(self) -> str:
        return self._path.read_text(encoding="utf-8", errors="replace").strip()

    def release(self) -> None:
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
