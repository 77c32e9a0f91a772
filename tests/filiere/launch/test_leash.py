import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from filiere.launch import leash, processes, tree
from tests.waiting import until

# Starts a command on a leash, lets it go, says its pid, waits to be killed.
STARTER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=sys.stderr)
child.stdin.write(b"%d\\n" % os.getpid()); child.stdin.close()
print(child.pid, flush=True)
input()
"""
# A module that forks twice over, as Granian and Celery do, and notes every pid.
FORKER = """
import os, sys, time
def note(): open(sys.argv[1], "a").write(f"{os.getpid()}\\n")
note()
if os.fork() == 0:
    note()
    if os.fork() == 0:
        note()
time.sleep(600)
"""


def alive(pid: int) -> bool:
    seen = processes.snapshot().get(pid)
    return bool(seen and not seen.zombie)


class Starter:
    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", STARTER, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        assert self.process.stdout
        self.child = int(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def forker(tmp_path: Path) -> Iterator[Starter]:
    (tmp_path / "forker.py").write_text(FORKER, encoding="utf-8")
    starter = Starter(tree.module(Path(sys.executable), "forker", str(tmp_path / "pids")), tmp_path)
    yield starter
    starter.kill()


def pids(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_program_dies_with_its_starter(tmp_path):
    starter = Starter(tree.program("sleep", "600"), tmp_path)
    assert alive(starter.child)
    starter.kill()
    until(lambda: not alive(starter.child), what="the program's death")


def test_forks_of_forks_die_with_the_starter(forker, tmp_path):
    until(lambda: len(pids(tmp_path)) == 3, what="three generations")
    forker.kill()
    until(lambda: not any(map(alive, pids(tmp_path))), what="three deaths")


def test_forks_die_when_the_one_between_is_killed(forker, tmp_path):
    until(lambda: len(pids(tmp_path)) == 3, what="three generations")
    os.kill(pids(tmp_path)[0], signal.SIGKILL)
    until(lambda: not any(map(alive, pids(tmp_path))), what="three deaths")


def test_command_does_not_run_when_its_starter_dies_before_letting_it_go(tmp_path):
    mark = tmp_path / "ran"
    done = subprocess.run(tree.program("touch", mark), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode
    assert not mark.exists()


def test_command_does_not_run_for_a_starter_that_died_after_letting_it_go(tmp_path):
    """Its message is still in the pipe, and says who it was."""
    mark = tmp_path / "ran"
    done = subprocess.run(tree.program("touch", mark), input=b"1\n", capture_output=True, check=False)
    assert done.returncode
    assert not mark.exists()


def test_arguments_exit_code_and_folder_are_the_commands_own(tmp_path):
    (tmp_path / "shown.py").write_text("import os, sys; print(sys.argv, os.getcwd()); sys.exit(7)", encoding="utf-8")
    command = tree.module(Path(sys.executable), "shown", "un", "deux mots")
    done = subprocess.run(command, input=leash.permit(), capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 7
    assert done.stdout.decode().strip().endswith(f"'un', 'deux mots'] {tmp_path}")


def test_fork_from_a_passing_thread_is_not_tied_to_it(tmp_path):
    """The kernel fires when the forking thread ends: the child must still be there after that."""
    (tmp_path / "threaded.py").write_text(
        "import os, threading, time\n"
        "def fork():\n"
        "    if os.fork() == 0:\n"
        "        input_end = os.read(reader, 1)\n"
        "        os.write(1, b'still here' if input_end else b'gone')\n"
        "        os._exit(0)\n"
        "reader, writer = os.pipe()\n"
        "thread = threading.Thread(target=fork)\n"
        "thread.start()\n"
        "thread.join()\n"
        "os.write(writer, b'x')\n"
        "os.wait()\n",
        encoding="utf-8",
    )
    command = [*tree.module(Path(sys.executable), "threaded")]
    command[1:1] = ["-W", "ignore::DeprecationWarning"]
    done = subprocess.run(command, input=leash.permit(), capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout == b"still here"
