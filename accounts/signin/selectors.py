from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.people.models import User
from accounts.signin.devices import device


@dataclass(frozen=True)
class OpenSession:
    id: int
    device: str
    address: str
    started_at: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True)
class SecondFactors:
    """What a person can show beside their password."""

    application: Authenticator | None
    keys: list[Authenticator]
    codes: Authenticator | None

    @property
    def any(self) -> bool:
        return bool(self.application or self.keys)

    @property
    def codes_left(self) -> int:
        return len(self.codes.wrap().get_unused_codes()) if self.codes else 0


def open_sessions(person: User, *, current: str) -> list[OpenSession]:
    """Those that would still let somebody in; the reader's own first, then the most recent."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    sessions = UserSession.objects.filter(Exists(alive), user=person).order_by("-last_seen_at", "-pk")
    shown = [
        OpenSession(
            id=session.pk,
            device=device(session.user_agent),
            address=session.ip,
            started_at=session.created_at,
            seen_at=session.last_seen_at,
            current=session.session_key == current,
        )
        for session in sessions
    ]
    return sorted(shown, key=lambda session: not session.current)


def second_factors(person: User) -> SecondFactors:
    held = list(Authenticator.objects.filter(user=person).order_by("created_at", "pk"))
    one = {each.type: each for each in held if each.type != Authenticator.Type.WEBAUTHN}
    return SecondFactors(
        application=one.get(Authenticator.Type.TOTP),
        keys=[each for each in held if each.type == Authenticator.Type.WEBAUTHN],
        codes=one.get(Authenticator.Type.RECOVERY_CODES),
    )


def linked_identity(person: User) -> SocialAccount | None:
    account: SocialAccount | None = SocialAccount.objects.filter(user=person).first()
    return account
