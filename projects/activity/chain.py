"""What a digest covers, and how each link of the chain follows from the one before."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from projects.activity.models import Event

GENESIS = "0" * 64
COVERED = (
    "id",
    "at",
    "actor_id",
    "capacity",
    "verb",
    "object_type",
    "object_id",
    "group_id",
    "changes",
    "request_id",
)


class Head(NamedTuple):
    """The end of the chain. Noted elsewhere, it proves later that nothing before it was rewritten."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


START = Head(0, GENESIS)


def digest_of(event: Event) -> str:
    # What is absent is left out, so that a column added later does not alter the digest of older events.
    content = {name: _plain(value) for name in COVERED if (value := getattr(event, name)) is not None}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def follow(head: Head, digest: str) -> Head:
    position = head.position + 1
    return Head(position, link_hash(previous=head.hash, position=position, digest=digest))


def link_hash(*, previous: str, position: int, digest: str) -> str:
    return hashlib.sha256(f"{previous}:{position}:{digest}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The same text before a value goes to the database and after it comes back, whatever the database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))  # PostgreSQL gives 1e22 back as an integer, of these very digits
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
