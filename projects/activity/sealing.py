"""Takes the events that wait, and seals them into the chain.

Sealing comes after the commit, so that acts never wait for one another on the chain. One sealer at a time: whoever
finds the lock taken leaves, because its holder looks again after letting go. What a crash leaves behind waits in
PendingLink for the next act, or for the task that runs every minute.

Every act pays for these few statements: they are written out, because composing them costs several times their run.
"""

from typing import Any

import structlog
from django.db import connection, transaction

from projects.activity.chain import START, Head, follow
from projects.activity.models import Event, PendingLink

BATCH = 500
# Under steady load there is always something more to seal: no single request shall do it all.
ROUNDS_AFTER_A_COMMIT = 10
_ADVISORY_LOCK = 7_030_274_512_901_336

# In the order of the index, which steps over what was deleted: a plain scan reads the dead rows of a busy queue.
_ANYTHING = "SELECT 1 FROM projects_pendinglink {condition} ORDER BY event_id LIMIT 1"
# Outside a transaction the lock goes with the statement. It tells in one round trip that somebody is sealing already;
# whoever made this attempt fail makes one of its own next, so that nothing is left behind.
_NOBODY = f"WHERE pg_try_advisory_xact_lock({_ADVISORY_LOCK})"
_WAITING = "SELECT event_id, digest FROM projects_pendinglink ORDER BY event_id LIMIT %s"
# The seal need not reach the disk before the answer leaves: lost in a crash, it is lost whole, and made again.
_TRY_LOCK = f"SELECT pg_try_advisory_xact_lock({_ADVISORY_LOCK}), set_config('synchronous_commit', 'off', true)"
_HEAD = "SELECT position, hash FROM projects_link ORDER BY position DESC LIMIT 1"
_APPEND = "INSERT INTO projects_link (position, event_id, hash) VALUES (%s, %s, %s)"
_FORGET = "DELETE FROM projects_pendinglink WHERE event_id = %s"

logger = structlog.get_logger(__name__)


def seal_after_commit(event: Event) -> None:
    """Puts the event in the waiting line; asks for one seal a transaction, however many events it records.

    A seal that fails is logged: the act is saved, and stays so.
    """
    PendingLink(event_id=event.pk, digest=event.digest).save(force_insert=True)
    if not any(asked[1] is _after_commit for asked in connection.run_on_commit):
        transaction.on_commit(_after_commit, robust=True)


def seal(*, rounds: int) -> int:
    """Seals what waits, `rounds` batches at most, and says how many events it took."""
    sealed = 0
    for _ in range(rounds):
        # Asked again after each release of the lock: whoever found it taken had committed before.
        if not _something_to_do():
            break
        taken = _seal_batch()
        if taken is None:
            break
        sealed += taken
    return sealed


def head() -> Head:
    rows = _rows(_HEAD)
    return Head(*rows[0]) if rows else START


def _after_commit() -> None:
    seal(rounds=ROUNDS_AFTER_A_COMMIT)


def _something_to_do() -> bool:
    return bool(_rows(_ANYTHING.format(condition=_NOBODY if connection.vendor == "postgresql" else "")))


def _seal_batch() -> int | None:
    """None when somebody else is sealing."""
    with transaction.atomic(durable=True):
        # Held until the transaction ends. On SQLite the transaction, being IMMEDIATE, is itself the lock.
        if connection.vendor == "postgresql" and not _rows(_TRY_LOCK)[0][0]:
            return None
        end = head()
        links = []
        for event_id, digest in _rows(_WAITING, BATCH):
            end = follow(end, digest)
            links.append((end.position, event_id, end.hash))
        with connection.cursor() as cursor:
            cursor.executemany(_APPEND, links)
            cursor.executemany(_FORGET, [(event_id,) for _, event_id, _ in links])
    if links:
        # Logs leave the machine: each such line is a head noted outside the database.
        logger.info("journal sealed", events=len(links), head=str(end))
    return len(links)


def _rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
