import pytest
from django.core.cache import cache, caches
from redis import ConnectionError as NoServer

from filiere import broker
from filiere.cache import ForgivingCache
from filiere.tasks import beat_pulse


@pytest.fixture
def away():
    """A cache whose server is not there."""
    return ForgivingCache("redis://127.0.0.1:1/0", {})


def test_forgiving_cache_is_the_one_the_site_uses():
    assert isinstance(caches["default"], ForgivingCache)


def test_forgiving_cache_keeps_what_it_is_given_while_the_server_is_there():
    cache.set("one", "1")
    cache.set_many({"two": 2, "three": 3})
    assert cache.get("one") == "1"
    assert cache.add("one", "other") is False
    assert cache.get_many(["two", "three"]) == {"two": 2, "three": 3}
    assert cache.incr("two") == 3
    assert cache.has_key("three") is True
    assert cache.touch("three", 10) is True
    assert cache.delete("one") is True
    cache.delete_many(["two", "three"])
    assert cache.get("two") is None


def test_forgiving_cache_clears_what_it_keeps_and_leaves_the_tasks_that_wait():
    cache.set_many({"one": 1, "two": 2})
    cache.set("one", 1, version=2)
    beat_pulse.delay()
    assert broker.waiting(timeout=2) == 1
    cache.clear()
    assert cache.get_many(["one", "two"]) == {}
    assert cache.get("one", version=2) is None
    assert broker.waiting(timeout=2) == 1


def test_forgiving_cache_answers_like_an_empty_one_while_the_server_is_away(away):
    away.set("one", "1")
    assert away.set_many({"one": 1}) == []
    assert away.get("one") is None
    assert away.get("one", "default") == "default"
    assert away.get_many(["one"]) == {}
    assert away.has_key("one") is False
    assert away.touch("one") is False
    assert away.delete("one") is False
    assert away.delete_many(["one"]) is None
    assert away.clear() is None


def test_forgiving_cache_lets_locks_be_taken_while_the_server_is_away(away):
    assert away.add("lock", 1) is True
    assert away.add("lock", 1) is True


def test_forgiving_cache_counts_nothing_while_the_server_is_away(away):
    with pytest.raises(ValueError, match="away"):
        away.incr("count")


def test_forgiving_cache_does_not_ask_an_absent_server_at_each_command(away, monkeypatch):
    asked = []

    def refuse(*_):
        asked.append(1)
        raise NoServer("away")

    monkeypatch.setattr(away._class, "get", refuse)
    for _ in range(10):
        assert away.get("one") is None
    assert len(asked) == 1


def test_forgiving_cache_asks_again_after_the_pause(away, monkeypatch):
    away.get("one")
    monkeypatch.setattr(away._class, "get", lambda *_: "found")
    assert away.get("one") is None
    away._away_until = 0.000001
    assert away.get("one") == "found"
    assert away._away_until == 0


def test_forgiving_cache_does_not_hide_a_mistake_of_ours():
    with pytest.raises(ValueError, match="not found"):
        cache.incr("absent")
    with pytest.raises(TypeError):
        cache.get([[]], {}, {}, {})
