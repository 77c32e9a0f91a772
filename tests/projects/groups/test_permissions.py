"""The doors of groups: what is hidden is told apart from what does not exist by nothing at all."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from projects.access.enums import Permission, Role
from projects.access.standing import standing_of
from projects.groups.permissions import capacity_in, demand, may, may_explain
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.groups import WorkingGroupFactory

pytestmark = pytest.mark.django_db

PAGES = ["", "membres/", "journal/", "acces/", "lectures-d-urgence/", "lecture-d-urgence/", "delegations/", "modifier/"]
RESOURCES = ["", "members/", "access/", "emergencies/", "invitations/"]


def answer(client, path):
    """Status, body without what changes from one request to the next, and what it cost."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers={"X-Request-ID": "00000000-0000-7000-8000-000000000000"})
    body = re.sub(rb'"csrf\w*-?token" (value|content)="\w+"', b"", response.content)
    return response.status_code, body.replace(path.encode(), b""), len(queries)


@pytest.fixture(params=["outsider", "member of another group", "expired", "superuser"])
def stranger(request):
    if request.param == "member of another group":
        return seat(Role.PILOT, WorkingGroupFactory())
    if request.param == "expired":
        return seat(Role.PILOT, WorkingGroupFactory(slug="fini"), starts_on="2024-01-01", ends_on="2024-12-31")
    return UserFactory(is_superuser=request.param == "superuser")


@pytest.mark.parametrize("end", PAGES)
def test_hidden_page_is_an_unknown_page(client, stranger, end):
    WorkingGroupFactory(slug="cache")
    client.force_login(stranger)
    client.get("/")
    standing_of(stranger)  # grants are brought up to the day
    hidden, unknown = answer(client, f"/groupes/cache/{end}"), answer(client, f"/groupes/aucun/{end}")
    assert hidden[0] == 404
    assert hidden == unknown


@pytest.mark.parametrize("end", RESOURCES)
def test_hidden_resource_is_an_unknown_resource(stranger, end):
    group, client = WorkingGroupFactory(slug="cache"), APIClient()
    client.force_login(stranger)
    client.get("/api/v1/me/")
    standing_of(stranger)
    unknown = answer(client, f"/api/v1/groups/aucun/{end}")
    assert unknown[0] == 404
    assert answer(client, f"/api/v1/groups/cache/{end}") == unknown
    nowhere = answer(client, f"/api/v1/groups/01980000-0000-7000-8000-000000000000/{end}")
    assert answer(client, f"/api/v1/groups/{group.pk}/{end}") == nowhere


def test_hidden_group_is_in_no_list_and_no_count(stranger):
    WorkingGroupFactory(slug="cache")
    client = APIClient()
    client.force_login(stranger)
    assert "cache" not in client.get("/api/v1/groups/").content.decode()
    assert client.get("/api/v1/groups/?search=cache").json()["count"] == 0


def test_visible_group_refuses_what_the_mandate_does_not_allow(client):
    group = WorkingGroupFactory(slug="div")
    client.force_login(seat(Role.OBSERVER, group))
    assert client.get("/groupes/div/membres/").status_code == 200
    response = client.get("/groupes/div/journal/")
    assert response.status_code == 403
    assert "Votre mandat ne vous permet pas" in response.content.decode()


@pytest.mark.parametrize("role", Role)
def test_service_demands_what_the_table_says(role):
    group = WorkingGroupFactory()
    person = seat(role, group)
    for permission in Permission:
        if may(person, permission, group):
            demand(person, permission, group)
        else:
            with pytest.raises(PermissionDenied):
                demand(person, permission, group)


def test_application_itself_is_asked_nothing():
    demand(None, Permission.MANAGE_GROUP, WorkingGroupFactory())
    assert capacity_in(None, WorkingGroupFactory(), Permission.SEE) == ""


def test_capacity_names_the_mandate_then_the_wider_role_then_the_loan():
    group = WorkingGroupFactory()
    pilot = seat(Role.PILOT, group)
    organisation = pilot.mandates.get().organisation
    assert capacity_in(pilot, group, Permission.APPROVE) == f"pilote, {organisation}"
    assert capacity_in(AdministratorFactory(), group, Permission.MANAGE_GROUP) == "administrateur"
    assert capacity_in(seat(Role.MEMBER, group), group, Permission.APPROVE) == "par délégation"


@pytest.mark.parametrize("role", Role)
def test_those_who_answer_for_rights_are_told_of_those_of_others(role):
    group = WorkingGroupFactory()
    assert may_explain(seat(role, group), group) is (role in {Role.PILOT, Role.CO_PILOT})
