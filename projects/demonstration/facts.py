"""The public contract the demonstration is built from."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def facts() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        Path(__file__).with_name("contrat-its-2023-2026.json").read_text(encoding="utf-8")
    )
    return content
