"""What the person asked for, read from the environment as `make` passes it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filiere.launch.failure import Failure
from filiere.launch.places import Places

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    root: Path
    places: Places
    host: str
    port: int
    demo: bool
    environment: Mapping[str, str]

    @property
    def address(self) -> str:
        return self.environment["FILIERE_BASE_URL"]

    @property
    def probe_host(self) -> str:
        """Where this machine reaches the server, whatever the interfaces it listens on."""
        return {"0.0.0.0": LOOPBACK, "::": "::1", "localhost": LOOPBACK}.get(self.host, self.host)  # noqa: S104

    @property
    def open_to_others(self) -> bool:
        return not ipaddress.ip_address(self.probe_host).is_loopback or self.probe_host != self.host

    @property
    def embedded_broker(self) -> bool:
        return not self.environment.get("REDIS_URL")


def read(environ: Mapping[str, str], root: Path = ROOT) -> Options:
    places = Places((root / Path(environ.get("DATA_DIR") or "var").expanduser()).resolve())
    port = _port(environ.get("PORT") or "8000")
    return Options(
        root=root,
        places=places,
        host=_host(environ.get("HOST") or LOOPBACK),
        port=port,
        demo=_flag("DEMO", environ.get("DEMO") or "1"),
        environment=children_environment(environ, places, port),
    )


def children_environment(environ: Mapping[str, str], places: Places, port: int) -> dict[str, str]:
    # Left in, the first breaks another Python than the one it was meant for, and the others make
    # any `make` started below believe that it is part of ours.
    dropped = {"PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "DJANGO_SETTINGS_MODULE"}
    return {
        "FILIERE_BASE_URL": f"http://localhost:{port}",
        **{name: value for name, value in environ.items() if name not in dropped},
        "FILIERE_ENV": "embedded",
        "FILIERE_DATA_DIR": str(places.data),
        "PYTHONUNBUFFERED": "1",
    }


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Failure(f"PORT vaut « {text} » : indiquez un nombre entre 1 et 65535.", code=2)


def _host(text: str) -> str:
    if text == "localhost":
        return LOOPBACK
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        # Some shells export the machine's name under this very variable: listening there unasked
        # would publish the demonstration.
        return LOOPBACK


def _flag(name: str, text: str) -> bool:
    if text in {"0", "1"}:
        return text == "1"
    raise Failure(f"{name} vaut « {text} » : indiquez 1 ou 0.", code=2)
