"""What somebody who already has an account is told when an invitation makes them a member at once."""

from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.people.models import User
from projects.groups.models import Membership

log = structlog.get_logger(__name__)


def welcome_after_commit(mandate: Membership, by: User | None) -> None:
    transaction.on_commit(lambda: _hurry(mandate.pk, by.pk if by else None))


def mail_newcomer(pk: UUID, giver: UUID | None) -> None:
    """Nothing about what was withdrawn before the mail could leave, nor to an account that was closed."""
    mandate = (
        Membership.objects.select_related("person", "group", "organisation")
        .filter(pk=pk, withdrawn_at=None, person__is_active=True)
        .first()
    )
    if mandate is None:
        return
    person, group = mandate.person, mandate.group
    with translation.override(person.language):
        context = {
            "mandate": mandate,
            "giver": User.objects.filter(pk=giver, is_active=True).first() if giver else None,
            "site": settings.BASE_URL,
            "link": f"{settings.BASE_URL}{reverse('group', kwargs={'slug': group.slug})}",
        }
        EmailMessage(
            subject=_("Un mandat vous est confié (%(group)s)") % {"group": group.name},
            body=render_to_string("emails/mandate.txt", context),
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def _hurry(pk: UUID, giver: UUID | None) -> None:
    from projects.groups.tasks import welcome  # tasks call this module

    try:
        welcome.delay(str(pk), str(giver) if giver else "")
    except OperationalError:
        log.warning("the broker is away; the person finds the group in their list", mandate=str(pk))
