"""PNG and JPEG: whole, of a size a screen can bear, and nothing but a picture."""

import re
import struct
import zlib
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from projects.deliverables.files.refusal import RefusedFile, damaged, several_files_in_one

# A poster of a metre at 250 dots an inch.
MOST_PIXELS = 100_000_000
MOST_CHUNKS = 200_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
_PIECE = 1024 * 1024
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
_END, _SCAN = 0xD9, 0xDA
# Inside a scan, FF is followed by 0, by a restart or by more FF, unless the scan is over.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")


def examine_png(stream: BinaryIO, size: int) -> None:
    stream.seek(len(PNG_SIGNATURE))
    kinds = set()
    for number in range(MOST_CHUNKS):
        length, kind = _unpacked(">I4s", stream)
        misplaced = (number == 0) != (kind == b"IHDR") or (kind == b"IHDR" and length != 13)
        if misplaced or stream.tell() + length + 4 > size:
            raise damaged()
        _check_sum(stream, kind, length)
        kinds.add(kind)
        if kind == b"IEND":
            break
    if not {b"IDAT", b"IEND"} <= kinds:
        raise damaged()
    if stream.tell() != size:
        raise several_files_in_one()


def _check_sum(stream: BinaryIO, kind: bytes, length: int) -> None:
    total, left = zlib.crc32(kind), length
    while left:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise damaged()
        if kind == b"IHDR":
            _check_size(*struct.unpack(">II", piece.ljust(8, b"\x00")[:8]))
        total, left = zlib.crc32(piece, total), left - len(piece)
    if _unpacked(">I", stream) != (total,):
        raise damaged()


def examine_jpeg(stream: BinaryIO) -> None:
    """What follows the end is left alone: telephones write previews and depths there."""
    stream.seek(2)
    seen = set()
    for _number in range(MOST_CHUNKS):
        marker = _marker(stream)
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        seen.add("frame" if marker in _FRAMES else "scan" if marker == _SCAN else "")
        _pass_segment(stream, marker)
    else:
        raise damaged()
    if not {"frame", "scan"} <= seen:
        raise damaged()


def _pass_segment(stream: BinaryIO, marker: int) -> None:
    (length,) = _unpacked(">H", stream)
    if length < 2:
        raise damaged()
    start = stream.tell()
    if marker in _FRAMES:
        _precision, height, width = _unpacked(">BHH", stream)
        _check_size(width, height)
    stream.seek(start + length - 2)
    if marker == _SCAN:
        _pass_scan(stream)


def _marker(stream: BinaryIO) -> int:
    if stream.read(1) != b"\xff":
        raise damaged()
    for _filling in range(1024):
        (marker,) = _unpacked(">B", stream)
        if marker != 0xFF:
            return int(marker)
    raise damaged()


def _pass_scan(stream: BinaryIO) -> None:
    """Leaves the stream at the marker that ends it."""
    while True:
        start = stream.tell()
        piece = stream.read(_PIECE)
        if len(piece) < 2:
            raise damaged()
        if found := _MARKER.search(piece):
            stream.seek(start + found.start())
            return
        stream.seek(start + len(piece) - 1)


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise damaged()
    if width * height > MOST_PIXELS:
        raise RefusedFile(
            _(
                "Cette image est démesurée (%(width)d × %(height)d points)\u00a0: réduisez-la, puis déposez-la "
                "de nouveau."
            )
            % {"width": width, "height": height}
        )


def _unpacked(form: str, stream: BinaryIO) -> tuple[Any, ...]:
    content = stream.read(struct.calcsize(form))
    if len(content) != struct.calcsize(form):
        raise damaged()
    return struct.unpack(form, content)
