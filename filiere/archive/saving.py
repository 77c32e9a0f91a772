"""Writes an archive: rows first, from one instant, then the files they name. Memory stays flat whatever the size."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from filiere.archive import names
from filiere.archive.contents import saved_models, title_of
from filiere.archive.files import stored_files
from filiere.archive.manifest import Manifest, Member, applied_migrations, this_version
from filiere.archive.problems import ArchiveProblem
from filiere.archive.rows import Names, Shape
from filiere.archive.snapshot import snapshot

Report = Callable[[str], None]
SIGN_OF_LIFE = 100_000
_PIECE = 1024 * 1024


def save(target: Path, *, report: Report) -> Manifest:
    with _aside(target) as draft, zipfile.ZipFile(draft, "w", allowZip64=True) as archive:
        manifest = Manifest(
            made_at=timezone.now(),
            application=this_version(),
            engine=connection.vendor,
            migrations=applied_migrations(),
        )
        with snapshot():
            _save_rows(archive, manifest, report)
        # After the rows: a file that comes later is one too many, never one too few.
        _save_files(archive, manifest, report)
        with archive.open(_entry(names.MANIFEST, zipfile.ZIP_DEFLATED), "w") as stream:
            stream.write(manifest.as_json())
    return manifest


def _save_rows(archive: zipfile.ZipFile, manifest: Manifest, report: Report) -> None:
    known = Names()
    for model in saved_models():
        title = title_of(model)
        member = names.of_model(model._meta.label_lower)
        lines = _counted(Shape(model, known).lines(), title, report)
        manifest.members[member] = saved = _write(archive, member, lines, zipfile.ZIP_DEFLATED, rows=True)
        if saved.rows:
            report(f"{title} : {saved.rows}")


def _save_files(archive: zipfile.ZipFile, manifest: Manifest, report: Report) -> None:
    count = 0
    for name in stored_files():
        member = names.of_file(name)
        names.check(member)
        try:
            stream = default_storage.open(name)
        except FileNotFoundError:
            continue  # erased since it was listed
        with stream:
            # Office files and images are compressed already.
            manifest.members[member] = _write(archive, member, stream.chunks(_PIECE), zipfile.ZIP_STORED)
        count += 1
        if count % 1000 == 0:
            report(f"fichiers : {count}…")
    report(f"fichiers : {count}")


def _write(
    archive: zipfile.ZipFile, member: str, pieces: Iterable[bytes], compression: int, *, rows: bool = False
) -> Member:
    digest, size, count = hashlib.sha256(), 0, 0
    with archive.open(_entry(member, compression), "w", force_zip64=True) as stream:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
            size += len(piece)
            count += 1
    return Member(size=size, sha256=digest.hexdigest(), rows=count if rows else None)


def _entry(member: str, compression: int) -> zipfile.ZipInfo:
    """Without the hour: the same data make the same archive, but for the manifest's own date."""
    entry = zipfile.ZipInfo(member)
    entry.compress_type = compression
    entry.external_attr = 0o600 << 16
    return entry


def _counted(lines: Iterator[bytes], title: str, report: Report) -> Iterator[bytes]:
    for number, line in enumerate(lines, start=1):
        yield line
        if number % SIGN_OF_LIFE == 0:
            report(f"{title} : {number}…")


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Whoever finds the file under its name finds it whole; and it holds people's data, so it is private."""
    if target.is_dir() or not target.parent.is_dir():
        raise ArchiveProblem(f"{target} n’est pas un nom de fichier dans un dossier existant.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as error:
        raise ArchiveProblem(f"{target} n’a pas pu être écrit : {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)
