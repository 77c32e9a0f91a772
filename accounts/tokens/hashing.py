"""How a personal token is drawn, and what is kept of it."""

import hashlib
import secrets

PREFIX = "flr_"
# What is kept in clear: enough for a person to recognise the token, 192 bits short of using it.
SHOWN = 12


def new_token() -> str:
    return PREFIX + secrets.token_urlsafe(30)


def hash_of(token: str) -> str:
    """A plain SHA-256: slow or salted hashing protects guessable secrets, and nobody guesses 240 random bits.

    It is computed at each request, and a deterministic hash is what an index can look up.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
