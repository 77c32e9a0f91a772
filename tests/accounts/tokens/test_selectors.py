from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tokens.selectors import live, token_behind, tokens_of
from tests.factories import UserFactory
from tests.factories.tokens import TokenFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAST, FUTURE = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


def test_live_tokens_are_neither_revoked_nor_expired():
    kept = {TokenFactory(), TokenFactory(expires_at=FUTURE)}
    TokenFactory(revoked_at=PAST)
    TokenFactory(expires_at=PAST)
    assert set(live()) == kept


def test_token_dies_at_its_very_hour():
    token = TokenFactory(expires_at=NOW)
    assert list(live(at=NOW - timedelta(microseconds=1))) == [token]
    assert not live(at=NOW).exists()
    assert not live(at=NOW + timedelta(microseconds=1)).exists()


def test_person_sees_their_own_and_the_expired_but_not_the_revoked():
    person = UserFactory()
    kept = {TokenFactory(person=person), TokenFactory(person=person, expires_at=PAST)}
    TokenFactory(person=person, revoked_at=PAST)
    TokenFactory()
    assert set(tokens_of(person)) == kept
    assert {token.expired for token in kept} == {True, False}


def test_value_leads_to_its_token_and_person(django_assert_num_queries):
    token = TokenFactory(value="flr_x")
    TokenFactory()
    with django_assert_num_queries(1):
        found = token_behind("flr_x")
        assert found == token
        assert found.person == token.person


@pytest.mark.parametrize("value", ["", "flr_", "flr_y", "x" * 100_000, "\x00", "é", "\ud800"])
def test_unknown_value_leads_nowhere(value):
    TokenFactory(value="flr_x")
    assert token_behind(value) is None


@pytest.mark.parametrize("fields", [{"revoked_at": PAST}, {"expires_at": PAST}])
def test_dead_token_leads_nowhere(fields):
    TokenFactory(value="flr_x", **fields)
    assert token_behind("flr_x") is None


@pytest.mark.parametrize("closed", [{"is_active": False}, {"anonymised_at": PAST}])
def test_token_of_a_closed_account_leads_nowhere(closed):
    TokenFactory(value="flr_x", person=UserFactory(**closed))
    assert token_behind("flr_x") is None


def test_hash_is_no_key():
    token = TokenFactory(value="flr_x")
    assert token_behind(token.token_hash) is None
