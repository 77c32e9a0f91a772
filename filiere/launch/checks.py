"""`make check`: every static check, several at a time, all of them even when one fails."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filiere.launch.attention import Attention
from filiere.launch.environment import Venv
from filiere.launch.options import ROOT
from filiere.launch.terminal import Terminal, duration


@dataclass(frozen=True)
class Check:
    title: str
    arguments: Sequence[str]


# Called through Python rather than by their scripts, which stop working in a folder that was moved.
CHECKS = (
    Check("ruff format --check", ("-m", "ruff", "format", "--check")),
    Check("ruff check", ("-m", "ruff", "check")),
    Check("mypy", ("-m", "mypy")),
    Check("lint-imports", ("-c", "from importlinter.cli import lint_imports_command as run; run()")),
    Check("makemigrations --check", ("manage.py", "makemigrations", "--check", "--dry-run")),
    Check("djlint --check --lint", ("-m", "djlint", "--check", "--lint", "templates")),
    Check("pytest tests/architecture", ("-m", "pytest", "-q", "-n0", "tests/architecture")),
)


@dataclass
class _Started:
    process: subprocess.Popen[bytes]
    output: Path
    began: float
    seconds: float | None = None


def run(
    venv: Venv,
    environ: Mapping[str, str],
    terminal: Terminal,
    attention: Attention,
    *,
    checks: Sequence[Check] = CHECKS,
    root: Path = ROOT,
) -> int:
    began = terminal.clock()
    with tempfile.TemporaryDirectory() as scratch:
        environment = _environment(environ, scratch)
        started: dict[Check, _Started] = {}
        try:
            waiting = list(checks)
            while waiting or _unfinished(started, terminal):
                attention.check()
                while waiting and len(_unfinished(started, terminal)) < (os.cpu_count() or 2):
                    check = _slowest_first(waiting)
                    output = Path(scratch, f"{len(started)}.txt")
                    process = _start([str(venv.python), *check.arguments], environment, root, output)
                    started[check] = _Started(process, output, terminal.clock())
                if terminal.live:
                    terminal.overwrite(
                        f"… {len(checks) - len(waiting) - len(_unfinished(started, terminal))}/{len(checks)}"
                    )
                attention.pause(0.05)
        finally:
            for one in started.values():
                if one.process.poll() is None:
                    one.process.kill()
                one.process.wait()
        return _summary(checks, started, terminal, began)


def _slowest_first(waiting: list[Check]) -> Check:
    """Types take longer than all the rest: begun last, they would be waited for alone."""
    return waiting.pop(next((i for i, check in enumerate(waiting) if check.title == "mypy"), 0))


def _start(command: Sequence[str], environment: Mapping[str, str], root: Path, output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as stream:
        return subprocess.Popen(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
        )


def _unfinished(started: Mapping[Check, _Started], terminal: Terminal) -> list[_Started]:
    for one in started.values():
        if one.seconds is None and one.process.poll() is not None:
            one.seconds = terminal.clock() - one.began
    return [one for one in started.values() if one.seconds is None]


def _summary(checks: Sequence[Check], started: Mapping[Check, _Started], terminal: Terminal, began: float) -> int:
    failed = [check for check in checks if started[check].process.returncode]
    for check in failed:
        terminal.line(f"── {check.title}")
        terminal.line(started[check].output.read_text(encoding="utf-8", errors="replace").rstrip())
        terminal.line()
    for check in checks:
        mark = "✗" if check in failed else "✓"
        terminal.line(f"{mark} {check.title:<26} {duration(started[check].seconds or 0):>8}")
    verdict = f"{len(failed)} contrôle(s) en échec" if failed else "Tout est en ordre"
    terminal.line(f"{verdict}, en {duration(terminal.clock() - began)}.")
    return 1 if failed else 0


def _environment(environ: Mapping[str, str], scratch: str) -> dict[str, str]:
    # The migrations are compared with the models alone: no check touches a real database.
    kept = {name: value for name, value in environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "FILIERE_ENV": "test", "FILIERE_DATA_DIR": scratch}
