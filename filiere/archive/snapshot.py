"""Everything as it stood at one instant, while the others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    sqlite = cast(Any, connection)
    usual, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        # Deferred: the settings' own mode would take the one writing lock, and keep it to the end.
        with transaction.atomic(durable=True):
            yield
    finally:
        sqlite.transaction_mode = usual
