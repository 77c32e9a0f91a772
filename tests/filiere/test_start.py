"""A mistake in the environment, as the person who starts each process meets it."""

import subprocess
import sys

import pytest

from filiere import start
from filiere.variables import EnvironmentProblem
from tests.filiere.workers import ROOT, process_environment

SENTENCE = "Filière ne peut pas démarrer. FILIERE_LOG_FORMAT vaut « xml » : les valeurs possibles sont text, json.\n"


def started(*command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=process_environment(DATABASE_URL="", FILIERE_LOG_FORMAT="xml"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    "command",
    [("manage.py", "migrate"), ("manage.py", "help"), ("-m", "celery", "-A", "filiere", "worker"),
     ("-c", "import filiere.wsgi"), ("-c", "import filiere.asgi")],
    ids=" ".join,
)  # fmt: skip
def test_process_says_one_sentence_and_leaves(command):
    done = started(*command)
    assert done.stderr == SENTENCE
    assert done.returncode == 2


def test_web_server_says_the_sentence_without_a_traceback():
    done = started("-m", "granian", "filiere.wsgi:application", "--interface", "wsgi", "--port", "0")
    assert SENTENCE in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode != 0


def test_problem_of_the_environment_alone_is_a_sentence(monkeypatch, capsys):
    def fail(_module):
        raise EnvironmentProblem("REDIS_URL manque : redis://hôte:6379/0.")

    monkeypatch.setattr(start, "import_module", fail)
    with pytest.raises(SystemExit) as left:
        start.load_settings()
    assert left.value.code == 2
    assert capsys.readouterr().err == "Filière ne peut pas démarrer. REDIS_URL manque : redis://hôte:6379/0.\n"


def test_other_mistakes_keep_their_traceback(monkeypatch):
    def fail(_module):
        raise ZeroDivisionError

    monkeypatch.setattr(start, "import_module", fail)
    with pytest.raises(ZeroDivisionError):
        start.load_settings()
