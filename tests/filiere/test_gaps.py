"""The run that says what it could not do, and the strict one that accepts no such thing."""

import os
import subprocess
import sys

import pytest

from tests.filiere.workers import ROOT

SAMPLE = """
import os
import pytest

def test_fine(): pass

@pytest.mark.skip(reason="no browser")
def test_in_a_browser(): pass

@pytest.mark.skip(reason="no browser")
def test_in_a_browser_too(): pass

@pytest.mark.postgresql
def test_on_postgresql(): assert "DATABASE_URL" in os.environ

@pytest.mark.sqlite
def test_on_sqlite(): assert "DATABASE_URL" not in os.environ

@pytest.mark.xfail
def test_known_to_fail(): assert False
"""


@pytest.fixture
def run(tmp_path):
    def run(sample=SAMPLE, **environment):
        (tmp_path / "test_sample.py").write_text(sample)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    postgresql: x\n    sqlite: x\n")
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "tests.gaps", "-p", "no:cacheprovider", "-p", "no:django", "-q"],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_gaps_are_told_with_how_to_fill_them(run):
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Non exercé ici" in done.stdout
    assert "chromium (apt install chromium), ou nommez le vôtre dans CHROMIUM (2)" in done.stdout
    assert "DATABASE_URL=postgres://" in done.stdout
    assert "2 passed, 2 skipped, 1 deselected, 1 xfailed" in done.stdout


def test_run_that_lacks_nothing_says_nothing(run):
    done = run("def test_fine(): pass\n", DATABASE_URL="postgres://h/b")
    assert done.returncode == 0
    assert "Non exercé" not in done.stdout


def test_what_only_means_something_on_one_database_runs_there_alone(run):
    for environment in ({}, {"DATABASE_URL": "postgres://h/b"}):
        assert "2 passed, 2 skipped, 1 deselected, 1 xfailed" in run(**environment).stdout


def test_strict_run_refuses_what_was_skipped(run):
    done = run(FILIERE_TESTS_STRICT="1")
    assert done.returncode == 1
    assert "2 passed, 1 deselected, 1 xfailed, 2 errors" in done.stdout
    assert "n’a pas pu tourner : no browser" in done.stdout


def test_strict_run_refuses_a_whole_file_that_was_skipped(run):
    done = run("import pytest\npytest.importorskip('absent_package')\n", FILIERE_TESTS_STRICT="1")
    assert done.returncode != 0
    assert "absent_package" in done.stdout


def test_strict_run_that_lacks_nothing_passes(run):
    assert run("def test_fine(): pass\n", FILIERE_TESTS_STRICT="1").returncode == 0
