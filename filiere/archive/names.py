"""What the members of an archive are called, and which names are refused on the way back."""

import re
import unicodedata
from pathlib import PurePosixPath

from filiere.archive.problems import ArchiveProblem

MANIFEST = "manifest.json"
DATA, FILES = "data/", "files/"
_LABEL = re.compile(r"[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\Z")


def of_model(label: str) -> str:
    return f"{DATA}{label}.jsonl"


def of_file(name: str) -> str:
    return f"{FILES}{name}"


def model_in(member: str) -> str | None:
    return member.removeprefix(DATA).removesuffix(".jsonl") if member.startswith(DATA) else None


def file_in(member: str) -> str | None:
    return member.removeprefix(FILES) if member.startswith(FILES) else None


def check(member: str) -> None:
    """An archive comes from elsewhere: no name in it may lead out of the folder of files."""
    label, file = model_in(member), file_in(member)
    right = bool(label and _LABEL.match(label)) or bool(file and _stays_inside(file))
    if not right:
        raise ArchiveProblem(f"L’archive contient un nom refusé : {member!r}.")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not path.is_absolute()
        and ".." not in path.parts
        and str(path) == name
        and not any(character == "\\" or unicodedata.category(character) in {"Cc", "Cs"} for character in name)
    )
