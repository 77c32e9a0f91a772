"""Invitations as they stand once their mail has left, and the link that this mail held."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.invitations.enums import Sending
from accounts.invitations.tokens import hash_of
from accounts.models import Invitation

_made = iter(range(10**9))


def a_sent_invitation(email: str | None = None, **fields: Any) -> tuple[Invitation, str]:
    n = next(_made)
    token = f"jeton-{n}-" + "x" * 30
    now = timezone.now()
    chosen = {"token_hash": hash_of(token), "sending": Sending.SENT, "sent_at": now, "expires_at": now + timedelta(14)}
    address = f"invitee-{n}@demo.example" if email is None else email
    return Invitation.objects.create(email=address, **{**chosen, **fields}), token
