import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from filiere.launch import environment, tree
from filiere.launch.environment import Venv, prepare
from filiere.launch.failure import Failure
from filiere.launch.lock import Lock
from filiere.launch.options import ROOT


@pytest.fixture
def without_uv(monkeypatch):
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)


@pytest.fixture
def pinned(workshop):
    """A project of one dependency, which the tests' own environment holds."""
    return pin(workshop, f"django=={version('django')}\n")


def pin(workshop, text):
    path = workshop.root / "requirements" / "core.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return workshop


def empty_venv(workshop) -> Venv:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(workshop.root / ".venv")], check=True)
    return Venv(workshop.root / ".venv")


def fake_installer(workshop, monkeypatch, script: str) -> None:
    """Takes the place of both pip and uv; `$SITE` is where packages go."""
    site = environment.Venv(workshop.root / ".venv").portrait()
    assert site
    full = f"SITE='{site['site_packages']}'; {script}"
    plain = tree.program

    def program(*command: str | os.PathLike[str]) -> list[str]:
        return plain("sh", "-c", full, *command) if "install" in command else plain(*command)

    monkeypatch.setattr(environment.tree, "program", program)
    monkeypatch.setattr(environment, "_has_pip", lambda venv: True)


INSTALL_DJANGO = 'D="$SITE/django-5.2.dist-info"; mkdir -p "$D"; touch "$D/INSTALLER"'


def test_environment_that_holds_more_is_good_and_nothing_is_said(pinned, screen):
    (pinned.root / ".venv").symlink_to(ROOT / ".venv")
    assert prepare(pinned, "core") == Venv(pinned.root / ".venv")
    assert screen.getvalue() == ""


def test_absent_environment_is_made_and_filled(workshop, screen, monkeypatch, without_uv):
    pin(workshop, "django==5.2 \\\n    --hash=sha256:aaaa\n")
    made = []
    monkeypatch.setattr(environment, "_make_folder", lambda *_, with_pip: made.append(with_pip) or empty_venv(workshop))
    monkeypatch.setattr(
        environment,
        "_with_pip",
        lambda workshop, venv, which, progress: (
            Path(venv.portrait()["site_packages"], "Django-5.2.dist-info").mkdir()
            or Path(venv.portrait()["site_packages"], "Django-5.2.dist-info", "INSTALLER").touch()
        ),
    )
    prepare(workshop, "core")
    assert made == [True]
    assert "✓ Création de l’environnement Python (.venv) : Python 3." in screen.getvalue()
    assert "✓ Installation des dépendances : 1 paquets" in screen.getvalue()


def test_broken_environment_is_replaced(workshop, screen, monkeypatch):
    pin(workshop, "")
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/bin/uv")  # no pip inside: it is slow to add
    venv = empty_venv(workshop)
    for python in (venv.folder / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nonexistent/python3")
    (venv.folder / "reste").touch()
    prepare(workshop, "core")
    assert venv.portrait()
    assert not (venv.folder / "reste").exists()
    assert "Création" in screen.getvalue()


def test_broken_environment_behind_a_link_is_never_erased(workshop, tmp_path, without_uv):
    pin(workshop, "")
    (tmp_path / "partagé").mkdir()
    (tmp_path / "partagé" / "précieux").touch()
    (workshop.root / ".venv").symlink_to(tmp_path / "partagé")
    with pytest.raises(Failure, match="lien"):
        prepare(workshop, "core")
    assert (tmp_path / "partagé" / "précieux").exists()


def test_environment_of_an_older_python_is_replaced(workshop, monkeypatch, without_uv):
    empty_venv(workshop)
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    assert Venv(workshop.root / ".venv").portrait() is None


def test_pip_is_told_to_check_hashes_and_its_lines_are_counted(workshop, screen, monkeypatch, without_uv):
    pin(workshop, "django==5.2\nasgiref==3\n")
    empty_venv(workshop)
    fake_installer(
        workshop,
        monkeypatch,
        'echo "$@" > told; echo "Collecting Django==5.2 (from -r core.txt (line 1))"; sleep 0.3; '
        f'{INSTALL_DJANGO}; D="$SITE/asgiref-3.dist-info"; mkdir "$D"; touch "$D/INSTALLER"',
    )
    seen: list[str] = []
    monkeypatch.setattr("filiere.launch.terminal.Step.progress", lambda step, detail: seen.append(detail))
    prepare(workshop, "core")
    told = (workshop.root / "told").read_text()
    assert "--require-hashes" in told
    assert "requirements/core.txt" in told
    assert "1/2 paquets téléchargés" in seen
    assert seen[-1] == "2 paquets"


def test_interrupted_installation_is_taken_up_again(workshop, monkeypatch, without_uv):
    pin(workshop, "django==5.2\n")
    venv = empty_venv(workshop)
    half = Path(venv.portrait()["site_packages"], "django-5.2.dist-info")
    half.mkdir()
    (half / "METADATA").touch()
    fake_installer(workshop, monkeypatch, f'[ ! -e "$SITE/django-5.2.dist-info" ] && {INSTALL_DJANGO}')
    prepare(workshop, "core")
    assert (half / "INSTALLER").exists()


def test_failed_installation_says_what_to_do(workshop, screen, monkeypatch, without_uv):
    pin(workshop, "django==5.2\n")
    empty_venv(workshop)
    fake_installer(workshop, monkeypatch, "echo ERROR: no network; exit 1")
    with pytest.raises(Failure, match="L’installation des dépendances a échoué") as caught:
        prepare(workshop, "core")
    assert "relancez la même commande" in caught.value.advice
    assert "✗ Installation" in screen.getvalue()


def test_installer_that_pretends_is_found_out(workshop, monkeypatch, without_uv):
    pin(workshop, "django==5.2\n")
    empty_venv(workshop)
    fake_installer(workshop, monkeypatch, "exit 0")
    with pytest.raises(Failure, match="manquent après l’installation : django"):
        prepare(workshop, "core")


def test_uv_is_used_when_it_is_there_and_pip_takes_over_when_it_fails(workshop, screen, monkeypatch):
    pin(workshop, "django==5.2\n")
    empty_venv(workshop)
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/bin/uv")
    fake_installer(workshop, monkeypatch, f'case "$0" in uv) touch uv-tried; exit 1;; *) {INSTALL_DJANGO};; esac')
    prepare(workshop, "core")
    assert (workshop.root / "uv-tried").exists()
    assert "nouvel essai avec pip" in screen.getvalue()


def test_two_commands_do_not_prepare_at_the_same_time(pinned, screen, monkeypatch):
    (pinned.root / ".venv").symlink_to(ROOT / ".venv")
    other = Lock(pinned.root / ".venv.lock")
    assert other.acquire()
    monkeypatch.setattr(pinned.attention, "pause", lambda seconds: other.release())
    prepare(pinned, "core")
    assert "Attente d’une autre commande" in screen.getvalue()


def test_real_pip_is_found_missing_in_an_environment_without_it(workshop):
    venv = empty_venv(workshop)
    assert not environment._has_pip(venv)
    assert environment._has_pip(Venv(ROOT / ".venv"))
