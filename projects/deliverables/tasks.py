from uuid import UUID

from celery import shared_task

from projects.deliverables.approvals import mail as approval_mail
from projects.deliverables.approvals.services import settle_everywhere, settle_one_group
from projects.deliverables.opinions import mail as opinion_mail
from projects.deliverables.versions import services


# A scanner or a storage that is away for a while is a known trouble; their errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def examine_version(version_id: str) -> None:
    services.examine(UUID(version_id))


@shared_task
def examine_versions() -> None:
    """Takes up what was interrupted, and what the scanner or the broker was not there for."""
    for pk in services.unexamined():
        examine_version.delay(str(pk))


# A mail server that is away for an hour is a known trouble; smtplib's errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_awaited(version_id: str) -> None:
    approval_mail.mail_awaited(UUID(version_id))


@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_approved(version_id: str) -> None:
    approval_mail.mail_approved(UUID(version_id))


@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_decision(approval_id: str) -> None:
    approval_mail.mail_decision(UUID(approval_id))


@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_replaced(version_id: str) -> None:
    approval_mail.mail_replaced(UUID(version_id))


@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_asked(opinion_id: str) -> None:
    opinion_mail.mail_asked(UUID(opinion_id))


@shared_task
def settle_approvals_of(group_id: str) -> None:
    settle_one_group(UUID(group_id))


@shared_task
def settle_approvals() -> None:
    settle_everywhere()


@shared_task
def sweep_files() -> None:
    services.sweep()
