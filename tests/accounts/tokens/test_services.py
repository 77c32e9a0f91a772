import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import ApiToken
from accounts.tokens.hashing import hash_of
from accounts.tokens.models import Scope
from accounts.tokens.selectors import token_behind
from accounts.tokens.services import LIMIT, create_token, revoke_all, revoke_token
from filiere.refusals import Refused
from projects.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.tokens import TokenFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory()


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_created_token_is_known_by_its_hash_alone(person):
    token, value = create_token(person=person, name="  Tableau   de bord ", scope=Scope.WRITE, by=person)
    assert re.fullmatch(r"flr_[A-Za-z0-9_-]{40}", value)
    token.refresh_from_db()
    assert (token.name, token.scope, token.prefix) == ("Tableau de bord", "write", value[:12])
    assert token.token_hash == hash_of(value)
    assert value not in str(ApiToken.objects.values())
    assert token_behind(value) == token


def test_values_never_repeat(person):
    assert len({create_token(person=person, name="x", by=person)[1] for _ in range(LIMIT)}) == LIMIT


def test_token_reads_only_unless_asked(person):
    assert create_token(person=person, name="x", by=person)[0].scope == Scope.READ


def test_creation_is_in_the_journal_without_the_value_or_the_name(person):
    expires_at = timezone.now() + timedelta(days=1)
    token, value = create_token(person=person, name="Chez Camille", scope="read", expires_at=expires_at, by=person)
    event = Event.objects.get()
    assert (event.verb, event.actor, event.object_id) == ("token.created", person, str(token.pk))
    assert event.changes == {"scope": [None, "read"], "expires_at": [None, expires_at.isoformat()]}
    assert value not in str(event.changes)
    assert "Camille" not in str(event.changes)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scope": "admin"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
        ({"expires_at": timezone.now() + timedelta(days=3660)}, "expires_at"),
        ({"expires_at": datetime.max.replace(tzinfo=ZoneInfo("America/Cayenne"))}, "expires_at"),
    ],
)
def test_bad_value_is_refused_by_its_field_and_creates_nothing(person, fields, wrong):
    with pytest.raises(ValidationError) as caught:
        create_token(**{"person": person, "name": "x", "scope": "read", "by": person, **fields})
    assert list(caught.value.message_dict) == [wrong]
    assert not ApiToken.objects.exists()
    assert not Event.objects.exists()


def test_number_of_live_tokens_is_bounded(person):
    now = timezone.now()
    TokenFactory.create_batch(LIMIT, person=person)
    TokenFactory.create_batch(LIMIT)
    with pytest.raises(Refused) as caught:
        create_token(person=person, name="un de trop", by=person)
    assert caught.value.code == "trop_de_jetons"
    assert str(LIMIT) in caught.value.sentence
    first, second = ApiToken.objects.filter(person=person)[:2]
    revoke_token(token=first, by=person)
    ApiToken.objects.filter(pk=second.pk).update(expires_at=now)
    # Neither the revoked one nor the expired one counts any more.
    create_token(person=person, name="a", by=person)
    create_token(person=person, name="b", by=person)
    with pytest.raises(Refused):
        create_token(person=person, name="c", by=person)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"anonymised_at": timezone.now()}])
def test_closed_account_gets_no_token(closed):
    person = UserFactory(**closed)
    with pytest.raises(Refused, match="fermé"):
        create_token(person=person, name="x", by=None)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("other", [UserFactory, AdministratorFactory])
def test_nobody_makes_or_ends_a_token_of_somebody_else(person, other):
    token = TokenFactory(person=person)
    with pytest.raises(PermissionDenied):
        create_token(person=person, name="x", by=other())
    with pytest.raises(PermissionDenied):
        revoke_token(token=token, by=other())
    token.refresh_from_db()
    assert token.revoked_at is None
    assert verbs() == []


def test_server_itself_may_make_one(person):
    create_token(person=person, name="x", by=None)
    assert Event.objects.get().actor is None


def test_revoked_token_serves_no_more(person):
    token, value = create_token(person=person, name="x", by=person)
    assert revoke_token(token=token, by=person).revoked_at
    assert token_behind(value) is None
    assert verbs() == ["token.created", "token.revoked"]


def test_revoking_twice_tells_it_once(person):
    token = TokenFactory(person=person)
    first = revoke_token(token=token, by=person).revoked_at
    assert revoke_token(token=token, by=person).revoked_at == first
    assert verbs() == ["token.revoked"]


def test_closing_an_account_ends_every_token_of_it(person):
    by = AdministratorFactory()
    TokenFactory.create_batch(3, person=person)
    revoke_token(token=TokenFactory(person=person), by=person)
    kept = TokenFactory()
    assert revoke_all(person=person, by=by) == 3
    assert list(ApiToken.objects.filter(revoked_at=None)) == [kept]
    assert verbs() == ["token.revoked"] * 4
    assert revoke_all(person=person, by=by) == 0
