"""What people hand in as a list: CSV, XLSX, ODS or pasted text, as rows of plain words.

What a file is, its content says, never its name. Nothing is evaluated: of a formula only the result that was saved is
read. A file made to break the house, or too big for a list, is refused with a sentence before it is unfolded.
"""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

log = structlog.get_logger(__name__)

MOST_BYTES = 2 * 1024 * 1024
MOST_UNFOLDED = 10 * 1024 * 1024
MOST_PARTS = 500
MOST_ROWS = 2000
MOST_LINES = 20_000  # blank ones included: a sheet may begin far down
MOST_COLUMNS = 50
LONGEST_CELL = 2000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_XLSX = b"spreadsheetml.sheet.main+xml"
_DELIMITERS = ";\t,"
_SAMPLE = 20
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NO_LIST = re.compile(r"\s*(<\?xml|<!doctype|<html|%pdf-|\{\\rtf)", re.IGNORECASE)

Cells = Iterable[Any]


@dataclass(frozen=True)
class Row:
    """`number` is the line of the file, so that a person finds it again."""

    number: int
    cells: tuple[str, ...]


def read_file(content: bytes) -> list[Row]:
    """Raises ValidationError, without a field: whoever asked knows where the file came in."""
    if not content:
        raise _unreadable(_("Ce fichier est vide."))
    if len(content) > MOST_BYTES:
        raise _unreadable(_("Ce fichier est trop gros pour une liste\u00a0: 2\u00a0Mo au plus."))
    if content.startswith(_OLE):
        raise _unreadable(
            _(
                "C’est un classeur d’un ancien format (.xls) ou protégé par un mot de passe\u00a0: "
                "enregistrez-le en .xlsx, en .ods ou en .csv."
            )
        )
    if content.startswith(_ZIP):
        return _workbook(content)
    return read_text(_decoded(content))


def read_text(text: str) -> list[Row]:
    """Semicolons, tabs or commas: whichever parts the first lines most evenly."""
    if _CONTROL.search(text) or _NO_LIST.match(text):
        raise _unreadable(_("Ce n’est ni un classeur ni une liste en texte."))
    return _kept(_lines(text, _delimiter(text)))


def as_text(rows: Iterable[Row]) -> str:
    """The same rows for a text box, each on its own line number, whatever they came from."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\n")
    line = 1
    for row in rows:
        written.write("\n" * (row.number - line))
        writer.writerow(row.cells)
        line = row.number + 1
    return written.getvalue()


def _unreadable(sentence: str) -> ValidationError:
    return ValidationError(sentence, code="unreadable")


def _kept(lines: Iterable[tuple[int, Cells]]) -> list[Row]:
    """Rows that say something, their words squeezed, within bounds."""
    rows = []
    for number, cells in lines:
        if number > MOST_LINES:
            raise _too_many()
        words = [_words(cell) for cell in cells]
        while words and not words[-1]:
            words.pop()
        if not words:
            continue
        if len(words) > MOST_COLUMNS:
            sentence = _("Ligne %(line)d\u00a0: plus de %(most)d colonnes.")
            raise _unreadable(sentence % {"line": number, "most": MOST_COLUMNS})
        if any(len(word) > LONGEST_CELL for word in words):
            sentence = _("Ligne %(line)d\u00a0: une case est trop longue. Un guillemet n’est peut-être pas refermé.")
            raise _unreadable(sentence % {"line": number})
        rows.append(Row(number, tuple(words)))
        if len(rows) > MOST_ROWS:
            raise _too_many()
    return rows


def _too_many() -> ValidationError:
    sentence = ngettext("Cette liste dépasse %(n)d ligne.", "Cette liste dépasse %(n)d lignes.", MOST_ROWS)
    return _unreadable(sentence % {"n": MOST_ROWS})


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(unicodedata.normalize("NFC", _CONTROL.sub("", str(value))).split())


# --- Text -------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    named = next((encoding for mark, encoding in _BOMS.items() if content.startswith(mark)), None)
    for encoding in (named,) if named else ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(_("Ce n’est ni un classeur ni une liste en texte."))


def _delimiter(text: str) -> str:
    """Words and addresses hold commas: a delimiter is one that gives each of the first lines as many cells."""

    def evenness(delimiter: str) -> int:
        widths = []
        for _number, cells in _lines(text, delimiter):
            widths.append(len(list(cells)))
            if len(widths) == _SAMPLE:
                break
        return sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0

    return max(_DELIMITERS, key=evenness)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # a cell may hold line breaks
    except csv.Error as error:
        raise _unreadable(_("Ligne %(line)d\u00a0: illisible.") % {"line": line}) from error


# --- Workbooks --------------------------------------------------------------


def _workbook(content: bytes) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            read = _kind(parts)
        # Libraries warn of styles and extensions that they leave out; only words matter here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _kept(read(content))
    except ValidationError:
        raise
    except Exception as error:  # a broken file makes its libraries raise anything at all
        log.info("workbook not read", error=type(error).__name__)
        raise _unreadable(_("Ce classeur est abîmé\u00a0: enregistrez-le de nouveau, ou en .csv.")) from error


def _kind(parts: zipfile.ZipFile) -> Any:
    """The reader for it. Declared sizes bind: Python unfolds no part beyond what it declares."""
    members = parts.infolist()
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNFOLDED:
        raise _unreadable(_("Ce classeur est trop gros pour une liste."))
    names = {member.filename for member in members}
    kinds = parts.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if _macros(names, kinds):
        raise _unreadable(_("Ce classeur contient des macros\u00a0: enregistrez-le en .xlsx, en .ods ou en .csv."))
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            _refuse_entities(parts.read(member))
    if _XLSX in kinds:
        return _xlsx
    if "mimetype" in names and parts.read("mimetype").strip() == _ODS:
        return _ods
    raise _unreadable(_("Ce n’est ni un classeur ni une liste en texte."))


def _macros(names: set[str], kinds: bytes) -> bool:
    return b"macroEnabled" in kinds or any(
        name.endswith("vbaProject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names
    )


def _refuse_entities(xml: bytes) -> None:
    """Spreadsheets declare none; a few lines of them unfold to gigabytes. UTF-16 would hide them from this look."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml:
        raise _unreadable(_("Ce classeur contient des définitions qui ne sont pas acceptées."))


def _xlsx(content: bytes) -> Iterator[tuple[int, Cells]]:
    from openpyxl import load_workbook  # slow to load, and seldom needed

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        # The size a sheet declares may be wrong either way.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
        yield from zip(range(1, MOST_LINES + 2), rows, strict=False)
    finally:
        book.close()


def _ods(content: bytes) -> Iterator[tuple[int, Cells]]:
    """Repetitions are counted, never unfolded by the library: one cell may claim to be a billion."""
    from odfdo import Document  # slow to load, and seldom needed

    tables = Document(io.BytesIO(content)).body.get_elements("//table:table")
    number = 1
    for row in tables[0].get_elements("descendant::table:table-row") if tables else ():
        cells = _ods_cells(row)
        times = _times(row, "table:number-rows-repeated")
        for repeated in range(min(times, MOST_ROWS + 1) if any(cell != "" for cell in cells) else 0):
            yield number + repeated, cells
        number += times


def _ods_cells(row: Any) -> list[Any]:
    cells: list[Any] = []
    for cell in row.get_elements("table:table-cell|table:covered-table-cell"):
        room = MOST_COLUMNS + 1 - len(cells)
        cells += [_ods_value(cell)] * min(_times(cell, "table:number-columns-repeated"), room)
    return cells


def _ods_value(cell: Any) -> Any:
    if day := cell.get_attribute_string("office:date-value"):
        return str(day)[:10]
    if cell.get_attribute_string("office:value-type") == "float":
        return float(cell.get_attribute_string("office:value"))
    return " ".join(paragraph.text_recursive for paragraph in cell.get_elements("text:p"))


def _times(element: Any, attribute: str) -> int:
    given = element.get_attribute_string(attribute) or "1"
    return int(given) if given.isdigit() and len(given) < 9 else 1
