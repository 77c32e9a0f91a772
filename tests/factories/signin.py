"""Second factors, sessions and wrong attempts, as sign-in leaves them."""

import time

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class ApplicationFactory(factory.django.DjangoModelFactory):
    """A one-time code application whose secret is SECRET."""

    class Meta:
        model = Authenticator

    type = Authenticator.Type.TOTP
    data = factory.LazyFunction(lambda: {"secret": SECRET})


class SessionFactory(factory.django.DjangoModelFactory):
    """A session that lets its person in, from somewhere else than the test's own client."""

    class Meta:
        model = UserSession

    ip = "192.0.2.7"
    user_agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

    @factory.lazy_attribute
    def session_key(self):
        store = SessionStore()
        store.create()
        return store.session_key


class AttemptFactory(factory.django.DjangoModelFactory):
    """Wrong passwords already counted."""

    class Meta:
        model = AccessAttempt

    ip_address = "127.0.0.1"
    user_agent = "tests"
    path_info = "/connexion/"
    failures_since_start = 8


def code_now(secret: str = SECRET, *, shift: int = 0) -> str:
    """What the application shows at this moment, or `shift` periods away."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def recovery_codes(person) -> list[str]:
    return RecoveryCodes.activate(person).generate_codes()
