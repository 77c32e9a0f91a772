import subprocess
import sys

import pytest

from filiere.launch.lock import Lock


def test_lock_is_refused_to_a_second_holder_which_learns_who_has_it(tmp_path):
    with Lock(tmp_path / "lock") as first, Lock(tmp_path / "lock") as second:
        assert first.acquire()
        first.describe("http://localhost:8000, processus 12")
        assert not second.acquire(within=0)
        assert second.holder() == "http://localhost:8000, processus 12"


def test_lock_is_free_again_once_released(tmp_path):
    with Lock(tmp_path / "lock") as first:
        assert first.acquire()
    with Lock(tmp_path / "lock") as second:
        assert second.acquire(within=0)


def test_shorter_description_leaves_nothing_of_the_longer(tmp_path):
    with Lock(tmp_path / "lock") as lock:
        lock.describe("http://localhost:18000, processus 123456")
        lock.describe("ici")
        assert lock.holder() == "ici"


@pytest.mark.parametrize("close_fds", [True, False])
def test_lock_does_not_pass_to_a_child_that_survives(tmp_path, close_fds):
    with Lock(tmp_path / "lock") as first:
        first.acquire()
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=close_fds)
    try:
        with Lock(tmp_path / "lock") as second:
            assert second.acquire()
    finally:
        child.kill()
        child.communicate()
