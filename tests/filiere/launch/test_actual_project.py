"""The real thing, once: started, filled, killed as a power cut would, started again, stopped."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from filiere.launch import probes
from filiere.launch.options import ROOT
from tests.filiere.launch import scratch
from tests.filiere.launch.scratch import Installation
from tests.waiting import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def real(short_folder: Path) -> Iterator[Installation]:
    yield from scratch.installation(ROOT, short_folder / "var")


def test_installation_keeps_its_data_and_its_queue_when_everything_is_killed(real):
    real.start_and_wait()
    assert probes.site_answers("127.0.0.1", real.port)
    with closing(sqlite3.connect(real.places.data / "filiere.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM accounts_user").fetchone()[0] > 2
        database.execute("CREATE TABLE kept (word TEXT)")
        database.execute("INSERT INTO kept VALUES ('gardé')")
        database.commit()
    with closing(redis.Redis(unix_socket_path=str(real.places.socket))) as broker:
        broker.rpush("kept", "gardé")

    real.kill_everything()
    real.until_gone()
    launcher = real.start_and_wait()

    with closing(sqlite3.connect(real.places.data / "filiere.sqlite3")) as database:
        assert database.execute("SELECT word FROM kept").fetchall() == [("gardé",)]
    with closing(redis.Redis(unix_socket_path=str(real.places.socket))) as broker:
        assert broker.lrange("kept", 0, -1) == ["gardé".encode()]
    launcher.terminate()
    assert launcher.wait(PATIENCE) == 0
    assert real.processes() == {}
    assert not probes.site_answers("127.0.0.1", real.port)
