import os
from pathlib import Path

import pytest

from filiere.launch import places
from filiere.launch.places import LONGEST_SOCKET_PATH, Places, UnsafePlaceError, socket_path


@pytest.fixture
def long_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: "/tmp")
    return tmp_path / ("un-dossier-au-nom-interminable/" * 4)


def short_folder(data: Path) -> Path:
    return socket_path(data).parent


def test_socket_lies_in_the_data_folder_when_its_path_is_short():
    assert socket_path("/srv/filiere") == Path("/srv/filiere/run/valkey.sock")


def test_socket_moves_to_a_private_folder_when_its_path_is_too_long(long_folder):
    path = socket_path(long_folder)
    try:
        assert len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path == socket_path(long_folder), "every process must find the same one"
        assert path != socket_path(long_folder / "autre")
    finally:
        path.parent.rmdir()
        short_folder(long_folder / "autre").rmdir()


def test_socket_length_counts_bytes_not_letters(monkeypatch):
    monkeypatch.setattr(places, "_private_folder", lambda folder: None)
    accented = Path("/" + "é" * 60)
    assert socket_path(accented).parent != accented / "run"


def test_private_folder_planted_as_a_link_is_refused(long_folder, tmp_path):
    folder = short_folder(long_folder)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(UnsafePlaceError, match="privé"):
            socket_path(long_folder)
    finally:
        folder.unlink()


def test_private_folder_open_to_others_is_refused(long_folder):
    folder = short_folder(long_folder)
    folder.chmod(0o755)
    try:
        with pytest.raises(UnsafePlaceError):
            socket_path(long_folder)
    finally:
        folder.rmdir()


def test_private_folder_of_somebody_else_is_refused(long_folder, monkeypatch):
    folder = short_folder(long_folder)
    mine = os.getuid()
    monkeypatch.setattr(places.os, "getuid", lambda: mine + 1)
    theirs = Path(str(folder).replace(f"-{mine}-", f"-{mine + 1}-"))
    theirs.mkdir(mode=0o700)
    try:
        with pytest.raises(UnsafePlaceError):
            socket_path(long_folder)
    finally:
        theirs.rmdir()
        folder.rmdir()


def test_long_temporary_folder_is_passed_over(long_folder, monkeypatch):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(long_folder))
    folder = short_folder(long_folder)
    folder.rmdir()
    assert folder.parent == Path("/tmp")


def test_created_folders_are_closed_to_others(tmp_path):
    made = Places(tmp_path / "var")
    made.create()
    made.create()
    for folder in (made.data, made.run, made.logs, made.mail, made.valkey):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_same_folder_through_a_link_has_the_same_socket(tmp_path):
    (tmp_path / "vrai").mkdir()
    (tmp_path / "lien").symlink_to(tmp_path / "vrai")
    assert socket_path(tmp_path / "lien") == socket_path(tmp_path / "vrai")
