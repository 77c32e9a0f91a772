"""Mail about getting in. Names and addresses are read when the task runs, links are made then too: none travels."""

from typing import Any
from uuid import UUID

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.people.models import User
from accounts.signin.notices import SENTENCES, SUBJECTS, Notice

log = structlog.get_logger(__name__)

# A mail server that is away for an hour is a known trouble; smtplib's errors are OSErrors.
mail = shared_task(autoretry_for=(OSError,), retry_backoff=10, retry_jitter=True, max_retries=8, expires=6 * 3600)


@mail
def send_notice(person_id: str, notice: str, origin: str, at: str) -> None:
    person = User.objects.filter(pk=UUID(person_id), anonymised_at=None).first()
    if person is None:
        return
    kind = Notice(notice)
    with translation.override(person.language), timezone.override(person.time_zone):
        _send(
            person,
            str(SUBJECTS[kind]),
            "accounts/signin/mail/notice.txt",
            {
                "sentence": SENTENCES[kind],
                "origin": origin,
                "at": parse_datetime(at),
                "new_device": kind is Notice.NEW_DEVICE,
                "sessions_url": _absolute("usersessions_list"),
                "reset_url": _absolute("account_reset_password"),
            },
        )


@mail
def send_password_reset(email: str) -> None:
    """Asked for any address whatever, so that the page does the same work whether an account exists or not."""
    person = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        return
    with translation.override(person.language):
        _send(
            person,
            _("Réinitialiser votre mot de passe"),
            "accounts/signin/mail/password_reset.txt",
            {
                "url": _absolute(
                    "account_reset_password_from_key",
                    uidb36=person.pk.hex,
                    key=default_token_generator.make_token(person),
                ),
                "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            },
        )


def deliver(task: "Task[..., None]", **arguments: Any) -> None:
    """Hands a task to the broker, or does it here when the broker is away: a sign-in never fails for a mail."""
    try:
        task.delay(**arguments)
    except OperationalError:
        log.warning("broker is away, sending here", task=task.name)
        try:
            task(**arguments)
        except OSError:
            log.exception("mail not sent", task=task.name)


def _send(person: User, subject: str, template: str, context: dict[str, Any]) -> None:
    body = render_to_string(template, {"person": person, "base_url": settings.BASE_URL, **context})
    EmailMessage(subject=subject, body=body, to=[person.email]).send()


def _absolute(name: str, **arguments: str) -> str:
    """From the configured address, never from a request's: whoever asks does not choose where the link leads."""
    return f"{settings.BASE_URL}{reverse(name, kwargs=arguments)}"
