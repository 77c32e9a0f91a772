"""What the launcher says before it imports anything of its own."""

import ast
import os
import subprocess
import sys

import pytest

from filiere.launch import __main__ as entrance
from filiere.launch.options import ROOT
from tests.filiere.launch.scratch import BARE_PYTHON, environ

LAUNCH = ROOT / "filiere" / "launch"


def test_older_python_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(entrance.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(entrance.shutil, "which", lambda name: None)
    assert entrance.refusal() == (
        "Filière demande Python 3.11 ou plus récent, celui-ci est le 3.9 : installez une version plus récente."
    )


def test_newer_python_of_the_same_machine_is_proposed(monkeypatch):
    monkeypatch.setattr(entrance.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(entrance.shutil, "which", lambda name: name == "python3.12")
    assert "relancez en ajoutant PYTHON=python3.12" in entrance.refusal()


def test_windows_is_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr(entrance.os, "name", "nt")
    assert "WSL" in entrance.refusal()


@pytest.mark.parametrize("arguments", [[], ["danse"], ["run", "vite"]])
def test_unknown_command_lists_the_known_ones(arguments):
    done = subprocess.run(
        [BARE_PYTHON, "-m", "filiere.launch", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "Commandes : run, test, check, bench, lock.\n"


def test_entrance_can_be_read_by_an_old_python():
    for name in ("__init__.py", "__main__.py", "../__init__.py"):
        ast.parse((LAUNCH / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_launcher_imports_the_standard_library_alone():
    for path in LAUNCH.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path.name}: relative import"
                names = [node.module or ""]
            for name in names:
                known = name.partition(".")[0] in sys.stdlib_module_names or name.startswith("filiere.launch")
                assert known, f"{path.name} imports {name}"


def test_project_package_imports_nothing():
    """It is imported before any dependency is there."""
    module = ast.parse((ROOT / "filiere" / "__init__.py").read_text(encoding="utf-8"))
    assert all(isinstance(statement, ast.Expr) for statement in module.body), "nothing but a docstring"


def test_make_alone_lists_its_targets():
    done = subprocess.run(["make"], cwd=ROOT, env=environ(), capture_output=True, text=True, check=True)
    for target in ("run", "test", "check", "bench", "lock"):
        assert f"make {target}" in done.stdout


def test_make_passes_its_variables_on(tmp_path):
    told = tmp_path / "told"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" "$PORT" "$DATA_DIR" "$DEMO" > {told}\n', encoding="utf-8")
    python.chmod(0o755)
    make = ["make", "run", f"PYTHON={python}", "PORT=8123"]
    subprocess.run(make, cwd=ROOT, env=environ(DEMO="0"), capture_output=True, check=True)
    assert told.read_text() == "-m filiere.launch run 8123 var 0\n"
    subprocess.run(make, cwd=ROOT, env=environ(FILIERE_DATA_DIR="/srv/filiere"), capture_output=True, check=True)
    assert told.read_text() == "-m filiere.launch run 8123 /srv/filiere 1\n"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
