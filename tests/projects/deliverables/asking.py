"""How tests ask the API of deliverables."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects.access.enums import Role
from projects.deliverables.approvals import services as approvals
from projects.models import Deliverable
from tests.factories.deliverables import a_version

DELIVERABLES = "/api/v1/deliverables/"
WRITERS = {Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR}


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


def at(deliverable, rest=""):
    return f"{DELIVERABLES}{deliverable.pk}/{rest}"


def titles(response):
    assert response.status_code == 200, response.json()
    return [each["title"] for each in response.json()["results"]]


def a_draft(deliverable, content=b"Brouillon.", author=None):
    """By nobody in particular, whatever happened to the deliverable in between."""
    return a_version(Deliverable.objects.get(pk=deliverable.pk), content, author=author)


def approved(deliverable, people, content=b"Texte valable."):
    """Deposited by a member, submitted, approved by its pilot."""
    version = a_draft(deliverable, content)
    approvals.submit(version=version, by=people["membre"])
    approvals.approve(version=version, sha256=version.sha256, by=people["pilote"])
    deliverable.refresh_from_db()
    version.refresh_from_db()
    return version


def cost_of(api, address):
    api.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = api.get(address, {"page_size": 200})
    assert response.status_code == 200
    return len(queries), response.json()["count"]


def whole(**fields):
    return {"group": "antibioresistance", "title": "Livre blanc", **fields}
