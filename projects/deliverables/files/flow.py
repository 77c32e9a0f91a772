"""Words of the documents that flow (Word, PowerPoint, OpenDocument): a line a paragraph, a line a row of a table."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from projects.deliverables.files.lines import MOST_CHARACTERS, Full, Lines
from projects.deliverables.files.markup import Attributes, tell

MOST_REPEATED = 1000
MOST_REPEATED_CHARACTERS = 10_000
_COLLAPSED = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class Dialect:
    """Element names without namespaces: within the parts that are read, they do not clash."""

    paragraphs: frozenset[str]
    rows: frozenset[str]
    cells: frozenset[str]
    # Where words stand inside a paragraph; anywhere, when nothing is named.
    words: frozenset[str]
    breaks: dict[str, str]
    skipped: frozenset[str]
    # A slide, a sheet: a blank line parts it from the one before.
    wholes: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()


# Deleted and moved text, instructions of fields, and the second telling of a drawing for older programs.
OFFICE = Dialect(
    paragraphs=frozenset({"p"}),
    rows=frozenset({"tr"}),
    cells=frozenset({"tc"}),
    words=frozenset({"t"}),
    breaks={"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"},
    skipped=frozenset({"pPr", "rPr", "tblPr", "del", "delText", "moveFrom", "instrText", "Fallback"}),
)
OPEN_DOCUMENT = Dialect(
    paragraphs=frozenset({"p", "h"}),
    rows=frozenset({"table-row"}),
    cells=frozenset({"table-cell", "covered-table-cell"}),
    words=frozenset(),
    breaks={"tab": "\t", "line-break": "\n", "s": " "},
    skipped=frozenset(
        {
            "tracked-changes", "annotation", "notes", "note-citation", "forms", "scripts", "script", "title", "desc",
            "binary-data", "ruby-text",
        }
    ),
    wholes=frozenset({"page"}),
)  # fmt: skip
OPEN_WORKBOOK = replace(OPEN_DOCUMENT, wholes=frozenset({"table"}), titled=frozenset({"table"}))


def read_flow(pieces: Iterable[bytes], dialect: Dialect, lines: Lines) -> None:
    """Raises what `tell` raises, and Full."""
    tell(pieces, _Flow(dialect, lines))


class _Flow:
    def __init__(self, dialect: Dialect, lines: Lines) -> None:
        self.dialect, self.lines = dialect, lines
        self.skipping = self.speaking = self.heard = 0
        self.paragraphs: list[list[str]] = []
        # Rows and cells that are open: what ends inside one belongs to it.
        self.open: list[list[str]] = []
        self.times: list[int] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if self.skipping or name in self.dialect.skipped:
            self.skipping += 1
        elif name in self.dialect.paragraphs:
            self.paragraphs.append([])
        elif name in self.dialect.rows or name in self.dialect.cells:
            self.open.append([])
            key = "number-rows-repeated" if name in self.dialect.rows else "number-columns-repeated"
            self.times.append(attributes.times(key, MOST_REPEATED))
        elif name in self.dialect.words:
            self.speaking += 1
        elif name in self.dialect.breaks and self.paragraphs:
            self.paragraphs[-1].append(self.dialect.breaks[name] * attributes.times("c", 100))
        elif name in self.dialect.titled and not self.open:
            self._line(attributes.get("name", ""))

    def end(self, name: str) -> None:
        if self.skipping:
            self.skipping -= 1
        elif name in self.dialect.paragraphs:
            self._end_paragraph()
        elif name in self.dialect.cells and self.open:
            self._end_cell()
        elif name in self.dialect.rows and self.open:
            self._end_row()
        elif name in self.dialect.words:
            self.speaking -= 1
        elif name in self.dialect.wholes:
            self._line("")

    def words(self, text: str) -> None:
        if self.skipping or not self.paragraphs:
            return
        self.heard += len(text)
        if self.heard > MOST_CHARACTERS:
            raise Full
        if not self.dialect.words:
            self.paragraphs[-1].append(_COLLAPSED.sub(" ", text))
        elif self.speaking:
            self.paragraphs[-1].append(text)

    def _end_paragraph(self) -> None:
        for line in "".join(self.paragraphs.pop()).split("\n"):
            if line.strip():
                self._line(line.strip())

    def _end_cell(self) -> None:
        content, times = " ".join(self.open.pop()), self.times.pop()
        if self.open:
            self.open[-1] += [content] * min(times, max(MOST_REPEATED_CHARACTERS // (len(content) + 1), 1))

    def _end_row(self) -> None:
        cells, times = self.open.pop(), self.times.pop()
        row = "\t".join(cells).rstrip("\t")
        # Repeated inside a cell that is repeated inside another, a word would fill the memory.
        for _time in range(1 if self.open else times):
            if row.strip():
                self._line(row)

    def _line(self, line: str) -> None:
        if self.open:
            self.open[-1].append(line)
        else:
            self.lines.add(line)
