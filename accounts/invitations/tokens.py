"""The secret in a link. Only its hash is kept: whoever reads the database, a backup or the broker opens nothing."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Plain SHA-256: nobody guesses 256 random bits, and an index can look it up."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def link_of(token: str) -> str:
    """From the configured address: whoever asks for a mail does not choose where its link leads."""
    return f"{settings.BASE_URL}{reverse('invitation-link', args=[token])}"
