"""The archive that a Word, Excel, PowerPoint or OpenDocument file is, unfolded in memory, piece by piece.

Nothing that its headers say is believed: sizes are counted as they come out, and what comes out is bounded.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from projects.deliverables.files.refusal import damaged, protected, several_files_in_one, unfolds_too_far

SIGNATURE = b"PK\x03\x04"
MOST_ENTRIES = 5000
MOST_DIRECTORY = 2 * 1024 * 1024
MOST_UNFOLDED = 400 * 1024 * 1024
# Drawings that are not yet compressed and sheets of zeros reach a hundred, but not over megabytes.
MOST_RATIO = 200
_WORTH_COUNTING = 10 * 1024 * 1024
_PIECE = 64 * 1024
_LARGEST_PIECE = 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _UTF8 = 0x1, 0x800
# What office programs write; the others unfold much further.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Allowance:
    """What may still come out of a file, and of the files inside it."""

    unfolded: int = MOST_UNFOLDED
    entries: int = MOST_ENTRIES

    def spend(self, size: int) -> None:
        self.unfolded -= size
        if self.unfolded < 0:
            raise unfolds_too_far()


@dataclass
class Package:
    stream: BinaryIO
    allowance: Allowance = field(default_factory=Allowance)

    def __post_init__(self) -> None:
        """Its parts, by name; and where the content of each begins."""
        count = _announced(self.stream)
        self.allowance.entries -= count
        if self.allowance.entries < 0:
            raise unfolds_too_far()
        self.members = {member.filename: member for member in _listed(self.stream)}
        if len({name.lower() for name in self.members}) != count:
            raise damaged()
        self._starts = {name: _start(self.stream, member) for name, member in self.members.items()}
        self._refuse_overlaps()

    def _refuse_overlaps(self) -> None:
        """Parts that share bytes unfold to far more than the file; what lies before them is another file."""
        ends = 0
        for name, member in sorted(self.members.items(), key=lambda item: item[1].header_offset):
            if not ends and member.header_offset:
                raise several_files_in_one()
            if member.header_offset < ends:
                raise damaged()
            ends = self._starts[name] + member.compress_size

    def named(self, name: str) -> str | None:
        """The part of that name, in whatever case: Office does not mind it."""
        if name in self.members:
            return name
        return next((one for one in self.members if one.lower() == name.lower()), None)

    def read(self, name: str, most: int) -> bytes:
        content = bytearray()
        for piece in self.pieces(name):
            content += piece
            if len(content) > most:
                raise unfolds_too_far()
        return bytes(content)

    def pieces(self, name: str) -> Iterator[bytes]:
        member = self.members[name]
        total, check = 0, 0
        for piece in self._unfolded(name):
            total += len(piece)
            check = zlib.crc32(piece, check)
            self.allowance.spend(len(piece))
            if total > member.file_size:
                raise unfolds_too_far()
            if total > _WORTH_COUNTING and total > MOST_RATIO * member.compress_size:
                raise unfolds_too_far()
            yield piece
        if total != member.file_size or check != member.CRC:
            raise damaged()

    def _unfolded(self, name: str) -> Iterator[bytes]:
        member = self.members[name]
        if member.compress_type == zipfile.ZIP_STORED:
            yield from self._raw(name)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for raw in self._raw(name):
                folded = raw
                while folded:
                    yield inflater.decompress(folded, _LARGEST_PIECE)
                    folded = inflater.unconsumed_tail
                if inflater.unused_data:
                    raise damaged()
            while piece := inflater.decompress(b"", _LARGEST_PIECE):
                yield piece
        except zlib.error as error:
            raise damaged() from error
        if not inflater.eof:
            raise damaged()

    def _raw(self, name: str) -> Iterator[bytes]:
        at, left = self._starts[name], self.members[name].compress_size
        while left:
            # Others may have read elsewhere since: one stream serves every part.
            self.stream.seek(at)
            piece = self.stream.read(min(left, _PIECE))
            if not piece:
                raise damaged()
            yield piece
            at, left = at + len(piece), left - len(piece)


def ends_like_one(stream: BinaryIO) -> bool:
    """Readers of archives begin at the end, and mind nothing that stands before."""
    stream.seek(0)
    return zipfile.is_zipfile(stream)


def _announced(stream: BinaryIO) -> int:
    """How many entries its end announces. It is the end of the file: nothing follows, not even a comment."""
    size = stream.seek(0, 2)
    stream.seek(max(size - _END.size - 20, 0))
    tail = stream.read()
    if len(tail) < _END.size:
        raise damaged()
    signature, _disk, _first, _here, count, directory, _offset, comment = _END.unpack(tail[-_END.size :])
    if signature != b"PK\x05\x06":
        # A directory further up: something was written after it.
        raise several_files_in_one() if ends_like_one(stream) else damaged()
    if comment:
        raise several_files_in_one()
    # The end of archives over four gigabytes overrules this one: no file here is that large.
    if tail[: -_END.size].startswith(b"PK\x06\x07") or directory > MOST_DIRECTORY:
        raise unfolds_too_far()
    return int(count)


def _listed(stream: BinaryIO) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, struct.error) as error:
        raise damaged() from error
    for member in members:
        _refuse_odd(member)
    return members


def _refuse_odd(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise protected()
    steps = member.orig_filename.replace("\\", "/").split("/")
    if member.compress_type not in _METHODS or member.header_offset < 0:
        raise damaged()
    if "\x00" in member.orig_filename or ".." in steps or not steps[0]:
        raise damaged()


def _start(stream: BinaryIO, member: zipfile.ZipInfo) -> int:
    """After the part's own header, which must give the name that the directory gives."""
    stream.seek(member.header_offset)
    header = stream.read(_LOCAL.size)
    if len(header) != _LOCAL.size:
        raise damaged()
    signature, *_versions, name_length, extra_length = _LOCAL.unpack(header)
    name = stream.read(name_length)
    expected = member.orig_filename.encode("utf-8" if member.flag_bits & _UTF8 else "cp437", "replace")
    if signature != SIGNATURE or name != expected:
        raise damaged()
    return int(member.header_offset + _LOCAL.size + name_length + extra_length)
