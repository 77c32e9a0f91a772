from celery import shared_task
from django.utils import timezone

from filiere import runs


@shared_task
def beat_pulse() -> None:
    """Proves that scheduler, broker and worker are all alive, and looks after the jobs whose hour was missed."""
    runs.expect_jobs()
    runs.catch_up(at=timezone.now())
