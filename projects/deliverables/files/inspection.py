"""What a file that somebody hands in really is. Its content says so, never its name, and never its sender."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from projects.deliverables.files import images, office, package, plain, portable
from projects.deliverables.files.formats import Format
from projects.deliverables.files.naming import file_name
from projects.deliverables.files.refusal import RefusedFile, not_accepted, several_files_in_one

__all__ = ["Inspected", "RefusedFile", "inspect"]

_HEAD = 1024
_PIECE = 1024 * 1024
_PROGRAMS = (b"\x7fELF", b"#!/", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_ARCHIVES = (b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_PICTURES = (b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"RIFF")
_OLD = ("WordDocument", "Workbook", "Book", "PowerPoint Document")


@dataclass(frozen=True)
class Inspected:
    format: Format
    name: str
    size: int
    sha256: str


def inspect(stream: BinaryIO, name: str) -> Inspected:
    """Raises RefusedFile. Either way the stream is back at its beginning."""
    try:
        size = stream.seek(0, 2)
        if not size:
            raise RefusedFile(_("Ce fichier est vide."))
        if size > settings.UPLOAD_LIMIT:
            raise RefusedFile(
                _("Ce fichier est trop gros\u00a0: %(most)s au plus.") % {"most": filesizeformat(settings.UPLOAD_LIMIT)}
            )
        found = _format(stream, size, name)
        return Inspected(format=found, name=file_name(name, found), size=size, sha256=_sha256(stream))
    finally:
        stream.seek(0)


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _format(stream: BinaryIO, size: int, name: str) -> Format:
    stream.seek(0)
    head = stream.read(_HEAD)
    if portable.SIGNATURE in head[1:]:
        # Readers look for it that far: to them it is a PDF, to others what its first bytes say.
        raise several_files_in_one()
    if head.startswith(portable.SIGNATURE):
        portable.examine(stream, size)
        return Format.PDF
    if head.startswith(package.SIGNATURE):
        return office.examine(stream)
    if head.startswith((images.PNG_SIGNATURE, images.JPEG_SIGNATURE)):
        return _picture(stream, head, size)
    _refuse_known(stream, head)
    return plain.examine(stream, name.rpartition(".")[2].strip().lower())


def _picture(stream: BinaryIO, head: bytes, size: int) -> Format:
    is_png = head.startswith(images.PNG_SIGNATURE)
    if is_png:
        images.examine_png(stream, size)
    else:
        images.examine_jpeg(stream)
    if package.ends_like_one(stream):
        raise several_files_in_one()
    return Format.PNG if is_png else Format.JPEG


def _refuse_known(stream: BinaryIO, head: bytes) -> None:
    """What is refused anyway, with the sentence that helps."""
    if head.startswith(office.OLE):
        raise RefusedFile(_of_old_document(stream))
    if head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\x00" in head):
        raise RefusedFile(_("Ce fichier est un programme\u00a0: il n’est pas accepté, sous aucun nom."))
    if head.startswith(_ARCHIVES):
        raise office.archive()
    if head.startswith(rb"{\rtf"):
        raise RefusedFile(_("Ce texte est au format RTF\u00a0: enregistrez-le au format .docx, .odt ou PDF."))
    if head.startswith(_PICTURES) or (head.startswith(b"BM") and b"\x00" in head):
        raise RefusedFile(_("Cette image n’est pas d’un format accepté\u00a0: enregistrez-la en PNG ou en JPEG."))
    if head[4:8] == b"ftyp":
        raise RefusedFile(
            _("Les vidéos et les photos HEIC ne sont pas acceptées\u00a0: déposez un PDF, un PNG ou un JPEG.")
        )
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise not_accepted()


def _of_old_document(stream: BinaryIO) -> str:
    """Such a file is a small disk: the names of what lies on it tell who wrote it."""
    names = {word: word.encode("utf-16-le") for word in ("EncryptedPackage", *_OLD)}
    found, end = set(), b""
    stream.seek(0)
    while piece := stream.read(_PIECE):
        found |= {word for word, written in names.items() if written in end + piece}
        end = piece[-64:]
    if "EncryptedPackage" in found:
        return _("Ce document est protégé par un mot de passe\u00a0: enregistrez-le sans mot de passe.")
    if "WordDocument" in found:
        return _("C’est un ancien document Word (.doc)\u00a0: enregistrez-le au format .docx, .odt ou PDF.")
    if found & {"Workbook", "Book"}:
        return _("C’est un ancien classeur Excel (.xls)\u00a0: enregistrez-le au format .xlsx, .ods ou .csv.")
    if found:
        return _(
            "C’est une ancienne présentation PowerPoint (.ppt)\u00a0: enregistrez-la au format .pptx, .odp ou PDF."
        )
    return _("Ce fichier est d’un ancien format\u00a0: enregistrez-le au format .docx, .xlsx, .pptx ou PDF.")
