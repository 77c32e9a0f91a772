"""The first thing read in an archive: who made it, from which schema, and the digest of everything in it."""

import json
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from filiere.archive.problems import ArchiveProblem
from filiere.env import ROOT

FORMAT = 1


@dataclass(frozen=True)
class Member:
    size: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class Manifest:
    made_at: datetime
    application: str
    engine: str
    migrations: list[tuple[str, str]]
    members: dict[str, Member] = field(default_factory=dict)

    def as_json(self) -> bytes:
        content = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps(content, ensure_ascii=False, indent=1).encode()


def read(text: bytes) -> Manifest:
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ArchiveProblem(
                f"L’archive est au format {content['format']}, celui-ci lit le format {FORMAT} : "
                "restaurez-la avec la version qui l’a écrite."
            )
        return Manifest(
            made_at=datetime.fromisoformat(content["made_at"]),
            application=str(content["application"]),
            engine=str(content["engine"]),
            migrations=[(str(app), str(name)) for app, name in content["migrations"]],
            members={str(name): _member(value) for name, value in content["members"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveProblem("L’archive est abîmée : son sommaire est illisible.") from error


def _member(value: dict[str, Any]) -> Member:
    rows = value["rows"]
    return Member(size=int(value["size"]), sha256=str(value["sha256"]), rows=None if rows is None else int(rows))


def applied_migrations() -> list[tuple[str, str]]:
    """Of the applications installed now: what an application removed long ago left behind says nothing."""
    installed = {config.label for config in apps.get_app_configs()}
    return sorted(key for key in MigrationRecorder(connection).applied_migrations() if key[0] in installed)


def this_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
