"""Reads about invitations: the list with its states, and what a link opens."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.invitations.enums import Sending, State
from accounts.invitations.models import Invitation
from accounts.invitations.permissions import may_still_grant
from accounts.people.models import User
from filiere.text import fold
from projects.activity.models import Event


def invitations(*, at: datetime | None = None) -> "QuerySet[Invitation]":
    """Every one of them, each with its `state` and its `address`."""
    return Invitation.objects.select_related("invited_by", "accepted_by").annotate(
        state=state(at or timezone.now()), address=address()
    )


def state(at: datetime, path: str = "") -> Case:
    """`path` leads from the model that is asked to the invitation: "invitation__"."""
    same = {Sending.WAITING: State.WAITING, Sending.UNDER_WAY: State.UNDER_WAY, Sending.FAILED: State.FAILED}
    return Case(
        When(Q(**{f"{path}accepted_at__isnull": False}), then=Value(State.ACCEPTED)),
        When(Q(**{f"{path}revoked_at__isnull": False}), then=Value(State.REVOKED)),
        When(Q(**{f"{path}expires_at__lte": at}), then=Value(State.EXPIRED)),
        *(When(Q(**{f"{path}sending": sending}), then=Value(state)) for sending, state in same.items()),
        default=Value(State.SENT),
        output_field=CharField(),
    )


def address(path: str = "") -> Coalesce:
    return Coalesce(NullIf(f"{path}email", Value("")), f"{path}accepted_by__email", Value(""), output_field=CharField())


def matching(queryset: "QuerySet[Any]", text: str, path: str = "") -> "QuerySet[Any]":
    """By address or name, of the invited person or, once they are in, of their account."""
    for word in fold(text).split():
        invited, person = f"{path}searchable__contains", f"{path}accepted_by__searchable__contains"
        queryset = queryset.filter(Q(**{invited: word}) | Q(**{person: word}))
    return queryset


def brought_by(invitation: Invitation) -> list[str]:
    """What accepting it gives besides the account, in words: each feature says its own."""
    return [sentence for path in settings.INVITATION_BRINGS for sentence in import_string(path)(invitation)]


def opened_by(token_hash: str) -> Invitation | None:
    """What a link opens, if it still opens something. Unknown, used, expired and revoked are one and the same."""
    found = Invitation.objects.select_related("invited_by").filter(token_hash=token_hash).first()
    return found if found and still_opens(found) else None


def still_opens(invitation: Invitation) -> bool:
    if not invitation.is_open or not may_still_grant(invitation):
        return False
    return not (invitation.is_for_first_administrator and has_administrator())


def has_administrator() -> bool:
    return User.objects.filter(is_staff=True, is_active=True).exists()


def open_invitation_to(email: str) -> Invitation | None:
    return Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).first() if email else None


def asked_since(moment: datetime, *, by: User) -> int:
    """How many mails somebody asked for since then, sent again included."""
    asked = Event.objects.filter(actor=by, at__gte=moment, verb__in=["invitation.created", "invitation.resent"])
    return asked.count()
