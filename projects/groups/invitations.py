"""Invitations into a group: the account and the mandate come together, or not at all."""

from datetime import date

from django.db import transaction

from accounts.invitations.models import Invitation
from accounts.people.models import User
from filiere.days import today
from projects.groups.mandates import give_mandate
from projects.groups.models import InvitedMandate


def give_invited_mandate(*, invitation: Invitation, person: User) -> None:
    """A follow-up of `settings.INVITATION_FOLLOW_UPS`, in the transaction that opens the account."""
    invited = InvitedMandate.objects.select_related("group", "organisation").filter(invitation=invitation).first()
    if invited is None:
        return
    with transaction.atomic():
        give_mandate(
            person=person,
            group=invited.group,
            role=invited.role,
            organisation=invited.organisation,
            starts_on=_not_before(invited.starts_on),
            ends_on=invited.ends_on,
            by=invitation.invited_by,
        )


def _not_before(day: date | None) -> date:
    return max(day or today(), today())
