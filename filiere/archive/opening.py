"""Opens an archive and believes nothing in it before it was checked: names, list, digests."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filiere.archive import manifest, names
from filiere.archive.manifest import Manifest
from filiere.archive.problems import ArchiveProblem

_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Archive:
    manifest: Manifest
    _zip: zipfile.ZipFile

    def open(self, member: str) -> IO[bytes]:
        return self._zip.open(member)

    @property
    def files(self) -> list[str]:
        return [member for member in self.manifest.members if names.file_in(member)]


# What reading a damaged, cut, encrypted or foreign archive raises, according to where it was hit.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, KeyError)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            found = _manifest(archive)
        except FileNotFoundError:
            raise ArchiveProblem(f"{path} n’existe pas.") from None
        except _DAMAGE as error:
            raise ArchiveProblem(f"{path} est abîmé, illisible, ou n’est pas une archive de Filière.") from error
        yield Archive(found, archive)


def check(archive: Archive) -> None:
    """Every byte is read once here, before the first one is used."""
    for member, expected in archive.manifest.members.items():
        try:
            found = _measured(archive, member, expected.size)
        except _DAMAGE as error:
            raise ArchiveProblem(f"L’archive est abîmée : {member} est illisible.") from error
        if found != (expected.size, expected.sha256):
            raise ArchiveProblem(f"L’archive est abîmée : {member} n’a pas l’empreinte annoncée.")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    listed = archive.namelist()
    if names.MANIFEST not in listed:
        raise ArchiveProblem("Ce fichier n’est pas une archive de Filière : il n’a pas de sommaire.")
    found = manifest.read(archive.read(names.MANIFEST))
    for member in found.members:
        names.check(member)
    if sorted(listed) != sorted([*found.members, names.MANIFEST]):
        raise ArchiveProblem("L’archive est abîmée : son contenu n’est pas celui de son sommaire.")
    return found


def _measured(archive: Archive, member: str, at_most: int) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with archive.open(member) as stream:
        while size <= at_most and (piece := stream.read(_PIECE)):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()
