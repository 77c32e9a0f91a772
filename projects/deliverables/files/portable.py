"""PDF files: whole, readable by everyone, and nothing in them that acts by itself.

Read as bytes, window after window, without trusting the tables that tell where things are: readers rebuild those as
they please, and would find what they hide.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from projects.deliverables.files.package import ends_like_one
from projects.deliverables.files.refusal import (
    RefusedFile,
    damaged,
    holds_program,
    protected,
    several_files_in_one,
    unfolds_too_far,
)

SIGNATURE = b"%PDF-"
MOST_UNFOLDED = 256 * 1024 * 1024
MOST_STREAMS = 300_000
_WINDOW = 1024 * 1024
# Longer than any word looked for, and than a file name.
_OVERLAP = 1024
_TAIL = 2048
_PIECE = 16 * 1024
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xd0\xcf\x11\xe0")
_PROGRAM_NAME = re.compile(
    rb"/U?F\s*\((?:[^()\\]|\\.){0,250}\.(exe|com|bat|cmd|scr|pif|msi|js|jse|vbs|vbe|ps1|hta|jar|lnk|reg|wsf|dll|sh)\s*\)",
    re.IGNORECASE,
)
_STREAM = re.compile(rb"(?<!end)stream[ \t]{0,8}(?:\r\n|\n|\r)?")
# Numbers and places of the objects that an object stream holds: it begins with them.
_PACKED = re.compile(rb"[\x00\s]*\d+[\x00\s]+\d+[\x00\s]")


def _words(*names: str) -> re.Pattern[bytes]:
    """Any letter of a PDF name may be written as #xx. None of these comes by chance in compressed data."""

    def spelt(name: str) -> str:
        return "".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name)

    either = "|".join(f"(?P<{name}>{spelt(name)})" for name in names)
    return re.compile(f"/(?:{either})(?![^\\x00\\t\\n\\f\\r ()<>\\[\\]{{}}/%])".encode())


_ACTS = _words("JavaScript", "XFA", "Launch", "Rendition", "Encrypt", "Root", "EmbeddedFile", "ObjStm")
_RENDITION_SCRIPT = _words("JS")
# An object stream is never written so, but to hide what it holds.
_CODED = _words(
    "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW", "RunLengthDecode", "RL", "Predictor"
)


def examine(stream: BinaryIO, size: int) -> None:
    _examine_end(stream, size)
    words, streams, allowance = set(), 0, MOST_UNFOLDED
    for start, fresh, window in _windows(stream):
        words |= _examine_words(window)
        places = [match for match in _STREAM.finditer(window) if match.end() > fresh]
        streams += len(places)
        if streams > MOST_STREAMS:
            raise unfolds_too_far()
        before = 0
        for place in places:
            allowance -= _examine_stream(stream, start + place.end(), window[before : place.start()], allowance)
            before = place.end()
    if "Encrypt" in words:
        raise protected()
    if "Root" not in words:
        raise damaged()


def _examine_end(stream: BinaryIO, size: int) -> None:
    stream.seek(max(size - _TAIL, 0))
    tail = stream.read()
    if b"startxref" not in tail or b"%%EOF" not in tail:
        # It ends before its own end, or other things follow it.
        raise several_files_in_one() if ends_like_one(stream) else damaged()
    if tail.rpartition(b"%%EOF")[2].strip(b"\x00\t\n\f\r \x1a") or ends_like_one(stream):
        raise several_files_in_one()
    given = re.match(rb"\s*(\d{1,12})\b", tail.rpartition(b"startxref")[2])
    if not given or int(given[1]) >= size:
        raise damaged()


def _windows(stream: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """Where each begins, how much of it was in the one before (a word may stand across), and its bytes."""
    start, kept = 0, b""
    while True:
        stream.seek(start + len(kept))
        piece = stream.read(_WINDOW)
        if not piece:
            return
        window = kept + piece
        yield start, len(kept), window
        kept = window[-_OVERLAP:]
        start += len(window) - len(kept)


def _examine_words(content: bytes) -> set[str]:
    words = {str(match.lastgroup) for match in _ACTS.finditer(content)}
    if words & {"JavaScript", "XFA"} or ("Rendition" in words and _RENDITION_SCRIPT.search(content)):
        raise RefusedFile(
            _(
                "Ce PDF contient du code (JavaScript ou formulaire dynamique)\u00a0: imprimez-le en PDF, puis déposez "
                "cette copie."
            )
        )
    if "Launch" in words:
        raise RefusedFile(
            _("Ce PDF lance un programme\u00a0: imprimez-le en PDF, puis déposez cette copie, qui ne lancera rien.")
        )
    if _PROGRAM_NAME.search(content.replace(b"\x00", b"")):
        raise holds_program()
    return words


def _examine_stream(stream: BinaryIO, at: int, entries: bytes, allowance: int) -> int:
    """How much it unfolded to. Whether it holds objects shows in its content, whatever its entries say."""
    said = {str(match.lastgroup) for match in _ACTS.finditer(entries)}
    if "ObjStm" in said and _CODED.search(entries):
        raise damaged()
    pieces = _unfolded(stream, at)
    head = next(pieces, b"")
    if "EmbeddedFile" in said and head.startswith(_PROGRAMS):
        raise holds_program()
    if not _PACKED.match(head):
        if "ObjStm" in said:
            raise damaged()
        return len(head)
    total, end = len(head), b""
    _examine_words(head)
    for piece in pieces:
        total += len(piece)
        if total > allowance:
            raise unfolds_too_far()
        _examine_words(end + piece)
        end = piece[-_OVERLAP:]
    return total


def _unfolded(stream: BinaryIO, at: int) -> Iterator[bytes]:
    """What does not unfold is in plain sight, or broken, or packed in a way that hides no objects."""
    inflater = zlib.decompressobj()
    # Most streams are pictures and pages: their first bytes tell, and no more is unfolded.
    least, most = 512, 256
    stream.seek(at)
    while not inflater.eof and (folded := stream.read(least)):
        least = _PIECE
        while folded:
            try:
                piece = inflater.decompress(folded, most)
            except zlib.error:
                return
            folded, most = inflater.unconsumed_tail, _WINDOW
            yield piece
