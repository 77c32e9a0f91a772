import pytest

from filiere.api import reference, schema
from filiere.api.reference import Field, Operation, Section


@pytest.fixture
def section(sample) -> Section:
    schema._document.cache_clear()
    (found,) = reference.sections()
    yield found
    schema._document.cache_clear()


@pytest.fixture
def operation(section):
    return lambda identifier: next(found for found in section.operations if found.id == identifier)


def named(fields: list[Field], name: str) -> Field:
    return next(field for field in fields if field.name == name)


def test_section_gathers_the_operations_of_one_address(section):
    assert (section.name, section.description) == ("organisations", "Organisations de la filière.")
    assert [(found.method, found.title) for found in section.operations] == [
        ("GET", "Lister"),
        ("POST", "Créer"),
        ("GET", "Lire"),
        ("PATCH", "Modifier"),
        ("DELETE", "Supprimer"),
        ("POST", "Fermer"),
        ("POST", "Rafraîchir"),
        ("GET", "Motifs courants"),
    ]


def test_body_tells_type_demand_and_choices(operation):
    body = operation("organisations_create").body
    assert named(body, "name").required
    assert "caractères au plus" in named(body, "name").type
    assert "industrie" in named(body, "college").choices
    assert not named(body, "acronym").required


def test_partial_body_demands_nothing(operation):
    assert not any(field.required for field in operation("organisations_partial_update").body)


def test_answer_tells_what_may_be_missing(operation):
    answer = operation("organisations_retrieve").answer
    assert named(answer, "id").type == "identifiant (UUID)"
    assert named(answer, "merged_into").type == "identifiant (UUID), ou rien"


def test_list_answer_is_told_down_to_its_items(operation):
    answer = operation("organisations_list").answer
    assert named(answer, "count").type == "nombre entier"
    assert named(answer, "results").type == "liste\u00a0: objet"
    assert named(answer, "results[].name")


def test_parameters_in_the_address_and_headers_are_told(operation):
    found = operation("organisations_close_create")
    assert [field.name for field in found.parameters] == ["id", "Idempotency-Key", "If-Match"]
    assert named(found.parameters, "id").required
    assert not named(found.parameters, "If-Match").required
    ordering = named(operation("organisations_list").parameters, "ordering")
    assert "-name" in ordering.choices


def test_refusals_are_told_but_not_successes(operation):
    statuses = [refusal.status for refusal in operation("organisations_create").refusals]
    assert {"400", "401", "409", "429"} <= set(statuses)
    assert "201" not in statuses
    assert operation("organisations_create").success == "201"
    assert operation("organisations_destroy").success == "204"


def test_example_can_be_pasted(operation):
    curl = operation("organisations_create").curl
    assert curl.startswith("curl -X POST http://localhost/api/v1/organisations/ \\\n")
    assert '-H "Authorization: Token $JETON"' in curl
    assert '-H "Idempotency-Key: $(uuidgen)"' in curl
    assert '"college": "etat"' in curl
    assert operation("organisations_list").curl.startswith("curl http://localhost/")
    assert "-d" not in operation("organisations_touch_create").curl


def read(document: dict, operation: dict) -> Operation:
    return reference._Reader(document).operation("/x/", "post", {"operationId": "x", "responses": {}, **operation})


def body(media: str, shape: dict) -> dict:
    return {"requestBody": {"content": {media: {"schema": shape}}}}


def test_file_is_sent_as_a_form():
    shape = {"properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}}}
    found = read({}, body("multipart/form-data", shape))
    assert found.curl.endswith('-F file=@document.pdf \\\n  -F note="…"')
    assert named(found.body, "file").type == "fichier"


def test_reference_with_its_own_description_keeps_it():
    document = {"components": {"schemas": {"Place": {"type": "object", "properties": {"city": {"type": "string"}}}}}}
    place = {"allOf": [{"$ref": "#/components/schemas/Place"}], "description": "Où."}
    fields = read(document, body("application/json", {"properties": {"place": place}, "required": ["place"]})).body
    assert [field.name for field in fields] == ["place", "place.city"]
    assert (fields[0].description, fields[0].required, fields[1].required) == ("Où.", True, False)


def test_shape_that_holds_itself_is_told_to_a_bounded_depth():
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}}}
    document = {"components": {"schemas": {"Node": node}}}
    found = read(document, body("application/json", {"$ref": "#/components/schemas/Node"}))
    assert [field.name for field in found.body] == ["child", "child.child", "child.child.child"]


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ({"type": "string"}, "texte"),
        ({"type": "string", "maxLength": 5}, "texte, 5 caractères au plus"),
        ({"type": "string", "format": "date", "nullable": True}, "date, ou rien"),
        ({"type": "array", "items": {"type": "integer"}}, "liste\u00a0: nombre entier"),
        ({"type": "string", "format": "byte"}, "texte"),
        ({}, "valeur"),
    ],
)
def test_types_are_told_in_words(shape, text):
    assert reference._Reader({}).type_of(shape) == text
