from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.people import retention
from tests.factories import UserFactory
from tests.factories.people import fail_sign_in, half_open_session, open_session

pytestmark = pytest.mark.django_db

KEPT = timedelta(days=30)


def expire(key: str) -> None:
    Session.objects.filter(session_key=key).update(expire_date=timezone.now() - timedelta(seconds=1))


def test_forget_sessions_takes_expired_ones_and_their_lines():
    person = UserFactory()
    expire(open_session(person))
    expire(half_open_session(person))
    kept = open_session(person)
    assert retention.forget_sessions(at=timezone.now()) == 3
    assert Session.objects.get().session_key == kept
    assert UserSession.objects.get().session_key == kept


def test_forget_sessions_takes_lines_that_lost_their_session():
    key = open_session(UserFactory())
    Session.objects.filter(session_key=key).delete()
    assert retention.forget_sessions(at=timezone.now()) == 1
    assert not UserSession.objects.exists()


def test_forget_sessions_again_finds_nothing():
    expire(open_session(UserFactory()))
    retention.forget_sessions(at=timezone.now())
    assert retention.forget_sessions(at=timezone.now()) == 0


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_forget_attempts_keeps_a_month(days, left):
    fail_sign_in("quelqu.un@demo.example")
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.update(attempt_time=timezone.now() - timedelta(days=days))
    retention.forget_attempts(at=timezone.now(), kept=KEPT)
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        assert model.objects.count() == left


def test_forget_goes_on_batch_after_batch(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _number in range(5):
        expire(half_open_session(UserFactory()))
    assert retention.forget_sessions(at=timezone.now()) == 5


def test_forget_stops_at_its_bound_and_the_next_run_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    for _number in range(3):
        expire(half_open_session(UserFactory()))
    assert retention.forget_sessions(at=timezone.now()) == 2
    assert retention.forget_sessions(at=timezone.now()) == 1
