"""Where a name or an address lies besides the account: attempts, sessions, invitations, answers, linked accounts."""

import json
import re
from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from accounts.invitations.models import Invitation
from accounts.people.models import User
from filiere.models import StoredAnswer


def forget_address(person: User, email: str) -> None:
    """One that is no longer theirs. Links to a new password sent there are dead already: they cover the address."""
    EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email).delete()
    _forget_attempts(email)


def forget_person(person: User) -> None:
    """Called while the row still holds the name and the address: they are what is looked for."""
    _forget_attempts(person.email)
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
        model.objects.filter(user=person).delete()
    _forget_sessions(person)
    _forget_invitations(person)
    _forget_answers(person)


def _forget_attempts(email: str) -> None:
    """As it was typed, in any case, spaces around; not where it is only a part of a longer address."""
    alone = rf"(^|[^\w.+-]){re.escape(email)}($|[^\w.-])"
    typed = Q(username__iregex=alone)
    AccessAttempt.objects.filter(typed | Q(post_data__iregex=alone) | Q(get_data__iregex=alone)).delete()
    AccessFailureLog.objects.filter(typed).delete()
    AccessLog.objects.filter(typed).delete()


def _forget_sessions(person: User) -> None:
    """Also the half-open ones, which no list of sessions shows: an address typed, a second factor never given."""
    mentioned = {str(person.pk), person.email}
    keys = [
        session.session_key
        for session in Session.objects.iterator()
        if _mentions(json.dumps(session.get_decoded(), default=str, ensure_ascii=False), mentioned)
    ]
    Session.objects.filter(session_key__in=keys).delete()


def _forget_invitations(person: User) -> None:
    """Also those that never led to this account: an earlier one, revoked or expired, was sent to the same address."""
    for invitation in Invitation.objects.filter(Q(email__iexact=person.email) | Q(accepted_by=person)):
        invitation.email = invitation.given_name = invitation.family_name = invitation.message = ""
        if invitation.accepted_at is None:
            # Without an address it would pass for the open link of a first administrator.
            invitation.revoked_at = invitation.revoked_at or timezone.now()
        invitation.token_hash = None
        invitation.save()


def _forget_answers(person: User) -> None:
    """Answers kept a day for those who ask twice; losing one costs them a second look at the result."""
    # A status of 0 is a key being used at this moment, by this very act perhaps.
    StoredAnswer.objects.filter(person=person).exclude(status=0).delete()
    mentioned = {str(person.pk), person.email, person.family_name, person.given_name}
    keys = [answer.pk for answer in StoredAnswer.objects.iterator() if _mentions(_text_of(answer), mentioned)]
    StoredAnswer.objects.filter(pk__in=keys).delete()


def _text_of(answer: Any) -> str:
    body = bytes(answer.body).decode("utf-8", errors="replace")
    # A name may be written with escapes; decoding them here keeps the comparison one line long.
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), f"{body} {answer.headers}")


def _mentions(text: str, mentioned: Iterable[str]) -> bool:
    folded = text.casefold()
    return any(word.casefold() in folded for word in mentioned if word)
