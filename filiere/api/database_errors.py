"""Telling a race from a defect: two writers meeting is ordinary, a broken constraint is not."""

from django.db import DatabaseError

_BUSY = {
    "55P03",  # lock_not_available
    "40P01",  # deadlock_detected
    "40001",  # serialization_failure
    "SQLITE_BUSY",
    "SQLITE_BUSY_SNAPSHOT",
    "SQLITE_LOCKED",
}
_DUPLICATE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def is_busy(error: DatabaseError) -> bool:
    """Another writer holds what this one wanted: the same request may succeed in a moment."""
    return _code(error) in _BUSY


def is_duplicate(error: DatabaseError) -> bool:
    """Somebody saved the same unique value between our look and our write."""
    return _code(error) in _DUPLICATE


def _code(error: DatabaseError) -> str:
    cause = error.__cause__
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", ""))
