"""What holds for every body and every list of errors, not only for those somebody thought of."""

import json

from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.request import Request

from filiere.api.handler import flat
from filiere.api.idempotency import fingerprint_of
from filiere.api.parsers import StrictJSON
from filiere.api.versioning import tags_in

WORDS = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(WORDS.filter(lambda text: "\x00" not in text), JSON, max_size=4)
ALWAYS_THE_SAME = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def storable(data) -> bool:
    return "\\u0000" not in json.dumps(data)


def asking(text: str) -> Request:
    request = RequestFactory().post("/", text.encode(), content_type="application/json")
    return Request(request, parsers=[StrictJSON()])


def reversed_keys(data):
    if isinstance(data, dict):
        return {name: reversed_keys(data[name]) for name in reversed(data)}
    return [reversed_keys(item) for item in data] if isinstance(data, list) else data


@ALWAYS_THE_SAME
@given(BODIES.filter(storable))
def test_layout_of_a_body_is_no_part_of_it(body):
    plain = json.dumps(body)
    other = json.dumps(reversed_keys(body), ensure_ascii=False, indent=3)
    assert fingerprint_of(asking(plain)) == fingerprint_of(asking(other))


@ALWAYS_THE_SAME
@given(BODIES.filter(storable), BODIES.filter(storable))
def test_different_bodies_are_told_apart(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint_of(asking(json.dumps(one))) == fingerprint_of(asking(json.dumps(other)))) is same


SENTENCES = st.lists(st.sampled_from(["Vide.", "Trop long."]), min_size=1, max_size=2)
NAMES = st.sampled_from(["name", "place", "members", "non_field_errors"])
ERRORS = st.recursive(
    SENTENCES,
    lambda inner: (
        st.dictionaries(NAMES, inner, min_size=1, max_size=3)
        | st.lists(st.dictionaries(NAMES, inner, max_size=2), min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def sentences(detail) -> int:
    if isinstance(detail, str):
        return 1
    return sum(map(sentences, detail.values() if isinstance(detail, dict) else detail))


@ALWAYS_THE_SAME
@given(ERRORS)
def test_no_sentence_is_lost_when_errors_are_flattened(detail):
    found = flat(detail)
    assert sum(len(said) for said in found.values()) == sentences(detail)
    assert all(isinstance(said, str) for texts in found.values() for said in texts)


TAGS = st.lists(st.tuples(st.booleans(), st.text("ab1.,W/", max_size=5)), min_size=1, max_size=4)


@ALWAYS_THE_SAME
@given(TAGS, st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_tags_written_are_the_tags_read(tags, comma):
    header = comma.join(f'{"W/" if weak else ""}"{value}"' for weak, value in tags)
    assert tags_in(header) == tags


@ALWAYS_THE_SAME
@given(st.text('ab"W/, \t\\é', max_size=12))
def test_no_header_breaks_the_reader(header):
    found = tags_in(header)
    assert found is None or all('"' not in value for _weak, value in found)
