import os
import signal
import time
from pathlib import Path

import pytest

from filiere.launch import checks
from filiere.launch.attention import Interrupted
from filiere.launch.checks import CHECKS, Check
from filiere.launch.environment import Venv
from filiere.launch.options import ROOT
from filiere.launch.terminal import Terminal
from tests.filiere.launch.scratch import environ

VENV = Venv(ROOT / ".venv")


def python(title: str, code: str) -> Check:
    return Check(title, ("-c", code))


@pytest.fixture
def run(attention, screen, tmp_path):
    def running(*wanted: Check, **values: str) -> int:
        return checks.run(VENV, environ(**values), Terminal(screen), attention, checks=wanted, root=tmp_path)

    return running


def test_all_checks_run_even_when_the_first_fails_and_the_summary_keeps_their_order(run, screen):
    slow = python("mypy", "import time; time.sleep(0.2)")
    assert run(python("ruff", "print('ligne trop longue'); raise SystemExit(1)"), slow, python("imports", "")) == 1
    lines = screen.getvalue().splitlines()
    assert lines[:2] == ["── ruff", "ligne trop longue"]
    assert [line[:9].strip() for line in lines[-4:-1]] == ["✗ ruff", "✓ mypy", "✓ imports"]
    assert lines[-1].startswith("1 contrôle(s) en échec, en 0,")


def test_nothing_of_a_check_that_passes_is_printed(run, screen):
    assert run(python("ruff", "print('tout va bien')")) == 0
    assert "tout va bien" not in screen.getvalue()
    assert screen.getvalue().splitlines()[-1].startswith("Tout est en ordre, en ")


def test_checks_see_a_throw_away_data_folder_and_no_real_database(run, tmp_path):
    code = (
        "import os; from pathlib import Path;"
        "assert os.environ['FILIERE_ENV'] == 'test' and 'DATABASE_URL' not in os.environ;"
        f"Path({str(tmp_path)!r}, 'folder').write_text(os.environ['FILIERE_DATA_DIR'])"
    )
    assert run(python("migrations", code), DATABASE_URL="postgres://somewhere/real") == 0
    assert not Path((tmp_path / "folder").read_text()).exists()


def test_independent_checks_run_at_the_same_time(run, tmp_path, monkeypatch):
    """Each waits for the other: one after the other, they would never end."""
    monkeypatch.setattr(checks.os, "cpu_count", lambda: 2)
    meet = (
        "import time; from pathlib import Path; Path('{0}').touch()\nwhile not Path('{1}').exists(): time.sleep(0.01)"
    )
    assert run(python("un", meet.format("un", "deux")), python("deux", meet.format("deux", "un"))) == 0


def test_interruption_leaves_no_check_running(run):
    began = time.monotonic()
    notify = f"import os, time; os.kill({os.getpid()}, {int(signal.SIGINT)}); time.sleep(600)"
    with pytest.raises(Interrupted):
        run(python("mypy", notify))
    assert time.monotonic() - began < 60


def test_every_check_of_the_house_names_a_tool_that_is_installed():
    modules = [check.arguments[1] for check in CHECKS if check.arguments[0] == "-m"]
    assert modules == ["ruff", "ruff", "mypy", "djlint", "pytest"]
    from importlinter.cli import lint_imports_command

    assert lint_imports_command
