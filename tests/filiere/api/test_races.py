"""What only two connections at once can show; both databases must agree."""

import time
from threading import Event

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import Organisation
from filiere.api import idempotency
from filiere.models import StoredAnswer
from tests.factories import OrganisationFactory
from tests.filiere.api import sample as module
from tests.filiere.api.shapes import problem
from tests.racing import race
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"name": "Une seule", "kind": "pme", "college": "industrie"}


@pytest.fixture
def own_client(person):
    """A client for each thread."""

    def make() -> APIClient:
        # Django tells every client of the process about an exception met for one of them.
        client = APIClient(raise_request_exception=False)
        client.force_login(person)
        return client

    return make


@pytest.fixture(autouse=True)
def _nothing_committed() -> None:
    module.committed.clear()


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", PATIENCE)


def test_of_two_writers_at_once_one_is_stale(own_client, sample):
    row = OrganisationFactory()
    address = f"{sample}{row.pk}/"
    first, second = own_client(), own_client()
    tag = first.get(address)["ETag"]
    answers = race(
        lambda: first.patch(address, {"name": "Un"}, headers={"If-Match": tag}),
        lambda: second.patch(address, {"name": "Deux"}, headers={"If-Match": tag}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    lost = next(answer.json() for answer in answers if answer.status_code == 412)
    row.refresh_from_db()
    assert row.name == won["name"] == lost["current"]["name"]


def post(client, address, body=BODY, key="k"):
    return lambda: client.post(address, body, headers={"Idempotency-Key": key})


def test_same_request_many_times_at_once_is_done_once(own_client, sample):
    answers = race(*(post(own_client(), sample) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert len({answer["Location"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 5
    assert Organisation.objects.count() == 1
    assert module.committed == ["Une seule"]


def test_two_bodies_at_once_under_one_key_are_done_once(own_client, sample):
    answers = race(post(own_client(), sample), post(own_client(), sample, {**BODY, "name": "Autre"}))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    problem(refused, 409, "cle-reutilisee")
    assert Organisation.objects.count() == 1


def test_two_keys_at_once_are_two_requests(own_client, sample):
    answers = race(post(own_client(), sample, key="a"), post(own_client(), sample, key="b"))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Organisation.objects.count() == 2


def test_second_request_does_the_work_the_first_failed_to_do(own_client, sample, monkeypatch):
    """The first holds the key, then breaks: the second, which waited, finds the key free."""
    entered, leave = Event(), Event()
    create = module.create
    calls = []

    def breaks_the_first_time(**fields):
        calls.append(fields)
        made = create(**fields)
        if len(calls) == 1:
            entered.set()
            leave.wait(PATIENCE)
            raise RuntimeError("killed")
        return made

    monkeypatch.setattr(module, "create", breaks_the_first_time)
    client = own_client()  # before: signing in writes, and SQLite has one writer

    def second():
        entered.wait(PATIENCE)
        leave.set()
        return post(client, sample)()

    broken, done = race(post(own_client(), sample), second)
    problem(broken, 500, "erreur-interne")
    assert (done.status_code, "Idempotent-Replayed" in done) == (201, False)
    assert len(calls) == 2
    assert Organisation.objects.count() == 1
    assert module.committed == ["Une seule"]


@pytest.mark.postgresql
def test_second_request_does_not_wait_for_ever(own_client, person, sample, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 1)
    entered, leave = Event(), Event()

    def holds_the_key():
        with transaction.atomic():
            StoredAnswer.objects.create(person=person, key="k", fingerprint="", status=0, body=b"")
            entered.set()
            leave.wait(PATIENCE)

    def second():
        entered.wait(PATIENCE)
        client = own_client()
        began = time.monotonic()
        answer = post(client, sample)()
        leave.set()
        return answer, time.monotonic() - began

    _held, (answer, seconds) = race(holds_the_key, second)
    problem(answer, 409, "cle-en-cours")
    assert answer["Retry-After"] == "1"
    assert seconds < PATIENCE
    assert not Organisation.objects.exists()
