"""One function a command; whatever fails says so in one place, in the same way."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping

from filiere.launch import checks, environment, options, relock, run
from filiere.launch.attention import Attention, Interrupted
from filiere.launch.environment import Venv
from filiere.launch.failure import Failure, last_lines
from filiere.launch.steps import Workshop
from filiere.launch.terminal import Terminal
from filiere.launch.tree import Tree

INTERRUPTED = 130


def main(command: str, environ: Mapping[str, str], terminal: Terminal | None = None) -> int:
    terminal = terminal or Terminal()
    commands: dict[str, Callable[[Mapping[str, str], Terminal], int]] = {
        "run": lambda environ, terminal: run.run(options.read(environ), terminal),
        "test": _test,
        "check": _check,
        "bench": _bench,
        "lock": relock.run,
    }
    try:
        return commands[command](environ, terminal)
    except Interrupted:
        return INTERRUPTED
    except Failure as failure:
        report(failure, terminal)
        return failure.code


def report(failure: Failure, terminal: Terminal) -> None:
    terminal.line()
    terminal.line(failure.sentence)
    if failure.log:
        for line in last_lines(failure.log):
            terminal.line(f"  │ {line}")
        terminal.line(f"Le journal complet est dans {failure.log}.")
    if failure.advice:
        terminal.line(failure.advice)


def _test(environ: Mapping[str, str], terminal: Terminal) -> int:
    venv = _prepared(environ, terminal)
    return _become(venv, "pytest", environ)


def _bench(environ: Mapping[str, str], terminal: Terminal) -> int:
    venv = _prepared(environ, terminal)
    return _become(venv, "tests.bench", environ)


def _check(environ: Mapping[str, str], terminal: Terminal) -> int:
    venv = _prepared(environ, terminal)
    with Attention() as attention:
        return checks.run(venv, environ, terminal, attention)


def _prepared(environ: Mapping[str, str], terminal: Terminal) -> Venv:
    wanted = options.read(environ)
    wanted.places.logs.mkdir(parents=True, exist_ok=True)
    with Attention() as attention, Tree() as tree:
        workshop = Workshop(wanted.root, wanted.places.logs, wanted.environment, terminal, attention, tree)
        return environment.prepare(workshop, "test")


def _become(venv: Venv, module: str, environ: Mapping[str, str]) -> int:
    """Replaced by the command: its output, its signals and its code are then its own."""
    sys.stdout.flush()
    os.chdir(options.ROOT)
    arguments = shlex.split(environ.get("ARGS", ""))
    os.execve(venv.python, [str(venv.python), "-m", module, *arguments], dict(environ))  # noqa: S606 - no shell, on purpose
