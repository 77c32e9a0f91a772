"""The file that says which process groups belong to this installation, for whoever cleans up after it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from filiere.launch.processes import Group


@dataclass(frozen=True)
class Roster:
    token: str = ""
    groups: tuple[Group, ...] = ()


def write(path: Path, token: str, groups: Iterable[Group]) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(json.dumps({"token": token, "groups": [asdict(group) for group in groups]}), encoding="utf-8")
    draft.replace(path)  # a reader, or a crash, meets the old list or the new one


def read(path: Path) -> Roster:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        groups = tuple(Group(str(g["name"]), int(g["leader"]), str(g["started"])) for g in content["groups"])
        return Roster(str(content["token"]), groups)
    except (OSError, ValueError, KeyError, TypeError):
        return Roster()  # absent, or damaged by a full disk: there is nothing we may kill
