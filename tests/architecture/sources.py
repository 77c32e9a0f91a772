"""The files of this house, as the rules read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATIONS = ("accounts", "projects")
CODE = ("filiere", *APPLICATIONS)
_ELSEWHERE = {"__pycache__", "node_modules", ".venv", "var"}


@cache
def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> tuple[Path, ...]:
    return tuple(sorted(_walk(folders, suffixes)))


def _walk(folders: tuple[str, ...], suffixes: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file() and not _ELSEWHERE & set(path.parts):
                yield path


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def features() -> tuple[Path, ...]:
    """Folders of a feature: each package of an application that Django did not ask for."""
    technical = {"migrations", "management", "templatetags"}
    return tuple(
        folder
        for application in APPLICATIONS
        for folder in sorted((ROOT / application).iterdir())
        if (folder / "__init__.py").exists() and folder.name not in technical
    )


def told(problems: list[str], advice: str) -> str:
    """What a broken rule prints: where, and what to do."""
    return "\n".join(["", *problems, "", f"→ {advice}"])
