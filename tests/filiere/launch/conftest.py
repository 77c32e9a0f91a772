import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from filiere.launch.attention import Attention
from filiere.launch.steps import Workshop
from filiere.launch.terminal import Terminal
from filiere.launch.tree import Tree
from tests.filiere.launch import scratch


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def attention() -> Iterator[Attention]:
    # Started under nohup, tests would inherit a hang-up that is ignored, and that stays so on purpose.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with Attention() as listening:
        yield listening
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(tmp_path / "processes.json") as grown:
        yield grown


@pytest.fixture
def workshop(tmp_path: Path, screen: io.StringIO, attention: Attention, tree: Tree) -> Workshop:
    (tmp_path / "logs").mkdir()
    return Workshop(tmp_path, tmp_path / "logs", scratch.environ(), Terminal(screen), attention, tree)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scratch.build(tmp_path_factory.mktemp("project"))


@pytest.fixture
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not named after the test: a socket's path has to be short."""
    return tmp_path_factory.mktemp("i")


@pytest.fixture
def installation(project: Path, short_folder: Path) -> Iterator[scratch.Installation]:
    yield from scratch.installation(project, short_folder / "données du comité")
