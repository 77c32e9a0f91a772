"""The virtual environment: found or made, then filled with exactly what the requirement files pin.

Nothing records that it is ready; what is installed is compared with what is pinned, each time, in a
few milliseconds. So an interrupted installation, a larger one and a hand-made one need no cases.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filiere.launch import requirements, tree
from filiere.launch.failure import Failure
from filiere.launch.lock import Lock
from filiere.launch.requirements import Pin
from filiere.launch.steps import Workshop
from filiere.launch.terminal import Step

OLDEST = (3, 11)
_PORTRAIT = """
import json, os, platform, sys, sysconfig
print(json.dumps({
    "site_packages": sysconfig.get_path("purelib"), "os_name": os.name,
    "sys_platform": sys.platform, "platform_machine": platform.machine(),
    "platform_system": platform.system(), "implementation_name": sys.implementation.name,
    "platform_python_implementation": platform.python_implementation(),
    "python_version": "%d.%d" % sys.version_info[:2], "python_full_version": platform.python_version(),
}))
"""


@dataclass(frozen=True)
class Venv:
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def portrait(self) -> dict[str, str] | None:
        """What this environment is; nothing when its Python is gone, broken or too old."""
        try:
            answer = subprocess.run(
                [str(self.python), "-I", "-c", _PORTRAIT], capture_output=True, text=True, timeout=60, check=True
            )
            found: dict[str, str] = json.loads(answer.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
        recent = tuple(map(int, found["python_version"].split("."))) >= OLDEST
        return found if recent else None


def prepare(workshop: Workshop, which: str) -> Venv:
    """The project's virtual environment, holding `requirements/<which>.txt`."""
    venv = Venv(workshop.root / ".venv")
    with Lock(workshop.root / ".venv.lock") as lock:
        if not lock.acquire(within=0):
            _wait_for(lock, workshop)
        portrait = venv.portrait()
        if portrait is None:
            portrait = _create(workshop, venv)
        pins = requirements.needed(requirements.read(workshop.root / "requirements" / f"{which}.txt"), portrait)
        if _missing(pins, portrait):
            _install(workshop, venv, which, pins, portrait)
    return venv


def _missing(pins: list[Pin], portrait: Mapping[str, str]) -> list[Pin]:
    present = requirements.installed(Path(portrait["site_packages"]))
    return [pin for pin in pins if pin.key not in present]


def _wait_for(lock: Lock, workshop: Workshop) -> None:
    with workshop.terminal.step("Attente d’une autre commande qui prépare l’environnement"):
        while not lock.acquire(within=0):
            workshop.attention.check()
            workshop.attention.pause(0.3)


def _create(workshop: Workshop, venv: Venv) -> dict[str, str]:
    title = "Création de l’environnement Python (.venv)"
    with workshop.terminal.step(title) as step:
        if venv.folder.is_symlink():
            raise Failure(
                f"{venv.folder} est un lien vers un environnement inutilisable.",
                advice="Supprimez ce lien, puis relancez la même commande.",
            )
        if venv.folder.exists():
            step.progress("l’ancien ne fonctionne plus, il est remplacé")
            shutil.rmtree(venv.folder)
        # uv needs no pip inside, and adding it is what takes the time.
        _make_folder(workshop, venv, with_pip=not shutil.which("uv"))
        portrait = venv.portrait()
        if portrait is None:
            raise Failure(f"{title} : l’environnement créé ne fonctionne pas.", log=workshop.logs / "environnement.log")
        step.progress(f"Python {portrait['python_full_version']}")
        return portrait


def _make_folder(workshop: Workshop, venv: Venv, *, with_pip: bool) -> None:
    options = [] if with_pip else ["--without-pip"]
    workshop.run(
        "environnement",
        tree.program(sys.executable, "-m", "venv", *options, venv.folder),
        failing="L’environnement Python n’a pas pu être créé.",
        advice="Sur Debian et Ubuntu, installez le paquet python3-venv, puis relancez la même commande.",
    )


def _install(workshop: Workshop, venv: Venv, which: str, pins: list[Pin], portrait: Mapping[str, str]) -> None:
    site_packages = Path(portrait["site_packages"])
    for folder in requirements.half_installed(site_packages):
        shutil.rmtree(folder)
    with workshop.terminal.step("Installation des dépendances") as step:
        progress = _Progress(step, pins, site_packages)
        if not (shutil.which("uv") and _with_uv(workshop, venv, which, progress)):
            _with_pip(workshop, venv, which, progress)
        if left := _missing(pins, portrait):
            names = ", ".join(pin.name for pin in left)
            raise Failure(f"Des dépendances manquent après l’installation : {names}.", log=workshop.logs / "pip.log")
        step.progress(f"{len(pins)} paquets")


class _Progress:
    """Both installers announce what they fetch; neither says what it copies, so that is counted."""

    def __init__(self, step: Step, pins: list[Pin], site_packages: Path) -> None:
        self._step = step
        self._wanted = {pin.key for pin in pins}
        self._names = {requirements.normal(pin.name) for pin in pins}
        self._site_packages = site_packages
        self._fetched: set[str] = set()

    def line(self, line: str) -> None:
        verb, _, rest = line.strip().partition(" ")
        if verb == "Collecting" or line.startswith("Requirement already satisfied: "):
            rest = rest.removeprefix("already satisfied: ")
            self._fetched.add(requirements.normal(rest.partition("==")[0].partition("[")[0].strip()))

    def pulse(self) -> None:
        copied = len(self._wanted & requirements.installed(self._site_packages))
        fetched = len(self._names & self._fetched)
        total = len(self._wanted)
        if fetched > copied and fetched < total:
            self._step.progress(f"{fetched}/{total} paquets téléchargés")
        else:
            self._step.progress(f"{copied}/{total} paquets installés")


def _with_uv(workshop: Workshop, venv: Venv, which: str, progress: _Progress) -> bool:
    command = tree.program(
        "uv", "pip", "install", "--python", venv.python, "--require-hashes", "-r", f"requirements/{which}.txt"
    )
    try:
        workshop.run("uv", command, failing="", advice="", on_line=progress.line, pulse=progress.pulse)
    except Failure:
        # It does not read pip's configuration: behind a company's mirror, pip may well succeed.
        workshop.terminal.line("  uv n’a pas abouti : nouvel essai avec pip.")
        return False
    return True


def _has_pip(venv: Venv) -> bool:
    asked = subprocess.run([str(venv.python), "-I", "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def _with_pip(workshop: Workshop, venv: Venv, which: str, progress: _Progress) -> None:
    if not _has_pip(venv):
        workshop.run(
            "environnement",
            tree.program(venv.python, "-m", "ensurepip"),
            failing="pip n’a pas pu être ajouté à l’environnement Python.",
            advice="Sur Debian et Ubuntu, installez le paquet python3-venv, puis relancez la même commande.",
        )
    # Not as a user installation, which a personal configuration may ask for and a venv refuses.
    command = tree.program(
        venv.python, "-m", "pip", "install", "--no-user", "--no-input", "--no-color", "--disable-pip-version-check",
        "--progress-bar", "off", "--require-hashes", "-r", f"requirements/{which}.txt",
    )  # fmt: skip
    workshop.run(
        "pip",
        command,
        failing="L’installation des dépendances a échoué.",
        advice="Si c’est le réseau qui manque, relancez la même commande plus tard : l’installation reprendra.",
        on_line=progress.line,
        pulse=progress.pulse,
    )
