"""What went wrong, said to the person at the terminal, and what to do about it."""

from __future__ import annotations

from pathlib import Path

TAIL = 15


class Failure(Exception):
    def __init__(self, sentence: str, *, advice: str = "", log: Path | None = None, code: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.log = log
        self.code = code


def last_lines(log: Path, count: int = TAIL) -> list[str]:
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 64 * 1024))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
