"""Reads about people. What a page shows of them, and what the API answers, comes from here."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.invitations.models import Invitation
from accounts.people.models import User
from accounts.signin.second_factor import FACTORS
from accounts.tokens.models import ApiToken
from accounts.tokens.selectors import tokens_of
from projects.activity.models import Event
from projects.activity.selectors import events_of_object, events_of_person


def people() -> "QuerySet[User]":
    """Everyone who has or had an account, each with `has_second_factor`."""
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return User.objects.annotate(has_second_factor=Exists(held))


@dataclass(frozen=True)
class Access:
    """By what a person enters."""

    sessions: int
    tokens: list[ApiToken]
    factors: list[Authenticator]
    invitation: Invitation | None
    locked_out: bool


def recent_events(person: User, limit: int = 10) -> list[Event]:
    """What they did and what was done to them, newest first: two short reads of an index, however long the journal."""
    events = {event.pk: event for event in (*events_of_person(person, limit), *events_of_object(person)[:limit])}
    return sorted(events.values(), key=lambda event: event.pk, reverse=True)[:limit]


def access_of(person: User) -> Access:
    return Access(
        sessions=UserSession.objects.filter(user=person).count(),
        tokens=list(tokens_of(person)),
        factors=list(Authenticator.objects.filter(user=person).order_by("created_at", "pk")),
        invitation=Invitation.objects.filter(accepted_by=person).select_related("invited_by").first(),
        locked_out=_locked_out(person),
    )


def _locked_out(person: User) -> bool:
    """From one address at least: the lockout counts by account and address."""
    locked: bool = AccessAttempt.objects.filter(
        username__iexact=person.email,
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME,
    ).exists()
    return locked
