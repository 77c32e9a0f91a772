"""`make lock`: resolves the dependencies again and writes the three hashed requirement files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from filiere.launch.failure import Failure
from filiere.launch.options import ROOT
from filiere.launch.terminal import Terminal

FILES: dict[str, tuple[str, ...]] = {
    "core": (),
    "production": ("--extra", "production"),
    "test": ("--extra", "production", "--extra", "test"),
}
_EXPORT = ("export", "-q", "--format", "requirements-txt", "--no-emit-project", "--no-header", "--no-annotate")


def run(environ: Mapping[str, str], terminal: Terminal, root: Path = ROOT) -> int:
    if not shutil.which("uv", path=environ.get("PATH")):
        raise Failure("make lock a besoin de uv.", advice="Installez-le (pip install uv), puis relancez make lock.")
    try:
        with terminal.step("Résolution des dépendances"):
            _uv(root, "lock", "-q")
        for name, extras in FILES.items():
            with terminal.step(f"requirements/{name}.txt"):
                written = root / "requirements" / f"{name}.txt"
                _uv(root, *_EXPORT, *extras, "-o", str(written))
                if "://" in written.read_text(encoding="utf-8"):
                    raise Failure(f"{written.name} nomme un hôte : les fichiers versionnés n’en contiennent pas.")
    finally:
        # It names the index it was resolved with; the hashes are enough to install from any mirror.
        (root / "uv.lock").unlink(missing_ok=True)
    return 0


def _uv(root: Path, *arguments: str) -> None:
    done = subprocess.run(["uv", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"uv {arguments[0]} a échoué :\n{done.stderr.strip()}")
