import json

import pytest
import structlog

from filiere.api.problems import BUSY, KINDS, NOT_FOUND, REFUSED, document, plain


def test_codes_are_unique_and_titles_distinct():
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert len({str(kind.title) for kind in KINDS}) == len(KINDS)


def test_document_holds_what_rfc_9457_asks_and_ours():
    structlog.contextvars.bind_contextvars(request_id="01-request")
    response = document(REFUSED, "Non.", errors={"name": ["Vide."]}, code="clos", headers={"Retry-After": "3"})
    assert response.status_code == 409
    assert response["Retry-After"] == "3"
    assert json.loads(response.content) == {
        "type": "urn:filiere:probleme:refus",
        "title": "Action refusée",
        "status": 409,
        "detail": "Non.",
        "errors": {"name": ["Vide."]},
        "request_id": "01-request",
        "code": "clos",
    }


def test_document_is_readable_text_not_escapes():
    assert "Momentanément" in document(BUSY).content.decode()


def test_document_survives_half_a_character_of_what_was_sent():
    assert json.loads(document(NOT_FOUND, "\ud800").content)["detail"] == "?"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "requete-illisible"),
        (401, "authentification"),
        (403, "interdit"),
        (404, "introuvable"),
        (405, "methode"),
        (413, "trop-grand"),
        (429, "trop-de-demandes"),
        (500, "erreur-interne"),
        (503, "indisponible"),
    ],
)
def test_plain_problem_of_each_status(status, code):
    response = plain(status)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["type"].endswith(f":{code}")


@pytest.mark.parametrize(("status", "code"), [(418, "requete-illisible"), (502, "erreur-interne")])
def test_plain_problem_of_another_status_keeps_it(status, code):
    response = plain(status, "Titre", "Détail")
    content = json.loads(response.content)
    assert response.status_code == status == content["status"]
    assert (content["title"], content["detail"]) == ("Titre", "Détail")
    assert content["type"].endswith(code)
