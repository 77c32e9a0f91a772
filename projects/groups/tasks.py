from uuid import UUID

from celery import shared_task

from filiere.days import today
from projects.groups.access import emergency_mail
from projects.groups.delegations.mail import mail_borrower
from projects.groups.invitations.welcome_mail import mail_newcomer
from projects.groups.projection import bring_up_to


# A mail server that is away for an hour is a known trouble; smtplib's errors are OSErrors.
@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def tell_borrower(delegation_id: str) -> None:
    mail_borrower(UUID(delegation_id))


@shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)
def welcome(mandate_id: str, giver_id: str) -> None:
    mail_newcomer(UUID(mandate_id), UUID(giver_id) if giver_id else None)


@shared_task
def begin_the_day() -> None:
    """Mandates begin and end at midnight: the first visitor of the day need not wait for it."""
    bring_up_to(today())


@shared_task(expires=3600)
def tell_of_emergency(reading_id: str) -> None:
    emergency_mail.tell(UUID(reading_id))


@shared_task
def tell_of_emergencies() -> None:
    """Takes up what was interrupted, and what the mail server or the broker was not there for."""
    for pk in emergency_mail.untold().values_list("pk", flat=True):
        tell_of_emergency.delay(str(pk))
