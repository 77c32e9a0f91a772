import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

import pytest

from filiere.launch import processes
from filiere.launch.processes import TREE_VARIABLE, Group
from tests.waiting import PATIENCE, until

# A leader with one child; it says the child's pid, then waits.
FAMILY = (
    "import os, subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], stdout=subprocess.DEVNULL)\n"
    "print(child.pid, flush=True)\n"
    "input()\n"
)


class Family:
    def __init__(self) -> None:
        self.token = secrets.token_hex(8)  # one each: tests run side by side, and sweeps reach far
        self.leader = subprocess.Popen(
            [sys.executable, "-c", FAMILY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, TREE_VARIABLE: self.token},
            start_new_session=True,
        )
        assert self.leader.stdout
        self.child = int(self.leader.stdout.readline())
        self.group = Group("famille", self.leader.pid, processes.started_at(self.leader.pid))

    def kill_leader(self) -> None:
        self.leader.kill()
        self.leader.communicate()


def alive(pid: int) -> bool:
    seen = processes.snapshot().get(pid)
    return bool(seen and not seen.zombie)


@pytest.fixture
def family() -> Iterator[Family]:
    made = Family()
    yield made
    processes.signal_group(made.leader.pid, 9)
    made.kill_leader()


def test_members_are_the_living_of_the_group(family):
    assert sorted(processes.members(family.leader.pid)) == sorted([family.leader.pid, family.child])


def test_started_at_is_stable_and_empty_for_nobody(family):
    assert processes.started_at(family.leader.pid) == family.group.started
    family.kill_leader()
    assert processes.started_at(family.leader.pid) == ""


def test_sweep_kills_the_group_and_names_it(family):
    assert processes.sweep([family.group], family.token) == ["famille"]
    assert not alive(family.child)
    family.leader.wait(PATIENCE)


def test_sweep_kills_orphans_whose_leader_is_gone(family):
    family.kill_leader()
    assert alive(family.child)
    assert processes.sweep([family.group], family.token) == ["famille"]
    assert not alive(family.child)


def test_sweep_spares_a_process_that_reuses_the_pid(family):
    other = Group("famille", family.leader.pid, "another boot:1")
    assert processes.sweep([other], "another token") == []
    assert alive(family.leader.pid)


def test_sweep_spares_members_of_a_reused_group_whose_leader_is_gone(family):
    family.kill_leader()
    assert processes.sweep([family.group], "another token") == []
    assert alive(family.child)


def test_sweep_finds_a_stray_that_left_its_group_by_its_token():
    stray = Family()
    try:
        processes.sweep([], stray.token)
        assert not alive(stray.child)
        assert not alive(stray.leader.pid)
    finally:
        stray.kill_leader()


def test_sweep_without_token_touches_nobody(family):
    assert processes.sweep([], "") == []
    assert alive(family.child)


def test_end_group_waits_until_the_last_one_is_gone(family):
    processes.end_group(family.leader.pid)
    assert processes.members(family.leader.pid) == []


def test_zombie_counts_for_nobody(family):
    os.kill(family.leader.pid, 9)
    until(lambda: not alive(family.leader.pid), what="the leader's death")
    assert family.leader.pid in processes.snapshot(), "not reaped yet"
    assert processes.members(family.leader.pid) == [family.child]


def test_signal_to_a_vanished_group_is_no_error(family):
    processes.end_group(family.leader.pid)
    family.kill_leader()
    processes.signal_group(family.leader.pid, 15)


def test_ps_agrees_with_proc_about_a_process(family):
    """What other systems are read through, tried here where `ps` exists."""
    ours = processes._snapshot_from_ps().get(family.child)
    assert ours
    assert (ours.group, ours.zombie) == (family.leader.pid, False)
    assert ours.started == processes._snapshot_from_ps()[family.child].started
