import pytest

from filiere.launch import commands
from filiere.launch.attention import Interrupted
from filiere.launch.environment import Venv
from filiere.launch.failure import TAIL, Failure
from filiere.launch.options import ROOT
from filiere.launch.terminal import Terminal


@pytest.fixture
def main(screen, monkeypatch):
    def calling(command, outcome):
        def behave(*arguments, **options):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(commands.run, "run", behave)
        return commands.main(command, {}, Terminal(screen))

    return calling


def test_code_of_the_command_is_given_back(main):
    assert main("run", 0) == 0
    assert main("run", 130) == 130


def test_failure_is_told_in_full(main, screen, tmp_path):
    log = tmp_path / "migrate.log"
    log.write_text("".join(f"ligne {number}\n" for number in range(1, 41)), encoding="utf-8")
    assert main("run", Failure("La base n’a pas pu être mise à jour.", advice="Recommencez.", log=log)) == 1
    lines = screen.getvalue().splitlines()
    assert lines[1] == "La base n’a pas pu être mise à jour."
    assert lines[2 : 2 + TAIL] == [f"  │ ligne {number}" for number in range(41 - TAIL, 41)]
    assert lines[-2:] == [f"Le journal complet est dans {log}.", "Recommencez."]


def test_mistaken_value_has_its_own_code(screen):
    assert commands.main("run", {"PORT": "x"}, Terminal(screen)) == 2
    assert "PORT vaut « x »" in screen.getvalue()


def test_interruption_before_anything_runs_is_quiet(main, screen):
    assert main("run", Interrupted()) == 130
    assert screen.getvalue() == ""


@pytest.mark.parametrize(("command", "module"), [("test", "pytest"), ("bench", "tests.bench")])
def test_tests_and_bench_become_the_command_with_its_arguments(monkeypatch, screen, command, module):
    became = []
    monkeypatch.setattr(commands, "_prepared", lambda environ, terminal: Venv(ROOT / ".venv"))
    monkeypatch.setattr(commands.os, "execve", lambda *arguments: became.append(arguments) or 0)
    monkeypatch.setattr(commands.os, "chdir", became.append)
    commands.main(command, {"ARGS": "-k 'deux mots'", "DATABASE_URL": "postgres://x"}, Terminal(screen))
    python = ROOT / ".venv" / "bin" / "python"
    assert became == [
        ROOT,
        (
            python,
            [str(python), "-m", module, "-k", "deux mots"],
            {"ARGS": "-k 'deux mots'", "DATABASE_URL": "postgres://x"},
        ),
    ]
