"""The launcher on a small project: real servers, real kills, a pretended Django."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from filiere.launch import broker, probes, processes
from filiere.launch.processes import Group
from filiere.launch.roster import write
from tests.filiere.launch import scratch
from tests.filiere.launch.scratch import BARE_PYTHON, Installation, environ, free_port
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# Stands for `make`: starts the launcher, waits for it, can be killed.
PARENT = (BARE_PYTHON, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])")
QUEUE = "import sys; from filiere.celery import note; [note.delay(*sys.argv[1:3], wait=sys.argv[3]) for _ in '12']"


def queue_two_tasks(found: Installation, notes: Path, go: Path) -> None:
    subprocess.run(
        [str(found.root / ".venv" / "bin" / "python"), "-c", QUEUE, str(notes), "tâche", str(go)],
        cwd=found.root,
        env=environ(FILIERE_DATA_DIR=str(found.places.data)),
        check=True,
    )


def count(notes: Path, line: str) -> int:
    return notes.read_text(encoding="utf-8").splitlines().count(line) if notes.exists() else 0


def test_everything_starts_is_announced_and_stops_cleanly_on_sigterm(installation):
    launcher = installation.start_and_wait()
    assert probes.site_answers("127.0.0.1", installation.port)
    assert "✓ Mise à jour de la base de données : 2 migrations" in installation.said
    assert "✓ Contrat de démonstration (" in installation.said
    assert f"http://localhost:{installation.port}" in installation.said
    assert "filiere-demo" in installation.said
    assert str(installation.places.mail) in installation.said
    launcher.terminate()
    assert launcher.wait(PATIENCE) == 0
    assert installation.processes() == {}
    assert "Tout est arrêté." in installation.said
    assert not installation.places.pids.exists()


def test_installation_without_demonstration_shows_the_way_in(installation):
    installation.start_and_wait(DEMO="0")
    assert "http://localhost/invitation/secret/" in installation.said
    assert "application's log" not in installation.said
    assert "filiere-demo" not in installation.said


def test_work_in_progress_outlives_the_death_of_everything(installation, tmp_path):
    notes, go = tmp_path / "notes", tmp_path / "go"
    installation.start_and_wait()
    queue_two_tasks(installation, notes, go)
    until(lambda: count(notes, "begin tâche") == 2, what="both tasks to begin")
    installation.kill_everything()
    installation.until_gone()
    go.touch()
    installation.start_and_wait()
    until(lambda: count(notes, "end tâche") == 2, what="both tasks to be done again")


def test_worker_finishes_what_it_does_before_stopping(installation, tmp_path):
    notes, go = tmp_path / "notes", tmp_path / "go"
    launcher = installation.start_and_wait()
    queue_two_tasks(installation, notes, go)
    until(lambda: count(notes, "begin tâche") == 2, what="both tasks to begin")
    launcher.send_signal(signal.SIGINT)
    until(lambda: "Arrêt en cours" in installation.said, what="the stop to begin")
    go.touch()
    assert launcher.wait(PATIENCE) == 0
    assert count(notes, "end tâche") == 2


@pytest.mark.parametrize("victims", ["supervisor", "supervisor and warden", "everything but grandchildren"])
def test_nothing_is_left_when_the_supervisor_is_killed(installation, victims):
    launcher = installation.start_and_wait()
    supervisor = launcher.pid
    others = [pid for pid, command in installation.processes().items() if "launch.warden" in command]
    if victims == "everything but grandchildren":
        others += [installation.group(name) for name in ("valkey", "web", "worker", "scheduler")]
    # Stopped first, so that it cannot notice one death and react to it before its own.
    os.kill(supervisor, signal.SIGSTOP)
    for pid in () if victims == "supervisor" else others:
        os.kill(pid, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)
    installation.until_gone()


def test_death_of_the_parent_stops_everything_in_order(installation):
    parent = installation.start_and_wait(under=PARENT)
    parent.kill()
    parent.wait(PATIENCE)
    installation.until_gone()
    assert "Tout est arrêté." in installation.said


def test_second_instance_on_the_same_data_is_refused(installation):
    installation.start_and_wait()
    second = Installation(installation.root, installation.places.data, name="seconde")
    code, said = second.run()
    assert code == 1
    assert "tourne déjà" in said
    assert f"http://localhost:{installation.port}" in said
    assert probes.site_answers("127.0.0.1", installation.port), "the first is left in peace"


def test_taken_port_is_told_before_anything_starts(installation):
    with socket.create_server(("127.0.0.1", installation.port)):
        code, said = installation.run()
    assert code == 1
    assert f"Le port {installation.port} est déjà pris" in said
    assert "make run PORT=" in said
    assert "Valkey" not in said


def test_killed_services_come_back_with_their_work(installation, tmp_path):
    notes, go = tmp_path / "notes", tmp_path / "go"
    installation.start_and_wait()
    queue_two_tasks(installation, notes, go)
    until(lambda: count(notes, "begin tâche") == 2, what="both tasks to begin")
    for name in ("worker", "web", "valkey"):
        os.kill(installation.group(name), signal.SIGKILL)
    go.touch()
    until(lambda: installation.said.count("s’est arrêté (signal SIGKILL)") == 3, what="three events")
    until(lambda: count(notes, "end tâche") == 2, what="both tasks to be done by the next worker")
    until(lambda: probes.site_answers("127.0.0.1", installation.port), what="the site")
    assert broker.answers(installation.places.socket)


@pytest.mark.parametrize(
    ("step", "sentence"), [("migrate", "La base de données n’a pas pu"), ("load_demo", "make run DEMO=0")]
)
def test_failing_step_is_told_and_leaves_nothing(installation, step, sentence):
    code, said = installation.run(BREAKS=step)
    assert code == 1
    assert "│ le moteur a calé" in said
    assert sentence in said
    assert str(installation.places.logs / f"{step}.log") in said
    assert installation.processes() == {}


def test_service_that_cannot_start_ends_the_run_with_its_last_lines_and_what_to_do(installation):
    installation.places.create()
    (installation.places.valkey / "appendonlydir").mkdir()
    (installation.places.valkey / "appendonlydir" / "appendonly.aof.manifest").write_text("n’importe quoi\n")
    code, said = installation.run()
    assert code == 1
    assert "Valkey (file d’attente) s’est arrêté 5 fois en moins d’une minute" in said
    assert "│" in said.partition("manifest")[0]
    assert f"écartez le dossier {installation.places.valkey}" in said
    assert installation.processes() == {}


def test_kill_during_a_step_leaves_nothing_and_the_next_run_succeeds(installation):
    launcher = installation.start(LINGERS="migrate")
    until(lambda: any("migrate" in command for command in installation.processes().values()), what="the step")
    launcher.kill()
    launcher.wait(PATIENCE)
    installation.until_gone()
    installation.start_and_wait()


def test_interruption_during_a_step_ends_it(installation):
    launcher = installation.start(LINGERS="load_demo")
    until(lambda: any("load_demo" in command for command in installation.processes().values()), what="the step")
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(PATIENCE) == 0
    assert installation.processes() == {}


def test_leftovers_that_nothing_held_are_swept_by_the_next_run(installation):
    """As after a kill on a system without leashes, warden killed too."""
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        installation.places.create()
        group = Group("web", left.pid, processes.started_at(left.pid))
        reused = Group("worker", os.getpid(), "another boot:1")
        write(installation.places.pids, "", [group, reused])
        installation.start_and_wait()
        assert "Restes d’une exécution interrompue, arrêtés : web." in installation.said
        assert left.wait(PATIENCE) == -signal.SIGKILL
    finally:
        left.kill()
        left.wait()


def test_data_folder_with_a_long_path_works(project, tmp_path):
    deep = tmp_path / ("un-dossier-au-nom-interminable/" * 3) / "données"
    for found in scratch.installation(project, deep):
        found.start_and_wait()
        socket_path = found.places.socket
        assert not socket_path.is_relative_to(deep)
        assert broker.answers(socket_path)
        found.launcher.terminate()
        assert found.launcher.wait(PATIENCE) == 0
        assert not socket_path.parent.exists()


def test_unusable_data_folder_is_told(project, tmp_path):
    (tmp_path / "fichier").touch()
    for found in scratch.installation(project, tmp_path / "fichier"):
        code, said = found.run()
        assert code == 1
        assert "n’est pas utilisable" in said


def test_tests_are_run_by_the_environment_whatever_the_folder(project, tmp_path):
    done = subprocess.run(
        [BARE_PYTHON, "-m", "filiere.launch", "test"],
        cwd=project,
        env=environ(ARGS="--version", DATA_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("pytest ")


def test_broker_of_the_person_is_used_instead_of_ours(installation):
    code, said = installation.run(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", BREAKS="load_demo")
    assert code == 1
    assert "Valkey" not in said
