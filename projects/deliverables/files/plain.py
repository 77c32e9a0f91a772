"""Plain text: in which encoding it is written, and whether it is text at all."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from projects.deliverables.files.formats import Format
from projects.deliverables.files.refusal import RefusedFile, not_accepted

CHUNK = 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_LEAD = 64 * 1024
_ASIDE = re.compile(r"\s+|<!--.*?(-->|\Z)", re.DOTALL)
_MARKUP = re.compile(r"<(\?xml|!doctype|html|head|body|script|style|iframe|svg|math|title|meta|link)\b", re.IGNORECASE)


def examine(stream: BinaryIO, extension: str) -> Format:
    """Texts are told apart by their names alone: their content is theirs in all three."""
    encoding = encoding_of(stream)
    if encoding is None:
        raise not_accepted()
    stream.seek(0)
    _refuse_markup(decoded(stream, encoding))
    for candidate in (Format.CSV, Format.MD):
        if extension in candidate.extensions:
            return candidate
    return Format.TXT


def encoding_of(stream: BinaryIO) -> str | None:
    """The first of the usual ones that reads it all, without a character that no text holds."""
    stream.seek(0)
    head = stream.read(4)
    named = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    for encoding in (named,) if named else ("utf-8", "cp1252"):
        stream.seek(0)
        try:
            if not any(_CONTROL.search(text) for text in decoded(stream, encoding)):
                return encoding
        except UnicodeDecodeError:
            continue
    return None


def decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while chunk := stream.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _refuse_markup(pieces: Iterator[str]) -> None:
    """A browser takes for a page whatever begins like one, after any blank and any comment."""
    lead = ""
    for piece in pieces:
        lead = (lead + piece).lstrip("\ufeff \t\r\n\f\v\xa0")
        if len(lead) >= _LEAD:
            break
    at = 0
    while aside := _ASIDE.match(lead, at):
        at = aside.end()
    if _MARKUP.match(lead, at) or (at >= _LEAD and lead.startswith("<!--")):
        raise RefusedFile(
            _(
                "Les pages web et les dessins SVG ne sont pas acceptés\u00a0: enregistrez ce fichier en PDF ou en "
                "image PNG."
            )
        )
