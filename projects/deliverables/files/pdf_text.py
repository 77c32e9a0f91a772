"""Words of a PDF, page by page: lines as they were set, put back into the paragraphs they were broken from."""

import logging
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from projects.deliverables.files.lines import Full, Lines, squeezed

MOST_PAGES = 2000
# Whoever draws a page with more than this draws a map.
MOST_OPERATIONS = 5_000_000
MOST_SECONDS = 60.0
_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": 50_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 150_000_000,
    "stream_parsing_work_maximum_count": 1_000_000,
    "page_tree_maximum_entries": 20_000,
    "xform_maximum_invocations_per_extraction": 1000,
}
_ITEM = re.compile(r"([-–—•·▪◦*>]|\(?\d{1,3}[.)°]|\(?[a-zA-Z][.)]|[IVX]{1,5}[.)]|Article|Annexe)(\s|\Z)")
# It tells its log of every oddity of a file; whoever handed it in reads one sentence instead.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


class NotRead(Exception):
    """The library could not open it."""


def read_pdf(stream: BinaryIO, lines: Lines) -> None:
    """Raises NotRead, and Full."""
    import pypdf  # slow to load, and seldom needed

    with pypdf.apply_configuration(**_LIMITS):
        for words in _pages(pypdf.PdfReader, stream):
            for paragraph in paragraphs(words):
                lines.add(paragraph)
            if words.strip():
                lines.add("")


def _pages(opened: Any, stream: BinaryIO) -> Iterator[str]:
    budget = _Budget()
    try:
        pages = opened(stream).pages
        count = min(len(pages), MOST_PAGES)
    except Exception as error:  # a broken file makes the library raise anything at all
        raise NotRead from error
    for number in range(count):
        try:
            yield pages[number].extract_text(visitor_operand_before=budget.spend)
        except Full:
            raise
        except Exception:  # noqa: BLE001  one broken page does not take the others away
            budget.look_at_the_clock()
    if len(pages) > MOST_PAGES:
        raise Full


class _Budget:
    def __init__(self) -> None:
        self.left = MOST_OPERATIONS
        self.end = time.monotonic() + MOST_SECONDS

    def spend(self, *_operation: Any) -> None:
        self.left -= 1
        if self.left < 0:
            raise Full
        if self.left % 1000 == 0:
            self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        if time.monotonic() > self.end:
            raise Full


def paragraphs(page: str) -> Iterator[str]:
    """A line that reaches the margin goes on in the next one, unless that one begins an item."""
    lines = [squeezed(line) for line in page.split("\n")]
    margin = _margin(lines)
    pending = before = ""
    for line in lines:
        if pending and line and not _ITEM.match(line) and _goes_on(before, margin):
            pending = f"{pending}{_between(pending, line)}{line}"
        else:
            if pending:
                yield pending
            pending = line
        before = line
    if pending:
        yield pending


def _margin(lines: Iterable[str]) -> int:
    return max((len(line) for line in lines), default=0)


def _goes_on(line: str, margin: int) -> bool:
    full = len(line) >= 0.75 * margin and len(line) >= 40
    return full and not (line[-1] in ".!?…" and len(line) < 0.9 * margin)


def _between(pending: str, line: str) -> str:
    """A word cut by a hyphen keeps it: « peut-être » is written so."""
    return "" if pending.endswith("-") and pending[-2:-1].isalpha() and line[:1].islower() else " "
