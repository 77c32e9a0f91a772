from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens import last_use
from accounts.tokens.last_use import note_use
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.tokens import TokenFactory, script_of
from tests.racing import race
from tests.waiting import PATIENCE

NOON = "2026-11-20T12:00:00Z"


@pytest.fixture
def token(db) -> ApiToken:
    return TokenFactory()


def used(token: ApiToken):
    return ApiToken.objects.get(pk=token.pk).last_used_at


def test_first_use_is_noted(token):
    with time_machine.travel(NOON, tick=False):
        note_use(token=token)
        assert used(token) == timezone.now()


def test_use_is_noted_once_a_minute(token):
    with time_machine.travel(NOON, tick=False) as clock:
        first = timezone.now()
        note_use(token=token)
        clock.shift(59)
        note_use(token=ApiToken.objects.get(pk=token.pk))
        assert used(token) == first
        clock.shift(1)
        note_use(token=ApiToken.objects.get(pk=token.pk))
        assert used(token) == first + timedelta(minutes=1)


def test_recent_use_costs_no_query(token, django_assert_num_queries):
    token.last_used_at = timezone.now()
    with django_assert_num_queries(0):
        note_use(token=token)


def test_use_noted_by_another_process_is_not_overwritten(token):
    """Both read the token before either wrote."""
    with time_machine.travel(NOON, tick=False) as clock:
        first = timezone.now()
        note_use(token=token)
        clock.shift(10)
        note_use(token=token)
        assert used(token) == first


def test_failure_to_note_fails_nothing(token, monkeypatch, caplog):
    def broken():
        raise DatabaseError("disk full")

    monkeypatch.setattr(last_use.transaction, "atomic", broken)
    note_use(token=token)
    assert used(token) is None
    assert "disk full" in caplog.text


@pytest.mark.urls("tests.filiere.api.sample")
def test_refused_write_is_no_use(db):
    person = UserFactory()
    script_of(person, scope="read").post("/api/v1/organisations/", {})
    assert person.api_tokens.get().last_used_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.filiere.api.sample")
def test_reading_does_not_wait_for_a_writer():
    """A long transaction holds the database (SQLite) or the token's row (PostgreSQL): reading goes on."""
    OrganisationFactory()
    person = UserFactory()
    client = script_of(person)
    writing, read = Event(), Event()

    def writer():
        with transaction.atomic():
            ApiToken.objects.select_for_update().get(person=person)
            person.save()
            writing.set()
            return read.wait(PATIENCE)

    def reader():
        writing.wait(PATIENCE)
        answer = client.get("/api/v1/organisations/")
        read.set()
        return answer.status_code, answer.json()["count"]

    assert race(writer, reader) == [True, (200, 1)]
    assert person.api_tokens.get().last_used_at is None
    client.get("/api/v1/organisations/")
    assert person.api_tokens.get().last_used_at is not None


@pytest.mark.sqlite
def test_patience_of_the_connection_is_given_back(token):
    note_use(token=token)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone()[0] == django_settings.DATABASES["default"]["OPTIONS"]["timeout"] * 1000
