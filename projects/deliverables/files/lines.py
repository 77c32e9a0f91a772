"""Lines of words gathered out of a document, up to as many as anybody reads."""

import re
import unicodedata
from collections.abc import Iterable

# A thousand pages.
MOST_CHARACTERS = 3_000_000
_ENDINGS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[^\S\n]+")
# Letters tied by the printer, marks nobody sees, the bullet of Word's own font, and what no text holds.
_PLAIN = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\uf0b7": "•"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff", None)
    | {chr(code): None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
)


class Full(Exception):
    """Enough has been gathered."""


class Lines:
    def __init__(self) -> None:
        self.gathered: list[str] = []
        self.room = MOST_CHARACTERS

    def add(self, line: str) -> None:
        if len(line) >= self.room:
            self.gathered.append(line[: self.room])
            self.room = 0
            raise Full
        self.room -= len(line) + 1
        self.gathered.append(line)

    def text(self) -> str:
        return tidied(self.gathered)


def tidied(lines: Iterable[str]) -> str:
    """One blank line at most between two others, and nothing that a database refuses."""
    text = _ENDINGS.sub("\n", "\n".join(lines)).encode("utf-8", "ignore").decode()
    text = unicodedata.normalize("NFC", text.translate(_PLAIN))
    return _BLANK_LINES.sub("\n\n", "\n".join(map(str.rstrip, text.split("\n")))).strip("\n")


def squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
