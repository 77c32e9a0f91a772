"""Words and figures of an Excel workbook: a line a row, cells parted by tabs, dates as they are shown."""

import posixpath
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from projects.deliverables.files.lines import MOST_CHARACTERS, Full, Lines
from projects.deliverables.files.markup import Attributes, elements, tell
from projects.deliverables.files.package import Package

MOST_COLUMNS = 200
MOST_DESCRIPTION = 8 * 1024 * 1024
_SHOWN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_DATE_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_PLACE = re.compile(r"([A-Z]{1,3})\d")


def read_workbook(package: Package, main: str, lines: Lines) -> None:
    targets = links(package, main)
    by_kind = {kind: part for _key, (kind, part) in targets.items()}
    shared = _Shared()
    if "sharedStrings" in by_kind:
        tell(package.pieces(by_kind["sharedStrings"]), shared)
    styles = _Styles()
    if "styles" in by_kind:
        tell(package.pieces(by_kind["styles"]), styles)
    book = list(elements([package.read(main, MOST_DESCRIPTION)]))
    epoch = datetime(1904, 1, 1) if _counts_from_1904(book) else datetime(1899, 12, 30)  # noqa: DTZ001  no zone there
    for name, given in book:
        kind_and_part = targets.get(given.relation()) if name == "sheet" else None
        if kind_and_part and kind_and_part[0] == "worksheet":
            lines.add(given.get("name", ""))
            tell(package.pieces(kind_and_part[1]), _Sheet(shared.texts, styles.dates, epoch, lines))
            lines.add("")


def links(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part hangs on, by the key it uses: the kind of link, and the part that exists under that name."""
    folder, name = posixpath.split(part)
    described = package.named(f"{folder}/_rels/{name}.rels".lstrip("/"))
    found = {}
    for element, given in elements([package.read(described, MOST_DESCRIPTION)]) if described else ():
        if element == "Relationship" and given.get("TargetMode", "").lower() != "external":
            target = posixpath.normpath(posixpath.join("/" + folder, given.get("Target", ""))).lstrip("/")
            if held := package.named(target):
                found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], held)
    return found


def _counts_from_1904(book: list[tuple[str, Attributes]]) -> bool:
    return any(name == "workbookPr" and given.get("date1904") in {"1", "true"} for name, given in book)


def _is_date(key: str, codes: dict[str, str]) -> bool:
    if key in codes:
        return bool(re.search(r"[dmyhs]", _NOT_DATE_LETTERS.sub("", codes[key]).lower()))
    return key.isascii() and key.isdigit() and len(key) < 4 and int(key) in _SHOWN_DATES


class _Styles:
    """Numbers of the styles that show a number as a date."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.dates: set[int] = set()
        self.inside = False
        self.number = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            if _is_date(attributes.get("numFmtId", "0"), self.codes):
                self.dates.add(self.number)
            self.number += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.inside = False

    def words(self, text: str) -> None: ...


class _Shared:
    """The texts that cells name by number. What is read aloud beside a word is no part of it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.current: list[str] = []
        self.speaking = self.aside = False
        self.room = 3 * MOST_CHARACTERS

    def start(self, name: str, _attributes: Attributes) -> None:
        if name == "si":
            self.current = []
        self.speaking = name == "t"
        self.aside = self.aside or name == "rPh"

    def end(self, name: str) -> None:
        self.speaking = False
        if name == "rPh":
            self.aside = False
        if name == "si":
            self.texts.append("".join(self.current))

    def words(self, text: str) -> None:
        if self.speaking and not self.aside:
            self.room -= len(text)
            if self.room < 0:
                raise Full
            self.current.append(text)


class _Sheet:
    def __init__(self, shared: list[str], dates: set[int], epoch: datetime, lines: Lines) -> None:
        self.shared, self.dates, self.epoch, self.lines = shared, dates, epoch, lines
        self.cells: list[str] = []
        self.value: list[str] = []
        self.kind = ""
        self.dated = self.speaking = False
        self.heard = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self.speaking = name in {"v", "t"}
        if name == "row":
            self.cells = []
        elif name == "c":
            self.value, self.kind = [], attributes.get("t", "n")
            style = attributes.get("s", "")
            self.dated = style.isascii() and style.isdigit() and len(style) < 7 and int(style) in self.dates
            self.cells += [""] * (_column(attributes.get("r", "")) - len(self.cells))

    def end(self, name: str) -> None:
        self.speaking = False
        if name == "c" and len(self.cells) < MOST_COLUMNS:
            self.cells.append(" ".join(self._shown("".join(self.value)).split()))
        elif name == "row":
            row = "\t".join(self.cells).rstrip("\t")
            if row:
                self.lines.add(row)

    def words(self, text: str) -> None:
        if self.speaking:
            self.heard += len(text)
            if self.heard > MOST_CHARACTERS:
                raise Full
            self.value.append(text)

    def _shown(self, value: str) -> str:
        if self.kind == "s":
            return self._shared_text(value)
        if self.kind == "b":
            return "oui" if value.strip() == "1" else "non"
        return self._figure(value) if self.kind == "n" else value

    def _shared_text(self, value: str) -> str:
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
        return self.shared[number] if 0 <= number < len(self.shared) else ""

    def _figure(self, value: str) -> str:
        try:
            figure = float(value)
            return self._moment(figure) if self.dated else f"{figure:.15g}".replace(".", ",")
        except (ValueError, OverflowError):
            return value

    def _moment(self, figure: float) -> str:
        moment = self.epoch + timedelta(seconds=round(figure * 86_400))
        if 0 <= figure < 1:
            return moment.strftime("%H:%M")
        return moment.strftime("%d/%m/%Y" if figure.is_integer() else "%d/%m/%Y %H:%M")


def _column(place: str) -> int:
    found = _PLACE.match(place)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return min(number - 1, MOST_COLUMNS) if number else 0


def slides(package: Package, main: str) -> Iterator[str]:
    """The slides of a presentation in the order they are shown."""
    targets = links(package, main)
    for name, given in elements([package.read(main, MOST_DESCRIPTION)]):
        kind, part = targets.get(given.relation(), ("", "")) if name == "sldId" else ("", "")
        if kind == "slide":
            yield part
