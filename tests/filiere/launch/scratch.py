"""A small project the launcher takes for the real one: real servers, a pretended Django."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from filiere.launch import options, roster
from filiere.launch.places import Places
from filiere.launch.processes import snapshot
from tests.waiting import PATIENCE, until

# The interpreter under the virtual environment: the launcher must need nothing else.
BARE_PYTHON = getattr(sys, "_base_executable", sys.executable)
READY = "Ctrl-C arrête tout"

MANAGE = """
import os, sys, time
print("  Applying app.0001_initial... OK")
print("  Applying app.0002_more... OK")
if os.environ.get("BREAKS") == sys.argv[1]:
    print("le moteur a calé")
    sys.exit(3)
if os.environ.get("LINGERS") == sys.argv[1]:
    time.sleep(600)
print("a line of the application's log")
print("Invitation : http://localhost/invitation/secret/" if sys.argv[1] == "first_administrator" else "Fait.")
"""
WSGI = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"bonjour"]
"""
CELERY = """
import os, time
from pathlib import Path
from celery import Celery
from filiere.launch.places import Places
places = Places(Path(os.environ["FILIERE_DATA_DIR"]))
app = Celery("filiere", broker=f"redis+socket://{places.socket}?virtual_host=0")
app.conf.update(
    task_ignore_result=True, task_acks_late=True, task_default_queue="filiere",
    broker_transport_options={
        "visibility_timeout": 900, "unacked_restore_interval": 1, "unacked_restore_throttle": 1,
        "global_keyprefix": "filiere:",
    },
)
@app.task
def note(path, text, wait=None):
    with open(path, "a") as stream:
        stream.write(f"begin {text}\\n")
    while wait and not os.path.exists(wait):
        time.sleep(0.05)
    with open(path, "a") as stream:
        stream.write(f"end {text}\\n")
"""


def build(root: Path) -> Path:
    package = root / "filiere"
    shutil.copytree(options.ROOT / "filiere" / "launch", package / "launch", ignore=shutil.ignore_patterns("*.pyc"))
    for path, text in {
        package / "__init__.py": "",
        package / "wsgi.py": WSGI,
        package / "celery.py": CELERY,
        root / "manage.py": MANAGE,
        root / "requirements" / "core.txt": f"django=={version('django')}\n",
        root / "requirements" / "test.txt": f"django=={version('django')}\npytest=={version('pytest')}\n",
    }.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    policy = package / "launch" / "supervisor.py"
    # The delays themselves are tested with a clock of the tests' own.
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("FIRST_DELAY = 0.5", "FIRST_DELAY = 0.05"), encoding="utf-8"
    )
    (root / ".venv").symlink_to(options.ROOT / ".venv")
    return root


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environ(**values: str) -> dict[str, str]:
    """What a person's shell would hold: none of what this suite sets for Django."""
    ours = ("FILIERE_", "DJANGO_", "PYTEST_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORT", "DATA_DIR", "DEMO")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **values}


class Installation:
    """One data folder of a project, and the launcher started on it as often as a test likes."""

    def __init__(self, root: Path, data: Path, *, name: str = "sortie", **values: str) -> None:
        self.root = root
        self.places = Places(data)
        self.port = free_port()
        self.values = values
        self.launcher: subprocess.Popen[bytes] | None = None
        self._name = name
        self._starts = 0
        data.parent.mkdir(parents=True, exist_ok=True)

    @property
    def output(self) -> Path:
        return self.places.data.with_name(f"{self._name}-{self._starts}.txt")

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def start(self, *, under: tuple[str, ...] = (), **values: str) -> subprocess.Popen[bytes]:
        if self.launcher:
            self.launcher.wait(PATIENCE)
        self._starts += 1
        wanted = {"DATA_DIR": str(self.places.data), "PORT": str(self.port), **self.values, **values}
        with self.output.open("wb") as stream:
            self.launcher = subprocess.Popen(
                [*under, BARE_PYTHON, "-m", "filiere.launch", "run"],
                cwd=self.root,
                env=environ(**wanted),
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.launcher

    def start_and_wait(self, *, under: tuple[str, ...] = (), **values: str) -> subprocess.Popen[bytes]:
        launcher = self.start(under=under, **values)
        until(lambda: READY in self.said or launcher.poll() is not None, what="the welcome")
        assert READY in self.said, self.said
        return launcher

    def run(self, **values: str) -> tuple[int, str]:
        code = self.start(**values).wait(PATIENCE)
        return code, self.said

    def processes(self) -> dict[int, str]:
        """Everything alive that knows this data folder, whatever its group or its parent."""
        mark, found = str(self.places.data).encode(), {}
        for pid, seen in snapshot().items():
            if seen.zombie or pid == os.getpid():
                continue
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                known = mark in command or mark in Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if known:
                found[pid] = command.replace(b"\0", b" ").decode()
        return found

    def group(self, name: str) -> int:
        return next(group.leader for group in roster.read(self.places.pids).groups if group.name == name)

    def until_gone(self) -> None:
        until(lambda: not self.processes(), what=f"the end of {self.processes()}")

    def kill_everything(self) -> None:
        for pid in self.processes():
            # The death of one takes others along.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def clear(self) -> None:
        """Whatever a failed test left."""
        for _ in range(3):
            self.kill_everything()
        if self.launcher:
            self.launcher.wait(PATIENCE)
        if self.places.run.exists():
            self.places.socket.unlink(missing_ok=True)
            self.places.forget_socket()


def installation(root: Path, data: Path, **values: str) -> Iterator[Installation]:
    made = Installation(root, data, **values)
    try:
        yield made
    finally:
        made.clear()
