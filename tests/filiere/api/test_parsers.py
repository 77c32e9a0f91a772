import io
import json

import pytest
from rest_framework.exceptions import APIException

from filiere.api.parsers import StrictJSON
from filiere.api.problems import UNREADABLE, Problem
from tests.filiere.api.shapes import problem


def parse(body: bytes):
    return StrictJSON().parse(io.BytesIO(body))


def test_ordinary_json_is_read():
    body = {"nom": "Œuvre – été", "n": [1, 2.5, -3, True, None], "in": {"deep": ["\n\t"]}}
    assert parse(json.dumps(body).encode()) == body
    assert parse(json.dumps(body, ensure_ascii=False).encode()) == body


def test_escaped_backslash_is_not_an_escape():
    assert parse(rb'{"path": "C:\\u0000"}') == {"path": "C:\\u0000"}


def test_pair_of_escapes_is_one_character():
    assert parse(rb'["\ud83d\ude00"]') == ["😀"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "ligne 1, colonne 2"),
        (b"", "ligne 1, colonne 1"),
        (b'{"a": NaN}', "NaN n’est pas un nombre"),
        (b"[Infinity]", "Infinity n’est pas un nombre"),
        (b"[-1e999]", "-1e999 n’est pas un nombre"),
        (b'{"a": 1, "b": 2, "a": 3}', "«\u00a0a\u00a0» y figure deux fois"),
        (b'{"a": {"b": 1, "b": 1}}', "«\u00a0b\u00a0» y figure deux fois"),
        (rb'{"a": "\ud800"}', "UTF-8"),
        (rb'{"\ud800": 1}', "UTF-8"),
        (rb'{"a": ["x\u0000y"]}', "caractère nul"),
        ("é".encode("latin-1"), "UTF-8"),
        (b"[" * 100_000, "imbriqué"),
        (b"1" * 5000, "refusé"),
    ],
)
def test_what_no_column_stores_is_refused_with_its_reason(body, says):
    with pytest.raises(Problem) as caught:
        parse(body)
    assert caught.value.kind is UNREADABLE
    assert says in str(caught.value.detail)


def test_refused_body_reaches_the_sender_as_a_problem(api, sample):
    response = api.generic("POST", sample, rb'{"\ud800": 1, "\ud800": 2}', content_type="application/json")
    problem(response, 400, "requete-illisible")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "1"])
def test_body_that_is_no_object_is_refused(api, sample, body):
    content = problem(api.generic("POST", sample, body, content_type="application/json"), 400, "validation")
    assert content["errors"] == {"non_field_errors": ["Un objet JSON est attendu."]}


def test_charset_that_would_unpack_a_bomb_is_not_used(api, sample):
    response = api.generic("POST", sample, b"x", content_type="application/json; charset=bz2_codec")
    problem(response, 400, "requete-illisible")


def test_problem_is_no_api_exception():
    # DRF would answer those in its own words.
    assert not issubclass(Problem, APIException)
