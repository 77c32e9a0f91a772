from uuid import UUID

from celery import shared_task

from projects.discussions.mail import mail_mentioned


# A mail server that is away for an hour is a known trouble; smtplib's errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_mentioned(comment_id: str) -> None:
    mail_mentioned(UUID(comment_id))
