"""Reading the hashed requirement files, enough to count, to compare and to recognise what is installed."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?==(?P<version>[^\s;\\]+)\s*(;\s*(?P<marker>[^\\]+))?"
)


@dataclass(frozen=True)
class Pin:
    name: str
    version: str
    marker: str = ""

    @property
    def key(self) -> str:
        return f"{normal(self.name)}-{self.version}"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def read(path: Path) -> list[Pin]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = filter(None, map(_PIN.match, lines))
    return [Pin(match["name"], match["version"], (match["marker"] or "").strip()) for match in found]


def needed(pins: list[Pin], machine: Mapping[str, str]) -> list[Pin]:
    return [pin for pin in pins if applies(pin.marker, machine)]


def installed(site_packages: Path) -> set[str]:
    return {_key(folder) for folder in site_packages.glob("*.dist-info") if _complete(folder)}


def half_installed(site_packages: Path) -> list[Path]:
    return [folder for folder in site_packages.glob("*.dist-info") if not _complete(folder)]


def _complete(folder: Path) -> bool:
    # Installers write this file once everything else is copied. Without it a package was cut short,
    # and yet an installer would take its folder for a proof of presence.
    return (folder / "INSTALLER").exists()


def _key(folder: Path) -> str:
    name, _, version = folder.name.removesuffix(".dist-info").partition("-")
    return f"{normal(name)}-{version}"


def applies(marker: str, machine: Mapping[str, str]) -> bool:
    """Whether an environment marker holds. Markers happen to be written as Python expressions."""
    if not marker:
        return True
    try:
        return _holds(ast.parse(marker, mode="eval").body, machine)
    except (SyntaxError, _Unreadable):
        return True  # count it as needed: at worst the installer is asked, and knows better


class _Unreadable(Exception):
    pass


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _holds(node: ast.expr, machine: Mapping[str, str]) -> bool:
    if isinstance(node, ast.BoolOp):
        combine = all if isinstance(node.op, ast.And) else any
        return combine(_holds(value, machine) for value in node.values)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        left, right = _value(node.left, machine), _value(node.comparators[0], machine)
        versions = isinstance(node.left, ast.Name) and "version" in node.left.id
        if versions:
            return _COMPARISONS[type(node.ops[0])](_release(left), _release(right))
        return _COMPARISONS[type(node.ops[0])](left, right)
    raise _Unreadable


def _value(node: ast.expr, machine: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id in machine:
        return machine[node.id]
    raise _Unreadable


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
