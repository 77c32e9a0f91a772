import pytest
from django.db import DataError, IntegrityError, OperationalError
from rest_framework import exceptions as drf

from filiere.api.handler import flat, handler
from filiere.versions import Stale
from tests.factories import OrganisationFactory
from tests.filiere.api.shapes import problem


def test_service_errors_are_told_by_field_and_in_general(api, sample):
    content = problem(api.get("/api/v1/raises/field/"), 400, "validation")
    assert content["errors"] == {"name": ["Trop court.", "Trop banal."], "non_field_errors": ["Incohérent."]}
    assert content["detail"] == "Incohérent."


def test_sentence_without_field_is_a_non_field_error(api, sample):
    content = problem(api.get("/api/v1/raises/sentence/"), 400, "validation")
    assert content["errors"] == {"non_field_errors": ["Les dates se croisent."]}
    assert content["detail"] == "Les dates se croisent."


def test_refusal_is_a_conflict_with_its_sentence_and_code(api, sample):
    content = problem(api.get("/api/v1/raises/refused/"), 409, "refus")
    assert (content["detail"], content["code"]) == ("La réunion est close.", "close")


@pytest.mark.parametrize(
    ("what", "detail"),
    [("forbidden", "Seul le pilote approuve."), ("silent", "Vous n’avez pas le droit de faire cela.")],
)
def test_missing_right_is_forbidden(api, sample, what, detail):
    assert problem(api.get(f"/api/v1/raises/{what}/"), 403, "interdit")["detail"] == detail


def test_hidden_vanished_and_unknown_look_alike(api, sample):
    seen = [
        problem(api.get(address), 404, "introuvable")
        for address in ("/api/v1/raises/hidden/", "/api/v1/raises/vanished/", f"{sample}nothing/")
    ]
    for content in seen:
        content.pop("request_id")
    assert seen[0] == seen[1] == seen[2]
    assert "secret-name" not in str(seen)


def test_suspicious_request_is_unreadable_and_keeps_its_reason_to_itself(api, sample):
    content = problem(api.get("/api/v1/raises/suspicious/"), 400, "requete-illisible")
    assert "passwd" not in str(content)


def test_too_large_body_is_413(api, sample):
    problem(api.get("/api/v1/raises/too-big/"), 413, "trop-grand")


def test_really_too_large_body_is_413(api, sample, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(api.post(sample, {"name": "x" * 200}), 413, "trop-grand")


def test_defect_is_a_500_without_its_reason(api, sample):
    api.raise_request_exception = False
    content = problem(api.get("/api/v1/raises/defect/"), 500, "erreur-interne")
    assert "secret-name" not in str(content)


def test_defect_is_left_to_django_which_logs_it():
    assert handler(RuntimeError(), {}) is None


def test_unknown_address_under_the_api_is_a_problem(api, sample):
    problem(api.get("/api/v1/nowhere/"), 404, "introuvable")


def test_unknown_host_under_the_api_is_a_problem(api, sample):
    problem(api.get(sample, headers={"Host": "evil.example"}), 400, "requete-illisible")


def test_nobody_signed_in_is_401_and_says_how(visitor, sample):
    response = visitor.get(sample)
    problem(response, 401, "authentification")
    assert response["WWW-Authenticate"] == "Token"


def test_unsupported_method_names_the_others(api, sample):
    response = api.put(sample, {})
    assert "POST" in problem(response, 405, "methode")["detail"]
    assert response["Allow"] == "GET, HEAD, POST"


def test_options_is_not_served(api, sample):
    problem(api.options(sample), 405, "methode")


def test_post_on_a_view_without_post_does_not_claim_to_exist(api, sample):
    response = api.post("/api/v1/raises/field/", {}, headers={"Idempotency-Key": "k"})
    problem(response, 405, "methode")
    assert response["Allow"] == "GET, HEAD"


def test_other_format_is_not_acceptable(api, sample):
    problem(api.get(sample, headers={"Accept": "text/html"}), 406, "format-refuse")


def test_other_content_type_is_unsupported(api, sample):
    response = api.generic("POST", sample, "name=x", content_type="application/x-www-form-urlencoded")
    assert "application/json" in problem(response, 415, "type-non-pris-en-charge")["detail"]


def test_throttled_person_is_told_when_to_come_back():
    response = handler(drf.Throttled(wait=12.2), {})
    content = problem(response, 429, "trop-de-demandes")
    assert response["Retry-After"] == "13"
    assert "13 secondes" in content["detail"]


def test_throttled_without_delay_waits_a_second():
    assert handler(drf.Throttled(), {})["Retry-After"] == "1"


def test_stale_outside_a_resource_shows_no_current_version(person):
    content = problem(handler(Stale(OrganisationFactory()), {"view": object()}), 412, "version-perimee")
    assert content["current"] is None


class Postgres(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


class Sqlite(Exception):
    def __init__(self, name: str) -> None:
        self.sqlite_errorname = name


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("cause", [Postgres("23505"), Sqlite("SQLITE_CONSTRAINT_UNIQUE")])
def test_two_writers_of_one_value_is_a_conflict(cause):
    problem(handler(caused(IntegrityError(), cause), {}), 409, "doublon")


@pytest.mark.parametrize("cause", [Postgres("55P03"), Postgres("40P01"), Sqlite("SQLITE_BUSY")])
def test_busy_database_asks_for_patience(cause):
    response = handler(caused(OperationalError(), cause), {})
    problem(response, 503, "indisponible")
    assert response["Retry-After"] == "2"


@pytest.mark.parametrize("cause", [Postgres("23502"), Sqlite("SQLITE_CONSTRAINT_NOTNULL")])
def test_broken_constraint_is_a_defect(cause):
    assert handler(caused(IntegrityError(), cause), {}) is None


def test_value_the_database_does_not_take_is_the_senders_but_logged(caplog):
    problem(handler(DataError("numeric field overflow"), {}), 400, "validation")
    assert "a value reached the database" in caplog.text


def test_real_duplicate_is_recognised(person):
    from accounts.models import User

    with pytest.raises(IntegrityError) as caught:
        User.objects.create(email=person.email)
    assert handler(caught.value, {}).status_code == 409


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        (["Non."], {"non_field_errors": ["Non."]}),
        ({"name": ["Vide."]}, {"name": ["Vide."]}),
        ({"members": [{}, {"role": ["Inconnu."]}]}, {"members.1.role": ["Inconnu."]}),
        ({"place": {"city": {"name": ["Vide."]}}}, {"place.city.name": ["Vide."]}),
        ({"place": {"non_field_errors": ["Où ?"]}}, {"place": ["Où ?"]}),
        ({"name": "Vide."}, {"name": ["Vide."]}),
        ([{"name": ["Vide."]}, {}], {"0.name": ["Vide."]}),
        ({}, {}),
        ({"list": []}, {}),
    ],
)
def test_flat_errors(detail, errors):
    assert flat(detail) == errors
