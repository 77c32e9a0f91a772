from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.activity.chain import COVERED, GENESIS, START, Head, digest_of, follow, link_hash
from projects.activity.models import Event
from tests.factories.activity import recorded


def event(**changed):
    return Event(
        **{
            "id": UUID("018f0000-0000-7000-8000-000000000001"),
            "at": datetime(2026, 11, 20, 15, 4, 5, 678901, tzinfo=UTC),
            "actor_id": UUID("018f0000-0000-7000-8000-000000000002"),
            "capacity": "déléguée",
            "verb": "organisation.merged",
            "object_type": "accounts.organisation",
            "object_id": "018f0000-0000-7000-8000-000000000003",
            "changes": {"region": [None, "bretagne"]},
            "request_id": "0123456789",
            **changed,
        }
    )


def test_digest_never_changes_its_formula():
    # Every journal in service rests on it: if this fails, every installation's chain is broken.
    assert digest_of(event()) == "e9a030c0aa2350dc3bbc27ca509370f764086054c5c22db47c451c28f9906a16"


def test_link_hash_never_changes_its_formula():
    assert (
        link_hash(previous=GENESIS, position=1, digest="a" * 64)
        == "86a600580ead8155c57ac47aaf9b183a3785b9ac873eea77f2b44bd7e560936b"
    )


def test_digest_covers_every_column():
    columns = {field.attname for field in Event._meta.concrete_fields}
    assert set(COVERED) == columns - {"digest"}


@pytest.mark.parametrize(
    "changed",
    [
        {"id": UUID("018f0000-0000-7000-8000-00000000000f")},
        {"at": datetime(2026, 11, 20, 15, 4, 5, 678902, tzinfo=UTC)},
        {"actor_id": None},
        {"capacity": ""},
        {"verb": "organisation.changed"},
        {"object_type": "accounts.user"},
        {"object_id": "autre"},
        {"changes": {"region": ["bretagne", None]}},
        {"changes": {"region": [None, "bretagne"], "autre": [None, None]}},
        {"request_id": ""},
    ],
)
def test_digest_differs_when_one_column_does(changed):
    assert digest_of(event(**changed)) != digest_of(event())


def test_digest_of_one_moment_is_one_whatever_the_time_zone():
    paris = event().at.astimezone(timezone(timedelta(hours=1)))
    assert digest_of(event(at=paris)) == digest_of(event())


def test_digest_ignores_the_order_of_keys():
    one, other = {"a": [1, 2], "b": [3, 4]}, {"b": [3, 4], "a": [1, 2]}
    assert digest_of(event(changes=one)) == digest_of(event(changes=other))


def test_digest_omits_what_is_absent_but_not_what_is_empty():
    event_of_nobody = event(actor_id=None)
    assert digest_of(event_of_nobody) != digest_of(event(actor_id=None, capacity=""))


def test_follow_binds_the_hash_to_its_place():
    first = follow(START, "a" * 64)
    assert first.position == 1
    assert first.hash == link_hash(previous=GENESIS, position=1, digest="a" * 64)
    elsewhere = follow(Head(7, GENESIS), "a" * 64)
    assert elsewhere.position == 8
    assert elsewhere.hash != first.hash


def test_head_is_written_as_the_command_reads_it():
    assert str(Head(12, "f" * 64)) == "12:" + "f" * 64


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    # PostgreSQL refuses the null character, and nothing encodes half a surrogate pair.
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcé"), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=VALUES, after=VALUES)
def test_digest_survives_the_way_through_the_database(db, before, after):
    (event,) = recorded(changes={"valeur": (before, after)})
    assert digest_of(Event.objects.get(pk=event.pk)) == event.digest
