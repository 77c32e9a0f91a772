"""Word, Excel, PowerPoint and OpenDocument files: which one it is, and nothing in it that acts by itself."""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote

from django.utils.translation import gettext as _

from projects.deliverables.files.formats import Format
from projects.deliverables.files.markup import Attributes, TooLong, Unreadable, elements
from projects.deliverables.files.package import SIGNATURE, Allowance, Package
from projects.deliverables.files.refusal import (
    RefusedFile,
    damaged,
    holds_macros,
    holds_program,
    not_accepted,
    protected,
    unfolds_too_far,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A chart keeps its workbook, which may show a picture of a document: nobody goes deeper.
DEEPEST = 2
MOST_NESTED = 32 * 1024 * 1024
MOST_DESCRIPTION = 8 * 1024 * 1024

_KINDS = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_MAIN = {
    f"{_OFFICE}wordprocessingml.document.main+xml": Format.DOCX,
    f"{_OFFICE}spreadsheetml.sheet.main+xml": Format.XLSX,
    f"{_OFFICE}presentationml.presentation.main+xml": Format.PPTX,
}
_OPEN = {f"{_ODF}text": Format.ODT, f"{_ODF}spreadsheet": Format.ODS, f"{_ODF}presentation": Format.ODP}
_MACRO_PART = re.compile(r"(.*/)?(vbaproject\.bin|vbadata\.xml|macrosheets/.*|activex/.*)|(basic|scripts)/.*")
_MACRO_KIND = re.compile(r"macro|vbaproject|activex", re.IGNORECASE)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!/", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_XML = (".xml", ".rels", ".vml", ".rdf")
_DEFINITIONS = re.compile(rb"<!(DOCTYPE|ENTITY)")
# Macros are also called from afar: by an event of an OpenDocument, through an embedded old document.
_CALLS = re.compile(rb"vnd\.sun\.star\.script:")
_OLD_MACROS, _PACKED = "_VBA_PROJECT".encode("utf-16-le"), "Ole10Native".encode("utf-16-le")
# In other encodings the looks above would be blind.
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})""")
_PLAIN = (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
_OVERLAP = 64
# What a program fetches as it opens the document, without a click.
_FETCHED = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "afchunk", "control"})
_ON_THIS_COMPUTER = re.compile(r"file:///(?![/\\])|[a-z]:[/\\]|(?![a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)


def examine(stream: BinaryIO) -> Format:
    return _examined(stream, Allowance(), depth=0)


def _examined(stream: BinaryIO, allowance: Allowance, depth: int) -> Format:
    package = Package(stream, allowance)
    if any(_MACRO_PART.fullmatch(name.replace("\\", "/").lower()) for name in package.members):
        raise holds_macros()
    for name in package.members:
        _examine_part(package, name, depth)
    try:
        return _format(package)
    except Unreadable as error:
        raise damaged() from error
    except TooLong as error:
        raise unfolds_too_far() from error


# --- What each part holds ---------------------------------------------------


def _examine_part(package: Package, name: str, depth: int) -> None:
    pieces = package.pieces(name)
    head = next(pieces, b"")
    if head.startswith(_PROGRAMS):
        raise holds_program()
    if head.startswith(SIGNATURE):
        _examine_nested(package, head, pieces, depth)
        return
    marks = _marks(name, head)
    end = b""
    for piece in _again(head, pieces):
        for pattern, refusal in marks:
            if pattern.search(end + piece):
                raise refusal
        end = piece[-_OVERLAP:]


def _again(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _marks(name: str, head: bytes) -> list[tuple[re.Pattern[bytes], RefusedFile]]:
    if head.startswith(OLE):
        return [(re.compile(re.escape(_OLD_MACROS)), holds_macros()), (re.compile(re.escape(_PACKED)), holds_program())]
    if not name.lower().endswith(_XML):
        return []
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in head[:4] or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _definitions()
    if declared and declared[1].lower() not in _PLAIN:
        raise _definitions()
    return [(_DEFINITIONS, _definitions()), (_CALLS, holds_macros())]


def _definitions() -> RefusedFile:
    return RefusedFile(
        _(
            "Ce document contient des définitions qui ne sont pas acceptées\u00a0: enregistrez-le de nouveau avec un "
            "logiciel récent."
        )
    )


def _examine_nested(package: Package, head: bytes, pieces: Iterator[bytes], depth: int) -> None:
    if depth >= DEEPEST:
        raise RefusedFile(_("Ce document en contient d’autres, emboîtés trop profondément\u00a0: déposez-les à part."))
    held = bytearray(head)
    for piece in pieces:
        held += piece
        if len(held) > MOST_NESTED:
            raise unfolds_too_far()
    _examined(io.BytesIO(held), package.allowance, depth + 1)


# --- What the whole is ------------------------------------------------------


def _format(package: Package) -> Format:
    kinds, mimetype = package.named(_KINDS), package.named("mimetype")
    if bool(kinds) == bool(mimetype):
        raise archive()
    if mimetype:
        return _open_document(package, mimetype)
    assert kinds
    return _office_document(package, kinds)


def archive() -> RefusedFile:
    return RefusedFile(_("Les archives ne sont pas acceptées\u00a0: déposez les documents un par un."))


def _open_document(package: Package, mimetype: str) -> Format:
    kind = package.read(mimetype, 1024).decode("ascii", "replace").strip()
    if kind not in _OPEN:
        raise not_accepted()
    manifest = package.named("META-INF/manifest.xml")
    if manifest and any(name == "encryption-data" for name, _given in elements(package.pieces(manifest))):
        raise protected()
    if "content.xml" not in package.members:
        raise damaged()
    return _OPEN[kind]


def _office_document(package: Package, kinds: str) -> Format:
    declared = list(elements([package.read(kinds, MOST_DESCRIPTION)]))
    if any("sheet.binary" in given.get("ContentType", "") for _name, given in declared):
        raise RefusedFile(_("C’est un classeur binaire (.xlsb)\u00a0: enregistrez-le en .xlsx."))
    if any(_MACRO_KIND.search(given.get("ContentType", "")) for _name, given in declared):
        raise holds_macros()
    for name in package.members:
        if name.lower().endswith(".rels"):
            _refuse_fetching(elements([package.read(name, MOST_DESCRIPTION)]))
    main = main_part(package)
    kind = _kind_of(main, declared)
    if kind not in _MAIN:
        if kind.endswith(("template.main+xml", "slideshow.main+xml")):
            raise RefusedFile(
                _("C’est un modèle ou un diaporama\u00a0: enregistrez-le au format .docx, .xlsx ou .pptx.")
            )
        raise not_accepted()
    return _MAIN[kind]


def main_part(package: Package) -> str:
    """The part that all the others hang on: whoever opens the document begins there."""
    links = package.named("_rels/.rels")
    found = (
        given.get("Target", "").lstrip("/")
        for name, given in elements([package.read(links, MOST_DESCRIPTION)] if links else [b"<none/>"])
        if name == "Relationship" and given.get("Type", "").endswith("/officeDocument")
    )
    part = package.named(next(found, ""))
    if part is None:
        raise damaged()
    return part


def _kind_of(part: str, declared: list[tuple[str, Attributes]]) -> str:
    for name, given in declared:
        if name == "Override" and given.get("PartName", "").lstrip("/").lower() == part.lower():
            return given.get("ContentType", "")
    extension = part.rpartition(".")[2].lower()
    for name, given in declared:
        if name == "Default" and given.get("Extension", "").lower() == extension:
            return given.get("ContentType", "")
    return ""


def _refuse_fetching(links: Iterator[tuple[str, Attributes]]) -> None:
    for name, given in links:
        if name != "Relationship" or given.get("TargetMode", "").lower() != "external":
            continue
        kind, target = given.get("Type", "").rpartition("/")[2].lower(), unquote(given.get("Target", "")).strip()
        if kind in _FETCHED and not _ON_THIS_COMPUTER.match(target):
            raise RefusedFile(
                _(
                    "Ce document va chercher un modèle ou un objet ailleurs dès qu’on l’ouvre\u00a0: rompez ce lien, "
                    "puis enregistrez-le de nouveau."
                )
            )
