"""When a token last served: useful to its owner, never worth a failed or a slow request."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.tokens.models import ApiToken

INTERVAL = timedelta(minutes=1)
log = structlog.get_logger(__name__)


def note_use(*, token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < INTERVAL:
        return
    due = ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lte=now - INTERVAL), pk=token.pk)
    try:
        with _without_waiting(), transaction.atomic():
            # On PostgreSQL a row that another request is noting is skipped; SQLite ignores the clause.
            due.filter(pk__in=due.select_for_update(skip_locked=True).values("pk")).update(last_used_at=now)
    except DatabaseError as error:
        log.info("the use of a token was not noted", token=str(token.pk), error=str(error))


@contextmanager
def _without_waiting() -> Iterator[None]:
    """SQLite waits 20 seconds for a busy writer: right for a write, absurd for this one."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    patience = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {patience}")
