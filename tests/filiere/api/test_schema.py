import json
import re

import pytest
from django.core.management import call_command
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from filiere.api import schema
from filiere.api.problems import KINDS


@pytest.fixture(autouse=True)
def _fresh():
    schema._document.cache_clear()
    yield
    schema._document.cache_clear()


@pytest.fixture
def document(sample) -> dict:
    return schema.document()


def refs(node) -> set[str]:
    if isinstance(node, dict):
        return {node["$ref"]} if "$ref" in node else set().union(*map(refs, node.values()), set())
    return set().union(*map(refs, node)) if isinstance(node, list) else set()


def generated(urlconf: str) -> dict:
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr(GENERATOR_STATS, "emit", lambda message, severity: said.append(message))
        made = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)
    assert said == []
    validate_schema(made)
    return made


@pytest.mark.parametrize("urlconf", ["filiere.urls", "tests.filiere.api.sample"])
def test_document_is_valid_and_generated_without_any_warning(urlconf):
    made = generated(urlconf)
    assert made["paths"]
    assert "x-spec-enum-id" not in json.dumps(made)


def test_command_of_the_tool_agrees(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
    assert "me/tokens" in (tmp_path / "schema.yaml").read_text()


@pytest.mark.parametrize("urlconf", ["filiere.urls", "tests.filiere.api.sample"])
def test_every_reference_leads_somewhere(urlconf):
    made = generated(urlconf)
    for ref in refs(made):
        _hash, *steps = ref.split("/")
        node = made
        for step in steps:
            node = node[step]
        assert node


@pytest.mark.parametrize("urlconf", ["filiere.urls", "tests.filiere.api.sample"])
def test_every_operation_has_words_security_and_the_common_refusals(urlconf):
    for path, operations in generated(urlconf)["paths"].items():
        assert path.startswith("/api/v1/")
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert {"token": []} in operation["security"], where
            assert {"session": []} in operation["security"], where
            assert {"401", "403", "404", "406", "429"} <= set(operation["responses"]), where
            if method == "post":
                assert "#/components/parameters/IdempotencyKey" in refs(operation["parameters"]), where


def test_problem_describes_what_is_really_sent(document):
    shape = document["components"]["schemas"]["Problem"]
    assert set(shape["required"]) == {"type", "title", "status", "detail", "errors", "request_id"}
    assert set(shape["properties"]["type"]["enum"]) == {kind.type for kind in KINDS}
    for response in document["components"]["responses"].values():
        for media, content in response.get("content", {}).items():
            assert media == "application/problem+json"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_list_is_described_with_pages_filters_search_and_order(document):
    operation = document["paths"]["/api/v1/organisations/"]["get"]
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert set(parameters) == {"college", "kind", "merged_into", "ordering", "page", "page_size", "search"}
    assert parameters["merged_into"]["schema"] == {"type": "string", "format": "uuid"}
    assert "-region" in parameters["ordering"]["schema"]["items"]["enum"]
    page = document["components"]["schemas"]["PaginatedOrganisationList"]
    assert page["required"] == ["count", "next", "previous", "results"]
    assert "400" in operation["responses"]
    assert "ETag" not in operation["responses"]["200"].get("headers", {})


def test_item_is_described_with_its_tag(document):
    operation = document["paths"]["/api/v1/organisations/{id}/"]["get"]
    assert "ETag" in operation["responses"]["200"]["headers"]
    assert operation["responses"]["304"] == {"$ref": "#/components/responses/NotModified"}
    assert "#/components/parameters/IfNoneMatch" in refs(operation["parameters"])
    assert "409" not in operation["responses"]


def test_reading_action_promises_no_tag(document):
    operation = document["paths"]["/api/v1/organisations/reasons/"]["get"]
    assert operation["summary"] == "Motifs courants"
    assert "ETag" not in operation["responses"]["200"].get("headers", {})
    assert "304" not in operation["responses"]


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_write_is_described_with_its_condition(document, method):
    operation = document["paths"]["/api/v1/organisations/{id}/"][method]
    assert "#/components/parameters/IfMatch" in refs(operation["parameters"])
    assert {"409", "412"} <= set(operation["responses"])


def test_bodies_are_those_the_feature_declared(document):
    paths = document["paths"]
    assert refs(paths["/api/v1/organisations/"]["post"]["requestBody"]) == {
        "#/components/schemas/OrganisationInputRequest"
    }
    assert refs(paths["/api/v1/organisations/{id}/"]["patch"]["requestBody"]) == {
        "#/components/schemas/PatchedOrganisationInputRequest"
    }
    close = paths["/api/v1/organisations/{id}/close/"]["post"]
    assert refs(close["requestBody"]) == {"#/components/schemas/ReasonRequest"}
    assert refs(close["responses"]["200"]["content"]) == {"#/components/schemas/Organisation"}
    assert "requestBody" not in paths["/api/v1/organisations/{id}/touch/"]["post"]


def test_creation_is_described_with_its_address(document):
    operation = document["paths"]["/api/v1/organisations/"]["post"]
    assert set(operation["responses"]["201"]["headers"]) == {"ETag", "Location", "Idempotent-Replayed"}
    assert {"400", "409", "413", "415"} <= set(operation["responses"])


def test_words_come_from_what_the_feature_wrote(document):
    paths = document["paths"]
    create = paths["/api/v1/organisations/"]["post"]
    assert (create["summary"], create["description"]) == ("Créer", "Le nom devient un premier alias.")
    close = paths["/api/v1/organisations/{id}/close/"]["post"]
    assert (close["summary"], close["description"]) == ("Fermer", "L’organisation ne reçoit plus de mandat.")
    # The frame's own docstrings are for engineers.
    assert "description" not in paths["/api/v1/organisations/{id}/"]["patch"]
    assert {"name": "organisations", "description": "Organisations de la filière."} in document["tags"]


def test_clock_time_promises_no_offset(settings):
    settings.ROOT_URLCONF = "filiere.urls"
    quiet = schema.document()["components"]["schemas"]["Me"]["properties"]["quiet_from"]
    assert (quiet["format"], quiet["nullable"]) == ("partial-time", True)
    assert re.match(quiet["pattern"], "22:30:00")
    assert not re.match(quiet["pattern"], "25:00")


def test_choice_that_may_be_left_out_says_so(document):
    properties = document["components"]["schemas"]["Organisation"]["properties"]
    assert "" in properties["region"]["enum"]
    assert "" not in properties["college"]["enum"]


def test_object_with_a_name_is_described_as_such(document):
    (identifier,) = [
        parameter
        for parameter in document["paths"]["/api/v1/organisations/{id}/"]["get"]["parameters"]
        if parameter.get("in") == "path"
    ]
    assert identifier["schema"] == {"type": "string"}
    assert identifier["description"] == "Identifiant, ou nom court."


def test_schemes_say_how_to_sign(document):
    schemes = document["components"]["securitySchemes"]
    assert (schemes["token"]["in"], schemes["token"]["name"]) == ("header", "Authorization")
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "sessionid")


def test_document_is_built_once_for_each_set_of_addresses(settings):
    settings.ROOT_URLCONF = "filiere.urls"
    real = schema.document()
    assert schema.document() is real
    settings.ROOT_URLCONF = "tests.filiere.api.sample"
    assert schema.document()["paths"].keys() != real["paths"].keys()
