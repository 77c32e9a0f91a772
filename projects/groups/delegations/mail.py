"""What the borrower of a permission is told by mail. A courtesy: the group's page of delegations is the reference."""

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

from projects.groups.models import Delegation

log = structlog.get_logger(__name__)


def tell_borrower_after_commit(delegation: Delegation) -> None:
    transaction.on_commit(lambda: _hurry(delegation.pk))


def mail_borrower(pk: UUID) -> None:
    """Nothing about what was taken back before the mail could leave, nor to an account that was closed."""
    delegation = (
        Delegation.objects.select_related("lender", "borrower", "group")
        .filter(pk=pk, revoked_at=None, borrower__is_active=True)
        .first()
    )
    if delegation is None:
        return
    group = delegation.group
    with translation.override(delegation.borrower.language):
        context = {
            "delegation": delegation,
            "site": settings.BASE_URL,
            "link": f"{settings.BASE_URL}{reverse('group-delegations', kwargs={'slug': group.slug})}",
        }
        EmailMessage(
            subject=_("%(person)s vous délègue une permission (%(group)s)")
            % {"person": delegation.lender.get_full_name(), "group": group.name},
            body=render_to_string("emails/delegation.txt", context),
            to=[delegation.borrower.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def _hurry(pk: UUID) -> None:
    from projects.groups.tasks import tell_borrower  # tasks call this module

    try:
        tell_borrower.delay(str(pk))
    except OperationalError:
        log.warning("the broker is away; the borrower reads it in the group", delegation=str(pk))
