"""The mail of an invitation, at least once, and never a link in clear anywhere but in that mail.

Only the hash of a token is stored, so nobody can write the same link twice: each attempt makes a fresh token, stores
its hash, commits, and only then hands the mail over. What follows from it:

- nothing lies in clear in the database, a backup, the broker or a task's arguments;
- a link that reaches somebody always matches a committed hash: there is no mail about a rolled-back invitation;
- the row says what remains to be done, the broker only hurries it: an attempt that died between two steps, or whose
  task was lost, is taken up again by `send_waiting` once `send_after` has passed;
- an attempt that died after the mail left and before it was noted is repeated: the person then receives two mails, of
  which the later one works. Twice rather than never; at most one link of an invitation opens anything at any moment;
- two workers that hold the same task send one mail: the first claims the row, the second finds it claimed;
- somebody who accepts between two attempts ends the matter: nothing more is sent.
"""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.invitations.enums import Sending
from accounts.invitations.models import Invitation
from accounts.invitations.selectors import brought_by
from accounts.invitations.tokens import hash_of, link_of, new_token
from projects.activity.services import record

log = structlog.get_logger(__name__)

# Longer than a mail server may take to answer each of its steps; then another attempt may begin.
LEASE = timedelta(minutes=5)
# 1, 2, 4 … minutes, about a day in all; then somebody is shown « échec d’envoi ».
MOST_ATTEMPTS = 12
AT_ONCE = 100
_UNSENT = Q(accepted_at=None, revoked_at=None, sending__in=[Sending.WAITING, Sending.UNDER_WAY])


def send_after_commit(invitation: Invitation) -> None:
    transaction.on_commit(lambda: hurry(invitation.pk))


def hurry(pk: UUID) -> None:
    from accounts.invitations.tasks import send_invitation  # tasks call this module

    try:
        send_invitation.delay(str(pk))
    except OperationalError:
        log.warning("the broker is away; the invitation waits for it", invitation=str(pk))


def due() -> "QuerySet[Invitation]":
    now = timezone.now()
    return Invitation.objects.filter(_UNSENT, send_after__lte=now, expires_at__gt=now).order_by("send_after", "pk")


def send(pk: UUID) -> None:
    """One attempt, if one is due."""
    claimed = _claim(pk)
    if claimed is None:
        return
    invitation, token = claimed
    try:
        _mail(invitation, token)
    except OSError as error:  # what smtplib raises, and what a disk or a network does
        log.warning("invitation not sent", invitation=str(pk), attempt=invitation.attempts, error=type(error).__name__)
        _note_failure(invitation, hopeless=_is_hopeless(error))
    else:
        _settle(invitation, Sending.SENT)


def _claim(pk: UUID) -> tuple[Invitation, str] | None:
    with transaction.atomic():
        invitation = due().select_for_update(of=("self",)).select_related("invited_by").filter(pk=pk).first()
        if invitation is None:
            return None
        if invitation.attempts >= MOST_ATTEMPTS:
            _settle(invitation, Sending.FAILED)
            return None
        token = new_token()
        invitation.token_hash = hash_of(token)
        invitation.sending = Sending.UNDER_WAY
        invitation.attempts += 1
        invitation.send_after = timezone.now() + LEASE
        # Not `changed_at`: what a person reads of the invitation has not changed under their eyes.
        invitation.save(update_fields=["token_hash", "sending", "attempts", "send_after"])
    return invitation, token


def _mail(invitation: Invitation, token: str) -> None:
    sender = invitation.invited_by
    if sender and not sender.is_active:
        sender = None
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "invitation": invitation,
            "sender": sender,
            "brings": brought_by(invitation),
            "link": link_of(token),
            "site": settings.BASE_URL,
        }
        subject = (
            _("%(person)s vous invite sur Filière") % {"person": sender.get_full_name()}
            if sender
            else _("Vous êtes invité sur Filière")
        )
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/invitation.txt", context),
            to=[invitation.email],
            reply_to=[sender.email] if sender else None,
            # Out-of-office programs must not answer it.
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("emails/invitation.html", context), "text/html")
    message.send()


def _note_failure(invitation: Invitation, *, hopeless: bool) -> None:
    if hopeless or invitation.attempts >= MOST_ATTEMPTS:
        _settle(invitation, Sending.FAILED)
        return
    pause = timedelta(minutes=min(2 ** (invitation.attempts - 1), 180))
    # The hash stays: a server that broke off late may have delivered the mail all the same.
    _if_still_ours(invitation).update(sending=Sending.WAITING, send_after=timezone.now() + pause)


def _settle(invitation: Invitation, outcome: Sending) -> None:
    sent = {"sent_at": timezone.now()} if outcome is Sending.SENT else {}
    with transaction.atomic():
        if _if_still_ours(invitation).update(sending=outcome, **sent):
            verb = "invitation.sent" if outcome is Sending.SENT else "invitation.not_sent"
            record(actor=None, verb=verb, target=invitation, changes={"attempts": (None, invitation.attempts)})


def _if_still_ours(invitation: Invitation) -> "QuerySet[Invitation]":
    """Unless it was sent again, revoked or accepted meanwhile."""
    return Invitation.objects.filter(_UNSENT, pk=invitation.pk, token_hash=invitation.token_hash)


def _is_hopeless(error: OSError) -> bool:
    """A server that says 5xx says never; any other trouble may pass."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500
