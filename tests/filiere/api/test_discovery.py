import json

import pytest
import yaml

from tests.filiere.api.shapes import problem


def test_root_names_every_collection(api, sample, settings):
    settings.ROOT_URLCONF = "filiere.urls"
    content = api.get("/api/v1/").json()
    assert content["me/tokens"] == "http://testserver/api/v1/me/tokens/"
    assert content["me"] == "http://testserver/api/v1/me/"
    for address in content.values():
        assert api.get(address).status_code in {200, 403}


@pytest.mark.parametrize(
    ("options", "media", "read"),
    [
        ({}, "application/json", json.loads),
        ({"headers": {"Accept": "*/*"}}, "application/json", json.loads),
        ({"headers": {"Accept": "application/vnd.oai.openapi+json"}}, "application/vnd.oai.openapi+json", json.loads),
        ({"headers": {"Accept": "application/yaml"}}, "application/yaml", yaml.safe_load),
        ({"headers": {"Accept": "application/vnd.oai.openapi"}}, "application/vnd.oai.openapi", yaml.safe_load),
        ({"query_params": {"format": "json"}}, "application/json", json.loads),
        ({"query_params": {"format": "yaml"}}, "application/vnd.oai.openapi", yaml.safe_load),
    ],
)
def test_document_is_served_as_json_or_yaml(api, options, media, read):
    response = api.get("/api/v1/schema/", **options)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(media)
    assert read(response.content)["openapi"].startswith("3.")


def test_other_formats_are_refused(api):
    problem(api.get("/api/v1/schema/", headers={"Accept": "text/html"}), 406, "format-refuse")
    problem(api.get("/api/v1/schema/", {"format": "xml"}), 404, "introuvable")


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/schema/"])
def test_visitor_is_refused(visitor, address):
    problem(visitor.get(address), 401, "authentification")


def test_refusal_of_the_document_is_a_problem_even_for_who_asked_for_yaml(visitor):
    response = visitor.get("/api/v1/schema/", headers={"Accept": "application/yaml"})
    problem(response, 401, "authentification")


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/schema/"])
def test_only_reading_is_offered(api, address):
    problem(api.post(address, {}), 405, "methode")
