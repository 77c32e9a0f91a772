"""Celery finds the tasks of every feature through this module."""

import structlog
from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from accounts.invitations.services import forget_expired
from accounts.invitations.tasks import send_invitation, send_waiting
from accounts.people.retention import forget_attempts, forget_sessions
from accounts.signin.tasks import send_notice, send_password_reset
from filiere.api.idempotency import forget_old_answers

__all__ = ["forget_what_expired", "send_invitation", "send_notice", "send_password_reset", "send_waiting"]

log = structlog.get_logger(__name__)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=30, retry_jitter=True, max_retries=3)
def forget_what_expired() -> None:
    """Every night. Each part commits by itself: stopped anywhere, the next run goes on from there."""
    now = timezone.now()
    log.info(
        "forgotten",
        sessions=forget_sessions(at=now),
        attempts=forget_attempts(at=now, kept=settings.RETENTION_ATTEMPTS),
        answers=forget_old_answers(now - settings.RETENTION_ANSWERS),
        invitations=forget_expired(now - settings.RETENTION_INVITATIONS),
    )
