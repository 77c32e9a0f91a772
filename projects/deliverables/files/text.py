"""The words of a file, for search and for comparing two versions of it.

A file was inspected when it came in. Nothing of that is relied on here: what cannot be read is said in a sentence.
"""

from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.deliverables.files import pdf_text, plain
from projects.deliverables.files.flow import OFFICE, OPEN_DOCUMENT, OPEN_WORKBOOK, Dialect, read_flow
from projects.deliverables.files.formats import Format
from projects.deliverables.files.lines import Full, Lines
from projects.deliverables.files.markup import TooLong, Unreadable
from projects.deliverables.files.office import main_part
from projects.deliverables.files.package import Package
from projects.deliverables.files.refusal import RefusedFile
from projects.deliverables.files.sheets import links, read_workbook, slides

_CUT = gettext_lazy("[Le texte s’arrête ici\u00a0: ce document est trop long pour être lu en entier.]")
_NOTES = ("footnotes", "endnotes")
_OPEN = {Format.ODT: OPEN_DOCUMENT, Format.ODP: OPEN_DOCUMENT, Format.ODS: OPEN_WORKBOOK}


class NoText(ValueError):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def text_of(stream: BinaryIO, format: Format) -> str:  # noqa: A002  the word of the page
    """A line a paragraph, a row, a line of a slide. Raises NoText, and leaves the stream at its beginning."""
    if not format.has_text:
        raise NoText(_("Une image n’a pas de texte."))
    lines, cut = Lines(), False
    try:
        _gather(stream, format, lines)
    except (Full, TooLong):
        cut = True
    except (Unreadable, RefusedFile, pdf_text.NotRead) as error:
        raise NoText(_("Ce fichier n’a pas pu être lu\u00a0: il est peut-être abîmé.")) from error
    finally:
        stream.seek(0)
    if text := lines.text():
        return f"{text}\n{_CUT}" if cut else text
    if format == Format.PDF:
        raise NoText(_("Ce PDF ne contient pas de texte\u00a0: c’est sans doute une numérisation."))
    raise NoText(_("Ce fichier ne contient pas de texte."))


def _gather(stream: BinaryIO, format: Format, lines: Lines) -> None:  # noqa: A002
    stream.seek(0)
    if format == Format.PDF:
        pdf_text.read_pdf(stream, lines)
    elif format in _OPEN:
        _gather_open_document(Package(stream), _OPEN[format], lines)
    elif format in {Format.DOCX, Format.XLSX, Format.PPTX}:
        _gather_office_document(Package(stream), format, lines)
    else:
        _gather_plain(stream, lines)


def _gather_plain(stream: BinaryIO, lines: Lines) -> None:
    encoding = plain.encoding_of(stream)
    if encoding is None:
        raise Unreadable
    stream.seek(0)
    rest = ""
    for piece in plain.decoded(stream, encoding):
        # The end of a line may come with the next piece, or only half of it.
        *whole, rest = (rest + piece).replace("\r\n", "\n").split("\n")
        for line in whole:
            lines.add(line)
        if len(rest) > lines.room:
            break
    lines.add(rest)


def _gather_open_document(package: Package, dialect: Dialect, lines: Lines) -> None:
    if "content.xml" not in package.members:
        raise Unreadable
    read_flow(package.pieces("content.xml"), dialect, lines)


def _gather_office_document(package: Package, format: Format, lines: Lines) -> None:  # noqa: A002
    main = main_part(package)
    if format == Format.XLSX:
        read_workbook(package, main, lines)
    elif format == Format.PPTX:
        for slide in slides(package, main):
            read_flow(package.pieces(slide), OFFICE, lines)
            lines.add("")
    else:
        read_flow(package.pieces(main), OFFICE, lines)
        for kind, part in links(package, main).values():
            if kind in _NOTES:
                read_flow(package.pieces(part), OFFICE, lines)
