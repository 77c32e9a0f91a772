from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import tasks
from accounts.models import Invitation
from filiere.models import StoredAnswer
from filiere.schedule import JOBS
from tests.factories import UserFactory
from tests.factories.people import fail_sign_in, half_open_session, invite, remember_answer

pytestmark = pytest.mark.django_db


def one_of_each(*, days: int) -> None:
    person, then = UserFactory(), timezone.now() - timedelta(days=days)
    half_open_session(person)
    Session.objects.update(expire_date=then)
    fail_sign_in(person.email)
    AccessAttempt.objects.update(attempt_time=then)
    remember_answer(person, "{}")
    StoredAnswer.objects.update(created_at=then)
    invite("jamais.venue@demo.example", given_name="Jamais", family_name="Venue")
    Invitation.objects.update(expires_at=then)


def left() -> dict[str, bool]:
    return {
        "session": Session.objects.exists(),
        "attempt": AccessAttempt.objects.exists(),
        "answer": StoredAnswer.objects.exists(),
        "invited": Invitation.objects.exclude(email="").exists(),
    }


def test_forget_what_expired_forgets_what_is_old():
    one_of_each(days=91)
    tasks.forget_what_expired()
    assert left() == dict.fromkeys(left(), False)


def test_forget_what_expired_keeps_what_is_recent():
    one_of_each(days=-1)
    tasks.forget_what_expired()
    assert left() == dict.fromkeys(left(), True)


def test_forget_what_expired_keeps_each_kind_its_own_time():
    one_of_each(days=29)
    tasks.forget_what_expired()
    assert left() == {"session": False, "attempt": True, "answer": False, "invited": True}


def test_forget_what_expired_can_run_again():
    one_of_each(days=91)
    tasks.forget_what_expired()
    tasks.forget_what_expired()
    assert not any(left().values())


def test_forget_what_expired_runs_every_night():
    job = next(job for job in JOBS if job.task == tasks.forget_what_expired.name)
    assert job.expires < 24 * 3600
    assert tasks.forget_what_expired.acks_late
