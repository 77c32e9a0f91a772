"""Where an installation keeps things. Shared with the settings, so that both agree on the socket."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The kernel's limit for a socket address is 108 bytes on Linux and 104 on macOS, closing zero
# included; one number for both keeps an installation's layout the same everywhere.
LONGEST_SOCKET_PATH = 103


class UnsafePlaceError(RuntimeError):
    """A folder that should be private belongs to, or is open to, somebody else."""


@dataclass(frozen=True)
class Places:
    data: Path

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def mail(self) -> Path:
        return self.data / "mail"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    @property
    def socket(self) -> Path:
        return socket_path(self.data)

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def pids(self) -> Path:
        return self.run / "processes.json"

    def create(self) -> None:
        # The data folder holds the secret key, the database and people's mail.
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.run, self.logs, self.mail, self.valkey):
            folder.mkdir(exist_ok=True, mode=0o700)

    def forget_socket(self) -> None:
        """Once Valkey has stopped, and removed its socket: leave nothing in a folder shared with others."""
        folder = self.socket.parent
        if folder != self.run:
            with contextlib.suppress(OSError):
                folder.rmdir()


def socket_path(data_dir: str | os.PathLike[str]) -> Path:
    """The unix socket of the embedded Valkey server for this data folder."""
    data = Path(data_dir).resolve()
    wanted = data / "run" / "valkey.sock"
    if _fits(wanted):
        return wanted
    fingerprint = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    # A long TMPDIR would only move the problem, hence the second candidate.
    for temporary in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - see _private_folder
        short = temporary / f"filiere-{os.getuid()}-{fingerprint}" / "valkey.sock"
        if _fits(short):
            _private_folder(short.parent)
            return short
    raise UnsafePlaceError(
        f"Aucun chemin assez court pour la prise de communication de {data} : "
        "choisissez un dossier de données au chemin plus court (DATA_DIR)."
    )


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH


def _private_folder(folder: Path) -> None:
    """The name is predictable and its parent is shared: trust it only when it is ours alone."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()  # lstat: a symbolic link planted by somebody else must not pass
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise UnsafePlaceError(
            f"Le dossier {folder} existe mais n’est pas privé à votre compte. "
            "Supprimez-le ou choisissez un dossier de données au chemin plus court (DATA_DIR)."
        )
