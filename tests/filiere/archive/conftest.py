import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from filiere.archive.contents import saved_models
from filiere.archive.files import stored_files
from filiere.archive.restoring import restore
from filiere.archive.saving import save
from projects.activity import guards


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path_factory):
    """What other tests deposited is not in these archives."""
    folder = {"OPTIONS": {"location": tmp_path_factory.mktemp("files"), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], **folder}}


@pytest.fixture
def archive(tmp_path):
    """Writes an archive of what stands now."""

    def write(name="archive.zip"):
        save(tmp_path / name, report=lambda line: None)
        return tmp_path / name

    return write


@pytest.fixture
def put_back():
    return lambda path, **options: restore(path, report=lambda line: None, **options)


@pytest.fixture
def empty():
    """An installation as `migrate` leaves it."""

    def wipe():
        guards.lift(connection)
        # In one transaction links are checked at its end: the order does not matter.
        with transaction.atomic(), connection.cursor() as cursor:
            for model in saved_models():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        guards.put_up(connection)
        for name in list(stored_files()):
            default_storage.delete(name)

    yield wipe
    for name in list(stored_files()):
        default_storage.delete(name)


@pytest.fixture
def store():
    return lambda name, content: default_storage.save(name, ContentFile(content))
