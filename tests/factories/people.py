"""People with everything an account can have around it."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.models import ApiToken, Invitation, User
from filiere.models import StoredAnswer


def open_session(person: User, **content: Any) -> str:
    """As signing in leaves it: the session, and the line that lists it."""
    store = SessionStore()
    store.update(
        {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
            "account_authentication_methods": [{"method": "password", "email": person.email}],
            **content,
        }
    )
    store.create()
    UserSession.objects.create(user=person, session_key=store.session_key, ip="192.0.2.7", user_agent="Firefox/128")
    return str(store.session_key)


def half_open_session(person: User) -> str:
    """A password was right, the second factor never came: nobody is signed in, the address is there."""
    store = SessionStore()
    store["account_login"] = {"email": person.email, "user_pk": str(person.pk)}
    store.create()
    return str(store.session_key)


def fail_sign_in(username: str, *, times: int = 1) -> AccessAttempt:
    common = {"username": username, "ip_address": "192.0.2.8", "user_agent": "Firefox/128", "path_info": "/connexion/"}
    AccessFailureLog.objects.create(**common)
    AccessLog.objects.create(**common)
    return AccessAttempt.objects.create(
        **common, get_data="", post_data=f"login={username}\npassword=****", failures_since_start=times
    )


def give_token(person: User, name: str = "Tableau de bord") -> ApiToken:
    number = ApiToken.objects.count()
    return ApiToken.objects.create(person=person, name=name, prefix=f"flr_{number:08}", token_hash=f"{number:064}")


def give_second_factor(person: User) -> Authenticator:
    return Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": "never-shown-anywhere"}
    )


def invite(email: str, *, by: User | None = None, **fields: Any) -> Invitation:
    number = Invitation.objects.count()
    return Invitation.objects.create(
        email=email,
        invited_by=by,
        token_hash=f"{number:064}",
        expires_at=timezone.now() + timedelta(days=14),
        **fields,
    )


def remember_answer(person: User, body: str, key: str = "once") -> StoredAnswer:
    return StoredAnswer.objects.create(
        person=person, key=key, fingerprint="0" * 64, status=201, headers={}, body=body.encode()
    )


def surround(person: User) -> None:
    """One row of everything that can hold a person's name or address, besides the person."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    SocialAccount.objects.create(
        user=person, provider="oidc", uid="sub-1", extra_data={"email": person.email, "usual_name": person.family_name}
    )
    give_second_factor(person)
    give_token(person, name=f"Script de {person.given_name}")
    open_session(person)
    half_open_session(person)
    fail_sign_in(f" {person.email.upper()} ")
    invite(
        person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        message=f"Bienvenue {person.given_name}",
        accepted_by=person,
        accepted_at=timezone.now(),
    )
    remember_answer(person, "{}", key="own")
