from pathlib import Path

import pytest

from filiere.launch import relock
from filiere.launch.failure import Failure
from filiere.launch.terminal import Terminal

UV = """#!/bin/sh
echo "$@" >> calls
[ "$1" = lock ] && touch uv.lock && exit ${UV_FAILS:-0}
for last; do :; done
printf '%s' "$UV_WRITES" > "$last"
"""


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "requirements").mkdir()
    (folder / "uv").write_text(UV, encoding="utf-8")
    (folder / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("UV_WRITES", "django==5.2.19")
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_three_files_are_written_and_the_lock_is_not_kept(uv, tmp_path, screen):
    assert relock.run(uv, Terminal(screen), root=tmp_path) == 0
    assert sorted(path.name for path in (tmp_path / "requirements").iterdir()) == [
        "core.txt",
        "production.txt",
        "test.txt",
    ]
    assert not (tmp_path / "uv.lock").exists()
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0].startswith("lock")
    assert "--extra production --extra test" in calls[-1]


def test_file_that_names_a_host_is_refused(uv, tmp_path, screen, monkeypatch):
    monkeypatch.setenv("UV_WRITES", "--index-url https://host/simple")
    with pytest.raises(Failure, match="hôte"):
        relock.run(uv, Terminal(screen), root=tmp_path)


def test_failure_of_uv_is_said_and_the_lock_is_removed(uv, tmp_path, screen, monkeypatch):
    monkeypatch.setenv("UV_FAILS", "2")
    with pytest.raises(Failure, match="uv lock a échoué"):
        relock.run(uv, Terminal(screen), root=tmp_path)
    assert not (tmp_path / "uv.lock").exists()


def test_absence_of_uv_is_said_with_what_to_do(tmp_path, screen):
    with pytest.raises(Failure, match="besoin de uv"):
        relock.run({"PATH": str(tmp_path)}, Terminal(screen), root=tmp_path)
