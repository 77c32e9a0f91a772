import time

import time_machine

from filiere.ids import those_in, uuid7


def test_uuid7_is_ordered_and_unique():
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000


def test_uuid7_carries_version_variant_and_time():
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_uuid7_stays_in_order_when_the_clock_steps_back_a_little():
    with time_machine.travel("2026-03-10T12:00:00Z", tick=False) as clock:
        first = uuid7()
        clock.shift(-2)
        assert uuid7() > first


def test_uuid7_follows_a_clock_that_was_far_ahead_and_is_put_right():
    with time_machine.travel("2031-01-01T00:00:00Z", tick=False):
        ahead = uuid7()
    assert uuid7() < ahead


def test_those_in_keeps_identifiers_and_drops_the_rest():
    one = uuid7()
    assert those_in([str(one), "", "x", "0193"]) == [one]
