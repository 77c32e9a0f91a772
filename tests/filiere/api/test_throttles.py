import pytest
import time_machine
from django.core.cache import cache
from rest_framework.test import APIClient

from filiere.api import throttles
from tests.factories import UserFactory
from tests.filiere.api.shapes import problem

NOON = "2026-11-20T12:00:00Z"


@pytest.fixture(autouse=True)
def _tight(settings) -> None:
    rates = {"person": "3/min", "visitor": "2/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


def statuses(client, address: str, times: int) -> list[int]:
    return [client.get(address).status_code for _ in range(times)]


def test_person_is_asked_to_wait_until_the_window_ends(api, sample):
    with time_machine.travel(NOON, tick=False) as clock:
        clock.shift(20)
        assert statuses(api, sample, 3) == [200, 200, 200]
        response = api.get(sample)
        assert "40 secondes" in problem(response, 429, "trop-de-demandes")["detail"]
        assert response["Retry-After"] == "40"
        clock.shift(40)
        assert statuses(api, sample, 4) == [200, 200, 200, 429]


def test_each_person_has_their_own_count(api, sample):
    other = APIClient()
    other.force_login(UserFactory())
    with time_machine.travel(NOON, tick=False):
        assert statuses(api, sample, 4)[-1] == 429
        assert other.get(sample).status_code == 200


def test_sessions_of_one_person_share_their_count(api, person, sample):
    other = APIClient()
    other.force_login(person)
    with time_machine.travel(NOON, tick=False):
        assert statuses(api, sample, 2) + statuses(other, sample, 2) == [200, 200, 200, 429]


def test_visitor_who_is_turned_away_is_counted(visitor, sample):
    with time_machine.travel(NOON, tick=False):
        assert statuses(visitor, sample, 3) == [401, 401, 429]
        assert visitor.get(sample, REMOTE_ADDR="192.0.2.7").status_code == 401


def test_who_tries_tokens_is_counted_as_a_visitor(visitor, sample):
    with time_machine.travel(NOON, tick=False):
        answers = [visitor.get(sample, headers={"Authorization": f"Token flr_{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_who_lacks_the_right_is_counted(api, sample):
    address = api.post(sample, {"name": "N", "kind": "pme", "college": "autre"})["Location"]
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        assert [api.post(f"{address}close/", {}).status_code for _ in range(4)] == [403, 403, 403, 429]


def test_without_cache_everybody_is_answered(script, visitor, sample, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock?db=0"}}
    assert statuses(script, sample, 10) == [200] * 10
    assert statuses(visitor, sample, 10) == [401] * 10


def test_counter_lost_between_two_commands_counts_one(monkeypatch):
    monkeypatch.setattr(cache, "incr", lambda _key: (_ for _ in ()).throw(ValueError()))
    assert throttles._count("k", 60) == 1


@pytest.mark.parametrize(
    ("rate", "expected"), [("5/s", (5, 1)), ("600/min", (600, 60)), ("7/hour", (7, 3600)), ("9/day", (9, 86400))]
)
def test_rates_are_read(settings, rate, expected):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"person": rate}}
    assert throttles._rate("person") == expected
