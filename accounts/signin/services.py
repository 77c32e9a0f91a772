"""What changes how a person gets in: sessions, password, second factor, lockout. Each act leaves its event."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.utils import reset as forget_failures
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.people.models import User
from accounts.signin import tasks
from accounts.signin.notices import Notice
from projects.activity.services import record

ADMINISTRATOR = "administrateur"


def sign_in(request: HttpRequest, person: User, *, method: str = "invitation", redirect_to: str = "") -> HttpResponse:
    """Opens a session for somebody who has just proved who they are by other means than a password.

    For the acceptance of an invitation and for OpenID Connect: `return sign_in(request, person)` at the end of the
    page. The session is renewed and listed, a second factor the person already holds is asked for (the answer then
    leads to its page), a closed account is refused: the answer is always a redirection.
    """
    if request.user.is_authenticated and request.user.pk != person.pk:
        logout(request)
    record_authentication(request, person, method=method)
    response: HttpResponse = perform_login(request, person, redirect_url=redirect_to or None)
    return response


def end_all_sessions(*, person: User, by: User | None) -> int:
    """Signs a person out everywhere: their next request is a visitor's. For closing and anonymising accounts."""
    with transaction.atomic():
        count = _end_sessions(person)
        if count:
            record(
                actor=by,
                verb="person.sessions_ended",
                target=person,
                changes={"sessions": (count, 0)},
                capacity=_capacity(person, by),
            )
    return count


def end_other_sessions(*, person: User, kept: str, by: User) -> int:
    """All but the one whose key is `kept`."""
    _refuse_others(person, by)
    with transaction.atomic():
        count = _end_sessions(person, kept=kept)
        if count:
            record(actor=by, verb="person.sessions_ended", target=person, changes={"sessions": (count + 1, 1)})
    return count


def end_session(*, person: User, session_id: int, by: User) -> bool:
    """One session of theirs. False when it has ended by itself meanwhile, or was never theirs."""
    _refuse_others(person, by)
    with transaction.atomic():
        session = UserSession.objects.filter(user=person, pk=session_id).first()
        if session is None:
            return False
        Session.objects.filter(session_key=session.session_key).delete()
        session.delete()
        record(actor=by, verb="person.session_ended", target=person)
    return True


def change_password(*, person: User, password: str, kept: str, origin: str) -> None:
    """By the person, signed in: the session whose key is `kept` stays, the others end."""
    with transaction.atomic():
        _set_password(person, password)
        _end_sessions(person, kept=kept)
        record(actor=person, verb="person.password_changed", target=person)
        notify(person, Notice.PASSWORD_CHANGED, origin)


def reset_password(*, person: User, password: str, origin: str) -> None:
    """By whoever reads the person's mail: every session ends, and wrong attempts are forgiven."""
    with transaction.atomic():
        _set_password(person, password)
        _end_sessions(person)
        forget_failures(username=person.email)
        record(actor=person, verb="person.password_reset", target=person)
        notify(person, Notice.PASSWORD_RESET, origin)


def unlock(*, person: User, by: User | None) -> None:
    """Lets a person try again before the lockout has passed."""
    _administrators_only(by)
    with transaction.atomic():
        forget_failures(username=person.email)
        record(actor=by, verb="person.unlocked", target=person, capacity=_capacity(person, by))


def second_factor_added(*, person: User, kind: str, origin: str) -> None:
    with transaction.atomic():
        record(actor=person, verb="person.second_factor_added", target=person, changes={"kind": (None, kind)})
        notify(person, Notice.SECOND_FACTOR_ADDED, origin)


def second_factor_removed(*, person: User, kind: str, origin: str) -> None:
    with transaction.atomic():
        record(actor=person, verb="person.second_factor_removed", target=person, changes={"kind": (kind, None)})
        notify(person, Notice.SECOND_FACTOR_REMOVED, origin)


def recovery_codes_renewed(*, person: User, origin: str) -> None:
    with transaction.atomic():
        record(actor=person, verb="person.recovery_codes_renewed", target=person)
        notify(person, Notice.RECOVERY_CODES_RENEWED, origin)


def recovery_code_used(*, person: User, remaining: int, origin: str) -> None:
    with transaction.atomic():
        record(
            actor=person,
            verb="person.recovery_code_used",
            target=person,
            changes={"remaining": (remaining + 1, remaining)},
        )
        notify(person, Notice.RECOVERY_CODE_USED, origin)


def remove_second_factors(*, person: User, by: User | None) -> int:
    """For who lost telephone and recovery codes. Their sessions end: one of them may be the thief's."""
    _administrators_only(by)
    with transaction.atomic():
        count: int = Authenticator.objects.filter(user=person).delete()[0]
        if count:
            _end_sessions(person)
            record(
                actor=by,
                verb="person.second_factors_removed",
                target=person,
                changes={"second_factors": (count, 0)},
                capacity=_capacity(person, by),
            )
            notify(person, Notice.SECOND_FACTORS_REMOVED, "")
    return count


def locked_out(*, person: User) -> None:
    """The application's own act: too many wrong passwords or codes, from one address."""
    with transaction.atomic():
        record(actor=None, verb="person.locked_out", target=person)


def notify(person: User, notice: Notice, origin: str) -> None:
    arguments = {"person_id": str(person.pk), "notice": notice, "origin": origin, "at": timezone.now().isoformat()}
    transaction.on_commit(lambda: tasks.deliver(tasks.send_notice, **arguments))


def _set_password(person: User, password: str) -> None:
    person.set_password(password)
    person.save(update_fields=["password"])


def _end_sessions(person: User, *, kept: str = "") -> int:
    ended = UserSession.objects.filter(user=person).exclude(session_key=kept)
    keys = list(ended.values_list("session_key", flat=True))
    count: int = Session.objects.filter(session_key__in=keys).delete()[0]
    ended.delete()
    return count


def _refuse_others(person: User, by: User) -> None:
    if by.pk != person.pk:
        raise PermissionDenied


def _administrators_only(by: User | None) -> None:
    """None is the application itself: a command run on the server."""
    if by is not None and not (by.is_staff and by.is_active):
        raise PermissionDenied


def _capacity(person: User, by: User | None) -> str:
    return ADMINISTRATOR if by is not None and by.is_staff and by.pk != person.pk else ""
