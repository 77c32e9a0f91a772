import pytest

from accounts.models import Organisation
from filiere.api.resources import is_id
from filiere.ids import uuid7
from projects.models import Event
from tests.factories import OrganisationFactory
from tests.filiere.api.sample import HIDDEN
from tests.filiere.api.shapes import problem

BODY = {"name": "Nouvelle", "kind": "pme", "college": "industrie"}


@pytest.fixture
def row(db) -> Organisation:
    return OrganisationFactory(acronym="ANS", region="Sud")


@pytest.fixture
def address(sample, row) -> str:
    return f"{sample}{row.pk}/"


# --- Addresses ---


def test_object_answers_to_its_id_in_any_case(api, sample, row):
    for identifier in (str(row.pk), str(row.pk).upper()):
        assert api.get(f"{sample}{identifier}/").json()["id"] == str(row.pk)


def test_object_answers_to_its_name_where_it_has_one(api, sample, row):
    assert api.get(f"{sample}ANS/").json()["id"] == str(row.pk)
    problem(api.get(f"{sample}ans/"), 404, "introuvable")


@pytest.mark.parametrize(
    "identifier", ["0", "abc", "%00", "%F0%9F%98%80", "'", "0193f1a2-0000-7000-8000-00000000000", "x" * 5000]
)
def test_malformed_identifier_is_404(api, sample, identifier):
    problem(api.get(f"{sample}{identifier}/"), 404, "introuvable")


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_unknown_and_hidden_objects_look_alike(api, sample, method):
    hidden = OrganisationFactory(region=HIDDEN)
    answers = [
        problem(getattr(api, method)(f"{sample}{identifier}/", {}), 404, "introuvable")
        for identifier in (hidden.pk, uuid7())
    ]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert Organisation.objects.filter(pk=hidden.pk).exists()


def test_item_ignores_the_parameters_of_lists(api, address):
    assert api.get(address, {"search": "nothing", "college": "etat", "ordering": "name"}).status_code == 200


def test_address_without_its_slash_is_redirected_when_read(api, address):
    assert api.get(address.rstrip("/")).status_code == 301


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0193f1a2-0000-7000-8000-000000000000", True),
        ("0193F1A2-0000-7000-8000-000000000000", True),
        ("0193f1a2000070008000000000000000", False),
        ("{0193f1a2-0000-7000-8000-000000000000}", False),
        ("urn:uuid:0193f1a2-0000-7000-8000-000000000000", False),
        ("div", False),
        ("", False),
    ],
)
def test_is_id(text, expected):
    assert is_id(text) is expected


# --- Writing ---


def test_created_object_is_answered_with_its_address(api, sample):
    response = api.post(sample, BODY)
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver{sample}{response.json()['id']}/"
    assert api.get(response["Location"]).json() == response.json()


def test_created_object_that_hides_from_its_author_is_answered_still(api, sample):
    response = api.post(sample, {**BODY, "region": HIDDEN})
    assert (response.status_code, response.json()["region"]) == (201, HIDDEN)
    problem(api.get(response["Location"]), 404, "introuvable")


def test_patch_changes_what_was_sent_and_nothing_else(api, address, row):
    response = api.patch(address, {"name": "Autre"})
    assert (response.json()["name"], response.json()["region"]) == ("Autre", "Sud")
    event = Event.objects.get()
    assert (event.verb, str(event.actor_id)) == ("organisation.changed", str(api.get(address).wsgi_request.user.pk))


def test_put_is_not_offered(api, address):
    problem(api.put(address, BODY), 405, "methode")


def test_refused_patch_changes_nothing(api, address, row):
    problem(api.patch(address, {"name": "Autre", "college": "fusée"}), 400, "validation")
    row.refresh_from_db()
    assert row.name != "Autre"
    assert not Event.objects.exists()


def test_read_only_field_is_refused_not_ignored(api, address):
    content = problem(api.patch(address, {"id": str(uuid7())}), 400, "validation")
    assert list(content["errors"]) == ["id"]


def test_removed_object_is_gone(api, address):
    response = api.delete(address)
    assert (response.status_code, response.content) == (204, b"")
    problem(api.get(address), 404, "introuvable")


def test_writes_are_kept_by_no_cache(api, sample, address):
    for response in (api.post(sample, BODY), api.patch(address, {}), api.get(sample)):
        assert response["Cache-Control"] == "no-store"


# --- Actions ---


def test_action_asks_its_own_permission(api, administrator_api, address):
    problem(api.post(f"{address}close/", {"reason": "Nord"}), 403, "interdit")
    response = administrator_api.post(f"{address}close/", {"reason": "Nord"})
    assert (response.status_code, response.json()["region"]) == (200, "Nord")
    assert response["ETag"] == administrator_api.get(address)["ETag"]


@pytest.mark.parametrize(("body", "wrong"), [({}, "reason"), ({"reason": "x", "name": "y"}, "name")])
def test_action_checks_its_own_body(administrator_api, address, body, wrong):
    assert list(problem(administrator_api.post(f"{address}close/", body), 400, "validation")["errors"]) == [wrong]


def test_action_without_declared_body_takes_none(api, address):
    assert api.post(f"{address}touch/").status_code == 200
    assert api.post(f"{address}touch/", {}).status_code == 200
    assert list(problem(api.post(f"{address}touch/", {"name": "x"}), 400, "validation")["errors"]) == ["name"]


def test_action_on_what_is_hidden_is_404(administrator_api, sample):
    hidden = OrganisationFactory(region=HIDDEN)
    problem(administrator_api.post(f"{sample}{hidden.pk}/close/", {"reason": "x"}), 404, "introuvable")


# --- Visitors ---


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete", "put", "options"])
def test_visitor_learns_nothing_but_401(visitor, address, method):
    problem(getattr(visitor, method)(address, {}), 401, "authentification")


def test_open_view_serves_visitors(visitor, sample):
    assert visitor.get("/api/v1/open/").status_code == 200


def test_request_without_key_is_wrapped_in_no_transaction(visitor, sample):
    # The test's own transaction stands; the frame adds none.
    from django.db import connection

    before = len(connection.savepoint_ids)
    visitor.get("/api/v1/open/")
    assert len(connection.savepoint_ids) == before
