"""What the installation must not keep for ever. Each part can be run again, and stopped anywhere."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

# Small enough to leave the database to others in between, enough of them for any night.
BATCH = 900
MOST_BATCHES = 200


def forget_sessions(*, at: datetime) -> int:
    """Expired sessions, then the lines about sessions that are no more."""
    live = Session.objects.filter(session_key=OuterRef("session_key"))
    return _delete(Session.objects.filter(expire_date__lt=at)) + _delete(UserSession.objects.filter(~Exists(live)))


def forget_attempts(*, at: datetime, kept: timedelta) -> int:
    """Who tried to sign in, from where: needed to throttle and to look back after an attack, not longer."""
    records = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(_delete(model.objects.filter(attempt_time__lt=at - kept)) for model in records)


def _delete(rows: "QuerySet[Any]") -> int:
    deleted = 0
    for _turn in range(MOST_BATCHES):
        keys = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
        if not keys:
            break
        # Asked again: a session that was prolonged in between stays.
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted
