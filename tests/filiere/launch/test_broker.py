import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from filiere.launch import broker, services
from filiere.launch.environment import Venv
from filiere.launch.options import ROOT
from filiere.launch.places import Places
from tests.waiting import PATIENCE, until


class Server:
    """The very command of `make run`, without what keeps it on a leash."""

    def __init__(self, places: Places) -> None:
        self.places = places
        places.create()
        command = services.valkey(places, services.valkey_binary(Venv(ROOT / ".venv"))).command
        self.command = list(command[command.index("exec") + 1 :])

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        until(lambda: broker.answers(self.places.socket), what="Valkey")
        self.client = redis.Redis(unix_socket_path=str(self.places.socket))

    def kill(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait(PATIENCE)


@pytest.fixture
def server(short_folder: Path) -> Iterator[Server]:
    started = Server(Places(short_folder))
    started.start()
    yield started
    started.kill()


def test_absent_server_does_not_answer(tmp_path):
    assert not broker.answers(tmp_path / "none.sock")
    assert not broker.give_back_deliveries(tmp_path / "none.sock")


def test_deliveries_of_a_dead_worker_are_dated_from_the_beginning_of_time(server):
    server.client.zadd("filiere:unacked_index", {"a": 1_800_000_000.5, "b": 1_800_000_001.5})
    server.client.set("autre", "intact")
    assert broker.give_back_deliveries(server.places.socket)
    assert server.client.zrange("filiere:unacked_index", 0, -1, withscores=True) == [(b"a", 0.0), (b"b", 0.0)]
    assert server.client.get("autre") == b"intact"


def test_giving_back_nothing_is_fine(server):
    assert broker.give_back_deliveries(server.places.socket)


def test_server_listens_on_its_socket_alone(server):
    assert server.client.config_get("port") == {"port": "0"}
    assert server.places.socket.stat().st_mode & 0o777 == 0o700


def test_acknowledged_write_outlives_kill_9(server):
    for number in range(50):
        server.client.rpush("file", number)
    server.kill()
    server.start()
    assert server.client.llen("file") == 50


def test_log_cut_short_in_the_middle_of_a_write_does_not_prevent_the_start(server):
    server.client.rpush("file", "un")
    server.client.rpush("file", "deux")
    server.kill()
    journal = next(server.places.valkey.glob("appendonlydir/*.incr.aof"))
    journal.write_bytes(journal.read_bytes()[:-5])
    server.start()
    assert server.client.lrange("file", 0, -1) == [b"un"]


def test_full_server_refuses_rather_than_forgets(server):
    assert server.client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
