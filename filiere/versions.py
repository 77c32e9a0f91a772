"""Two people, one object: the second learns that what they edited has changed meanwhile.

A model that can be edited has `changed_at = DateTimeField(auto_now=True)`. A form carries the version it
showed, the API its ETag; the service takes the row with its lock and compares, in one transaction.
"""

from datetime import UTC
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Stale(Exception):
    """Somebody saved this object in between. `current` is what stands now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__(str(current.pk))
        self.current = current


def version_of(instance: Any) -> str:
    return f"{instance.changed_at.astimezone(UTC).timestamp():.6f}".replace(".", "")


def locked(queryset: "models.QuerySet[M]", pk: Any, *, seen: str | None = None) -> M:
    """The row, kept from others until the transaction ends; raises Stale when it is not the one that was `seen`."""
    if not connection.in_atomic_block:
        raise RuntimeError("a lock only holds inside a transaction")
    # Keys never change: who writes a row that points here need not wait, nor can two of them block each other.
    instance = queryset.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if seen is not None and seen != version_of(instance):
        raise Stale(instance)
    return instance
