import re

import pytest

from accounts.tokens.hashing import PREFIX, SHOWN, hash_of, new_token


def test_token_has_its_prefix_and_forty_characters_fit_for_an_address():
    for _ in range(50):
        assert re.fullmatch(r"flr_[A-Za-z0-9_-]{40}", new_token())


def test_what_is_shown_leaves_the_token_out_of_reach():
    hidden = len(new_token()) - SHOWN
    assert len(PREFIX) < SHOWN
    assert hidden * 6 >= 192


def test_hash_is_the_same_each_time_and_fits_its_column():
    value = new_token()
    assert hash_of(value) == hash_of(value)
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(value))
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("value", ["", "é", "\ud800", "\x00", "x" * 1_000_000])
def test_anything_a_header_may_hold_has_a_hash(value):
    assert len(hash_of(value)) == 64
