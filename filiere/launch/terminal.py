"""What the person at the terminal sees: one line a step, with its progress and its duration."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Without a screen to redraw, in a file or a pipe, a long step still says from time to time that it lives.
SIGN_OF_LIFE = 10.0


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".", ",")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


class Step:
    def __init__(self, terminal: Terminal, title: str) -> None:
        self._terminal = terminal
        self._title = title
        self._began = self._said = terminal.clock()
        self.detail = ""

    def progress(self, detail: str) -> None:
        self.detail = detail
        self.redraw()

    def redraw(self) -> None:
        now = self._terminal.clock()
        if self._terminal.live:
            self._terminal.overwrite(f"… {self._text()}")
        elif now - self._said >= SIGN_OF_LIFE:
            self._said = now
            self._terminal.line(f"… {self._text()} ({duration(now - self._began)})")

    def finish(self, mark: str) -> None:
        self._terminal.line(f"{mark} {self._text()} ({duration(self._terminal.clock() - self._began)})")

    def _text(self) -> str:
        return f"{self._title} : {self.detail}" if self.detail else self._title


class Terminal:
    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stdout
        self.clock = clock
        self.live = self._stream.isatty()
        self._drawn = False
        if hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(errors="replace")  # an old terminal may know no typographic apostrophe

    def line(self, text: str = "") -> None:
        self._write(f"{self._erasure()}{text}\n")

    def overwrite(self, text: str) -> None:
        width = shutil.get_terminal_size().columns
        erasure = self._erasure()
        self._drawn = True
        self._write(f"{erasure}{text[: width - 1]}")

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        step = Step(self, title)
        if self.live:
            step.redraw()
        try:
            yield step
        except BaseException:
            step.finish("✗")
            raise
        step.finish("✓")

    def _erasure(self) -> str:
        drawn, self._drawn = self._drawn, False
        return "\r\x1b[K" if drawn else ""

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads any more (`make run | head`): the work and its orderly stop matter more
