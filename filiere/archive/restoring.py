"""Fills an empty installation from an archive: all of it, in one transaction, or nothing."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.sql import InsertQuery

from filiere.archive import names
from filiere.archive.contents import saved_models, title_of
from filiere.archive.files import stored_files
from filiere.archive.manifest import Manifest, applied_migrations, this_version
from filiere.archive.opening import Archive, check, opened
from filiere.archive.problems import ArchiveProblem
from filiere.archive.rows import Names, Shape
from filiere.archive.saving import SIGN_OF_LIFE, Report

BATCH = 500


def restore(path: Path, *, report: Report, only_check: bool = False) -> Manifest:
    with opened(path) as archive:
        _refuse_another_schema(archive.manifest)
        _refuse_what_is_not_empty()
        report("Vérification de l’archive…")
        check(archive)
        if not only_check:
            _load(archive, report)
        return archive.manifest


def _refuse_another_schema(manifest: Manifest) -> None:
    here, there = set(applied_migrations()), set(manifest.migrations)
    if unapplied := there - here:
        if unapplied <= set(MigrationLoader(None).disk_migrations):
            raise ArchiveProblem("La base n’est pas prête : lancez d’abord manage.py migrate.")
        raise ArchiveProblem(
            f"L’archive vient d’une version plus récente ({manifest.application}) que celle-ci ({this_version()}) : "
            "mettez Filière à jour, puis recommencez."
        )
    if here - there:
        raise ArchiveProblem(
            f"L’archive vient d’une version plus ancienne ({manifest.application}) que celle-ci ({this_version()}) : "
            f"restaurez-la avec la version {manifest.application}, puis mettez à jour."
        )
    tables = {names.of_model(model._meta.label_lower) for model in saved_models()}
    if tables != {member for member in manifest.members if names.model_in(member)}:
        raise ArchiveProblem("L’archive ne contient pas les tables attendues : elle vient d’une autre application.")


def _refuse_what_is_not_empty() -> None:
    found = [f"{title_of(model)} : {count}" for model in saved_models() if (count := models.QuerySet(model).count())]
    if any(True for _ in stored_files()):
        found.append("fichiers")
    if found:
        raise ArchiveProblem(
            f"Cette installation n’est pas vide ({', '.join(found)}) : une archive se restaure dans une base neuve."
        )


def _load(archive: Archive, report: Report) -> None:
    placed: list[str] = []
    try:
        with transaction.atomic(durable=True):
            _load_rows(archive, report)
            _check_links()
            _reset_sequences()
            _load_files(archive, placed, report)
    except BaseException:
        for name in placed:
            default_storage.delete(name)
        raise


def _load_rows(archive: Archive, report: Report) -> None:
    known = Names()
    for model in saved_models():
        member = names.of_model(model._meta.label_lower)
        expected = archive.manifest.members[member].rows
        loaded = _load_model(archive, member, Shape(model, known), report)
        if loaded != expected:
            raise ArchiveProblem(f"L’archive est abîmée : {member} a {loaded} lignes au lieu de {expected}.")
        if loaded:
            report(f"{title_of(model)} : {loaded}")


def _load_model(archive: Archive, member: str, shape: Shape, report: Report) -> int:
    loaded = 0
    with archive.open(member) as stream:
        instances = _instances(stream, member, shape)
        size = max(1, min(BATCH, connection.ops.bulk_batch_size(shape.fields, [None] * BATCH)))
        while batch := list(islice(instances, size)):
            _insert(shape, batch, member, loaded)
            before, loaded = loaded, loaded + len(batch)
            if before // SIGN_OF_LIFE != loaded // SIGN_OF_LIFE:
                report(f"{title_of(shape.model)} : {loaded}…")
    return loaded


def _instances(stream: "Iterator[bytes]", member: str, shape: Shape) -> Iterator[models.Model]:
    for number, line in enumerate(stream, start=1):
        try:
            yield shape.instance(line)
        except (ValueError, TypeError, ValidationError, ArchiveProblem) as error:
            raise ArchiveProblem(f"{member}, ligne {number} : illisible ({_said(error)}).") from error


def _insert(shape: Shape, batch: list[models.Model], member: str, before: int) -> None:
    """As they are: no default, no `auto_now`, no signal — the row was already all of that once."""
    try:
        with transaction.atomic():
            _insert_raw(shape, batch)
    except (DatabaseError, ValueError) as error:
        if len(batch) > 1:
            # One of them is at fault: found by asking for each alone.
            for number, instance in enumerate(batch):
                _insert(shape, [instance], member, before + number)
        raise ArchiveProblem(f"{member}, ligne {before + 1} : refusée par la base ({_said(error)}).") from error


def _insert_raw(shape: Shape, batch: list[models.Model]) -> None:
    query = InsertQuery(shape.model)
    query.insert_values(shape.fields, batch, raw=True)
    query.get_compiler(connection=connection).execute_sql()


def _check_links() -> None:
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise ArchiveProblem(f"L’archive contient un lien vers ce qui n’y est pas ({_said(error)}).") from error


def _reset_sequences() -> None:
    """Rows came with their numbers: the next one must not take one of theirs."""
    statements = connection.ops.sequence_reset_sql(no_style(), saved_models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _load_files(archive: Archive, placed: list[str], report: Report) -> None:
    for member in archive.files:
        name = names.file_in(member)
        assert name
        try:
            with archive.open(member) as stream:
                placed.append(default_storage.save(name, File(stream)))
        except OSError as error:
            raise ArchiveProblem(f"Le fichier {name} n’a pas pu être rangé : {error.strerror or error}.") from error
        if placed[-1] != name:
            raise ArchiveProblem(f"Le stockage a rangé {name} sous un autre nom, {placed[-1]}.")
    report(f"fichiers : {len(placed)}")


def _said(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
