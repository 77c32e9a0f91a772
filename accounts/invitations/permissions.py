"""Who invites whom. Pages and API ask whether one `coordinates`; what the invited person becomes is asked here."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.invitations.models import Invitation
from accounts.people.models import User


def may_grant(by: User | None, *, as_administrator: bool, as_delegate: bool) -> bool:
    """Administrators give every role, delegates all but administrator, others none. None is the application."""
    if by is None:
        return True
    if not by.is_active:
        return False
    if as_administrator:
        return by.is_staff
    return not as_delegate or by.is_staff or by.is_delegate


def check_may_grant(by: User | None, *, as_administrator: bool, as_delegate: bool) -> None:
    if not may_grant(by, as_administrator=as_administrator, as_delegate=as_delegate):
        raise PermissionDenied(_("Vous ne pouvez pas donner un rôle que vous n’avez pas."))


def may_still_grant(invitation: Invitation) -> bool:
    """A role is worth what its giver's own right is worth on the day it is accepted, not on the day it was offered.

    Otherwise an administrator about to leave could keep a door open. What gives no role outlives who sent it.
    """
    if not (invitation.as_administrator or invitation.as_delegate):
        return True
    return may_grant(
        invitation.invited_by, as_administrator=invitation.as_administrator, as_delegate=invitation.as_delegate
    )
