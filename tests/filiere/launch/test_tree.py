import os
import signal
import subprocess
import sys
from pathlib import Path

from filiere.launch import processes, roster
from filiere.launch import tree as tree_module
from filiere.launch.options import ROOT
from filiere.launch.tree import Child, Tree
from tests.waiting import PATIENCE, until

# A tree grown in a process of its own, which a test can then kill. Says the pid of its only child.
GROWER = """
import os, sys
from pathlib import Path
from filiere.launch import tree
with tree.Tree(Path(sys.argv[1])) as grown, open(os.devnull, "wb") as nothing:
    child = grown.spawn("enfant", sys.argv[2:], output=nothing, environment=os.environ, folder=Path("/"))
    print(child.process.pid, flush=True)
    input()
"""


def sleeper(grown: Tree, command: list[str] | None = None) -> Child:
    with Path(os.devnull).open("wb") as nothing:
        wanted = command or tree_module.program("sleep", "600")
        return grown.spawn("dormeur", wanted, output=nothing, environment=os.environ, folder=Path("/"))


def alive(pid: int) -> bool:
    seen = processes.snapshot().get(pid)
    return bool(seen and not seen.zombie)


def grow(pids: Path, command: list[str]) -> tuple["subprocess.Popen[bytes]", int]:
    grower = subprocess.Popen(
        [sys.executable, "-c", GROWER, str(pids), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert grower.stdout
    return grower, int(grower.stdout.readline())


def test_child_is_written_down_with_its_start_and_struck_off_at_its_end(tree, tmp_path):
    child = sleeper(tree)
    written = roster.read(tmp_path / "processes.json")
    assert written.groups == (child.group,)
    assert written.token == tree.token
    assert child.group.started == processes.started_at(child.process.pid)
    tree.end(child)
    assert roster.read(tmp_path / "processes.json").groups == ()


def test_child_has_a_session_of_its_own(tree):
    child = sleeper(tree)
    assert os.getsid(child.process.pid) == child.process.pid
    tree.end(child)


def test_asking_to_stop_reaches_the_leader_alone(tree, tmp_path):
    """Celery's leader waits for its children: they must not be told themselves."""
    script = "trap 'exit 5' TERM; (trap 'touch told' TERM; WAIT) & touch ready; WAIT".replace(
        "WAIT", "while :; do sleep 0.05; done"
    )
    child = sleeper(tree, tree_module.program("sh", "-c", f"cd '{tmp_path}'; {script}"))
    until((tmp_path / "ready").exists, what="the shell")
    tree.ask_to_stop(child)
    until(lambda: child.code is not None, what="its end")
    assert child.code == 5
    assert not (tmp_path / "told").exists()
    assert processes.members(child.group.leader), "the grandchild is still there"
    tree.end(child)
    assert processes.members(child.group.leader) == []


def test_leaving_the_tree_leaves_nothing(tmp_path):
    with Tree(tmp_path / "processes.json") as grown:
        child = sleeper(grown)
        warden = grown._warden
    child.process.wait(PATIENCE)
    assert warden
    assert warden.returncode == 0
    assert not (tmp_path / "processes.json").exists()


def test_tree_without_a_roster_has_no_warden():
    with Tree() as grown:
        child = sleeper(grown)
        assert grown._warden is None
    child.process.wait(PATIENCE)


def test_killed_warden_is_replaced(tree):
    first = tree._warden
    tree.keep_warden()
    assert tree._warden is first
    first.kill()
    first.wait()
    tree.keep_warden()
    assert tree._warden is not first
    assert tree._warden.poll() is None


def test_warden_takes_down_what_no_leash_holds(tmp_path):
    """As on a system without leashes: a plain command, whose starter is killed."""
    plain = [sys.executable, "-c", "input(); import time; time.sleep(600)"]
    grower, child = grow(tmp_path / "processes.json", plain)
    grower.kill()
    grower.communicate()
    until(lambda: not alive(child), what="the warden's work")


def test_warden_leaves_alone_the_tree_that_took_over(tmp_path):
    pids = tmp_path / "processes.json"
    first, child = grow(pids, tree_module.program("sleep", "600"))
    with Tree(pids) as second:
        later = sleeper(second)
        first.kill()
        first.communicate()
        until(lambda: not alive(child), what="the first tree's end")
        wardens = [
            pid
            for pid in processes.snapshot()
            if str(pids).encode() in _command(pid) and second.token.encode() not in _command(pid)
        ]
        until(lambda: not any(map(alive, wardens)), what="the first warden's end")
        assert later.code is None
        second.end(later)


def test_signals_meant_for_the_terminal_do_not_stop_the_warden(tree):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        until(lambda number=number: _ignores(tree._warden.pid, number), what="the warden's readiness")


def _ignores(pid: int, number: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    mask = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(mask >> (number - 1) & 1)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
