"""What the supervisor listens to while it waits: signals, its children, and its own parent."""

from __future__ import annotations

import os
import select
import signal
import time
from types import FrameType, TracebackType
from typing import Self

# `kill` on a process group reaches both make, which passes it on, and us: two signals, one wish.
ONE_WISH = 1.0
_WISHES = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """Somebody asked to stop."""


class Attention:
    def __init__(self) -> None:
        self._parent = os.getppid()
        self._asked: list[float] = []
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def __enter__(self) -> Self:
        self._before = {number: signal.getsignal(number) or signal.SIG_DFL for number in _WISHES}
        for number, handler in self._before.items():
            if number == signal.SIGHUP and handler is signal.SIG_IGN:
                continue  # nohup: the terminal may go, we stay
            signal.signal(number, self._ask)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _wake) or signal.SIG_DFL
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reader)
        os.close(self._writer)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.append(time.monotonic())

    @property
    def orphaned(self) -> bool:
        # Asking the kernel for a signal instead would fire when the *thread* that started us ends.
        return os.getppid() != self._parent

    @property
    def stop_asked(self) -> bool:
        return bool(self._asked) or self.orphaned

    @property
    def insisted(self) -> bool:
        return len(self._asked) > 1 and self._asked[-1] - self._asked[0] > ONE_WISH

    def check(self) -> None:
        if self.stop_asked:
            raise Interrupted

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until a signal arrives or a child ends."""
        select.select([self._reader], [], [], max(0.0, seconds))
        try:
            while os.read(self._reader, 512):
                pass
        except BlockingIOError:
            pass


def _wake(number: int, frame: FrameType | None) -> None:
    """Being handled at all is what makes the signal interrupt a pause."""
