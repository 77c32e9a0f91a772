from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.roles import permissions_of
from projects.groups.services import archive_group, change_group
from projects.models import Event, WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db

GROUPS = "/api/v1/groups/"


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie médicale", cadence="2 fois par an")


@pytest.fixture
def api():
    return api_of(UserFactory(is_delegate=True))


def seated(group, role=Role.MEMBER, **fields):
    return MembershipFactory(group=group, role=role, **fields).person


def found(response):
    assert response.status_code == 200, response.json()
    return [each["slug"] for each in response.json()["results"]]


# --- Reading ---


def test_visitors_get_nothing(group):
    for address in (GROUPS, f"{GROUPS}imagerie/"):
        problem(api_of().get(address), 401, "authentification")


def test_group_is_told_whole_by_its_id_and_by_its_address(group):
    mandate = MembershipFactory(group=group, organisation__college="etat")
    project = ProjectFactory()
    group.projects.add(project)
    api = api_of(mandate.person)
    document = api.get(f"{GROUPS}imagerie/").json()
    assert document == api.get(f"{GROUPS}{group.pk}/").json()
    document.pop("changed_at")
    held = permissions_of(Role.MEMBER, college="etat", in_bureau=False, archived=False)
    assert set(document.pop("permissions")) == {permission.value for permission in held}
    assert document == {
        "id": str(group.pk),
        "contract": str(group.contract_id),
        "slug": "imagerie",
        "name": "Imagerie médicale",
        "kind": "gt",
        "parent": None,
        "projects": [str(project.pk)],
        "presentation": "",
        "cadence": "2 fois par an",
        "approval_rule": "un",
        "default_confidentiality": "groupe",
        "archived_at": None,
    }


@pytest.mark.parametrize("role", Role)
def test_members_find_their_groups_and_no_other(group, role):
    WorkingGroupFactory()
    assert found(api_of(seated(group, role)).get(GROUPS)) == ["imagerie"]


@pytest.mark.parametrize("rights", [{"is_delegate": True}, {"is_staff": True}])
def test_coordinators_find_every_group(group, rights):
    WorkingGroupFactory(slug="autre", name="Autre")
    assert found(api_of(UserFactory(**rights)).get(GROUPS)) == ["autre", "imagerie"]


@pytest.mark.parametrize(
    "sits",
    [
        lambda group: UserFactory(),
        lambda group: UserFactory(is_superuser=True),
        lambda group: seated(WorkingGroupFactory(), Role.PILOT),
        lambda group: seated(group, Role.PILOT, ends_on=today() - timedelta(days=1)),
        lambda group: seated(group, Role.PILOT, starts_on=today() + timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("method", ["get", "patch", "archive", "reopen"])
def test_group_does_not_exist_for_who_does_not_sit_there(group, sits, method):
    api = api_of(sits(group))
    assert "imagerie" not in found(api.get(GROUPS))

    def asked(slug):
        if method in {"archive", "reopen"}:
            return api.post(f"{GROUPS}{slug}/{method}/")
        return getattr(api, method)(f"{GROUPS}{slug}/", {"name": "X"} if method == "patch" else None)

    hidden, unknown = problem(asked("imagerie"), 404, "introuvable"), problem(asked("inconnu"), 404, "introuvable")
    assert {**hidden, "request_id": ""} == {**unknown, "request_id": ""}


def test_parent_that_is_hidden_is_not_told(group, api):
    parent = WorkingGroupFactory(slug="copil")
    change_group(group=group, by=None, parent=parent)
    assert api.get(f"{GROUPS}imagerie/").json()["parent"] == str(parent.pk)
    assert found(api.get(GROUPS, {"parent": parent.pk})) == ["imagerie"]
    member = api_of(seated(group))
    assert member.get(f"{GROUPS}imagerie/").json()["parent"] is None
    assert found(member.get(GROUPS, {"parent": parent.pk})) == []


def test_filters_search_and_order(group, api):
    project = ProjectFactory()
    group.projects.add(project)
    steering = WorkingGroupFactory(slug="copil", name="Élan commun", kind="copil")
    archive_group(group=steering, by=None)
    for parameters, expected in (
        ({"kind": "copil"}, ["copil"]),
        ({"archived": "true"}, ["copil"]),
        ({"archived": "false"}, ["imagerie"]),
        ({"project": project.pk}, ["imagerie"]),
        ({"axis": project.axis_id}, ["imagerie"]),
        ({"contract": group.contract_id}, ["copil", "imagerie"]),
        ({"search": "elan"}, ["copil"]),
        ({"search": "medicale imagerie"}, ["imagerie"]),
        ({"ordering": "-name"}, ["imagerie", "copil"]),
    ):
        assert found(api.get(GROUPS, parameters)) == expected, parameters


@pytest.mark.parametrize("parameters", [{"kind": "club"}, {"project": "x"}, {"archived": "?"}, {"nonsense": "1"}])
def test_parameter_that_makes_no_sense_is_named(api, parameters):
    response = api.get(GROUPS, parameters)
    if "archived" not in parameters:  # a boolean that says nothing filters nothing
        assert list(problem(response, 400, "validation")["errors"]) == list(parameters)


def test_list_costs_the_same_for_one_group_and_for_thirty(django_assert_max_num_queries):
    person = UserFactory()
    api = api_of(person)
    costs = []
    for number in (1, 30):
        for _ in range(number):
            MembershipFactory(person=person).group.projects.add(ProjectFactory())
        api.get(GROUPS)
        with CaptureQueriesContext(connection) as queries:
            assert api.get(GROUPS).json()["count"] >= number
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 12


# --- Creating ---


def whole(**fields):
    return {"contract": str(ContractFactory().pk), "name": "Décarbonation", **fields}


def test_coordinator_creates_a_group(api):
    contract = ContractFactory()
    project = ProjectFactory(contract=contract, axis__contract=contract)
    response = api.post(GROUPS, whole(kind="comite", projects=[str(project.pk)], cadence="mensuel"))
    assert response.status_code == 201, response.json()
    document = response.json()
    assert (document["slug"], document["kind"], document["projects"]) == ("decarbonation", "comite", [str(project.pk)])
    assert response["Location"].endswith(f"{GROUPS}{document['id']}/")
    assert Event.objects.get(verb="group.created").object_id == document["id"]


@pytest.mark.parametrize("role", [*Role, None])
def test_creating_belongs_to_coordinators(group, role):
    person = seated(group, role) if role else UserFactory()
    problem(api_of(person).post(GROUPS, whole()), 403, "interdit")
    assert WorkingGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"slug": "nouveau"}, "slug"),
        ({"slug": "imagerie"}, "slug"),
        ({"slug": "à la mode"}, "slug"),
        ({"kind": "club"}, "kind"),
        ({"parent": "0193b0a0-0000-7000-8000-000000000000"}, "parent"),
        ({"projects": ["x"]}, "projects"),
        ({"contract": None}, "contract"),
        ({"archived_at": "2024-01-01"}, "archived_at"),
        ({"presentation": "a" * 5001}, "presentation"),
        ({"inconnu": 1}, "inconnu"),
    ],
)
def test_refused_group_names_the_field_at_fault(api, group, fields, at_fault):
    document = problem(api.post(GROUPS, whole(**fields), format="json"), 400, "validation")
    assert [name.partition(".")[0] for name in document["errors"]] == [at_fault]
    assert WorkingGroup.objects.get() == group


def test_project_of_another_contract_is_refused(api):
    other = ProjectFactory(axis__contract=ContractFactory(code="autre"))
    document = problem(api.post(GROUPS, whole(projects=[str(other.pk)])), 400, "validation")
    assert "projects" in document["errors"]


# --- Changing ---

CHANGES = [
    (Role.PILOT, {"presentation": "Voir mieux."}, 200),
    (Role.CO_PILOT, {"name": "Imagerie", "cadence": "mensuel"}, 200),
    (Role.PILOT, {"approval_rule": "tous"}, 403),
    (Role.CO_PILOT, {"name": "Imagerie", "kind": "copil"}, 403),
    (Role.RAPPORTEUR, {"presentation": "Voir mieux."}, 403),
    (Role.MEMBER, {"presentation": "Voir mieux."}, 403),
    (Role.OBSERVER, {"presentation": "Voir mieux."}, 403),
    (Role.GUEST, {"presentation": "Voir mieux."}, 403),
]


@pytest.mark.parametrize(("role", "changes", "status"), CHANGES)
def test_each_role_changes_what_it_may(group, role, changes, status):
    response = api_of(seated(group, role)).patch(f"{GROUPS}imagerie/", changes)
    assert response.status_code == status
    group.refresh_from_db()
    for name, value in changes.items():
        assert (getattr(group, name) == value) is (status == 200)


def test_token_that_only_reads_changes_nothing(group):
    person = seated(group, Role.PILOT)
    script = script_of(person, scope=Scope.READ)
    assert script.get(f"{GROUPS}imagerie/").status_code == 200
    assert script.patch(f"{GROUPS}imagerie/", {"name": "X"}).status_code == 403
    assert script.post(f"{GROUPS}imagerie/archive/").status_code == 403
    assert script_of(person, value="flr_writes").patch(f"{GROUPS}imagerie/", {"name": "X"}).status_code == 200


def test_closed_account_is_a_visitor(group):
    person = seated(group, Role.PILOT)
    api = api_of(person)
    person.is_active = False
    person.save()
    assert api.get(f"{GROUPS}imagerie/").status_code == 401


def test_address_of_a_group_does_not_change(group, api):
    document = problem(api.patch(f"{GROUPS}imagerie/", {"slug": "autre"}), 400, "validation")
    assert list(document["errors"]) == ["slug"]


def test_stale_change_answers_what_stands(group, api):
    tag = api.get(f"{GROUPS}imagerie/")["ETag"]
    change_group(group=group, by=None, name="Imagerie")
    response = api.patch(f"{GROUPS}imagerie/", {"name": "Radiologie"}, headers={"If-Match": tag})
    assert response.status_code == 412
    assert response.json()["current"]["name"] == "Imagerie"


def test_group_below_itself_is_refused(group, api):
    child = WorkingGroupFactory(parent=group)
    document = problem(api.patch(f"{GROUPS}imagerie/", {"parent": str(child.pk)}), 400, "validation")
    assert "parent" in document["errors"]


# --- Archiving ---


def test_coordinator_archives_and_reopens(group, api):
    pilot = api_of(seated(group, Role.PILOT))
    assert api.post(f"{GROUPS}imagerie/archive/").json()["archived_at"]
    assert Permission.EDIT_GROUP.value not in pilot.get(f"{GROUPS}imagerie/").json()["permissions"]
    assert pilot.patch(f"{GROUPS}imagerie/", {"name": "X"}).status_code == 403
    assert api.post(f"{GROUPS}{group.pk}/reopen/").json()["archived_at"] is None
    assert pilot.patch(f"{GROUPS}imagerie/", {"name": "X"}).status_code == 200


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ["archive", "reopen"])
def test_archiving_belongs_to_coordinators(group, role, act):
    problem(api_of(seated(group, role)).post(f"{GROUPS}imagerie/{act}/"), 403, "interdit")
    group.refresh_from_db()
    assert not group.is_archived


def test_archiving_takes_no_body_and_minds_the_version(group):
    api = api_of(AdministratorFactory())
    problem(api.post(f"{GROUPS}imagerie/archive/", {"why": "?"}), 400, "validation")
    tag = api.get(f"{GROUPS}imagerie/")["ETag"]
    change_group(group=group, by=None, name="Imagerie")
    assert api.post(f"{GROUPS}imagerie/archive/", headers={"If-Match": tag}).status_code == 412
