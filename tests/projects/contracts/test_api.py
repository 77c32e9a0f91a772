from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from projects.activity.models import Event
from projects.models import Amendment, Axis, Contract, Participation, Project
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import AmendmentFactory, AxisFactory, BudgetLineFactory, ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem
from tests.projects.contracts.sheets import a_whole_sheet

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/"
FACTS = {"code": "suivant", "title": "Suivant", "sector": "Santé", "starts_on": "2027-01-01", "ends_on": "2029-12-31"}
TERMS = {"number": 2, "title": "Suite", "signed_on": "2026-05-02"}


@pytest.fixture
def project():
    return a_whole_sheet()


@pytest.fixture
def api():
    return api_of(AdministratorFactory())


def api_of(person):
    client = APIClient()
    client.force_login(person)
    return client


def items(project):
    amendment = Amendment.objects.get()
    return {
        f"{ROOT}contracts/": (project.contract, FACTS, {"title": "Autre"}),
        f"{ROOT}contracts/{project.contract_id}/amendments/": (amendment, TERMS, {"title": "Autre"}),
        f"{ROOT}axes/": (
            project.axis,
            {"contract": str(project.contract_id), "code": "C", "title": "Trois"},
            {"title": "Autre"},
        ),
        f"{ROOT}projects/": (project, new_project(project), {"title": "Autre"}),
    }


def new_project(project, **fields):
    return {
        "contract": str(project.contract_id),
        "axis": str(project.axis_id),
        "code": "P03",
        "number": 3,
        "title": "Talents",
        **fields,
    }


def item(kind, row):
    return f"{ROOT}{kind}/{row.pk}/"


def test_visitors_get_nothing(project):
    client = APIClient()
    for address, (row, new, change) in items(project).items():
        assert client.get(address).status_code == 401
        assert client.get(f"{address}{row.pk}/").status_code == 401
        assert client.post(address, new, format="json").status_code == 401
        assert client.patch(f"{address}{row.pk}/", change, format="json").status_code == 401


def test_the_filiere_reads_and_does_not_write(project):
    api = api_of(MembershipFactory().person)
    for address, (row, new, change) in items(project).items():
        assert api.get(address).json()["count"] >= 1
        assert api.get(f"{address}{row.pk}/").status_code == 200
        assert api.post(address, new, format="json").status_code == 403
        assert api.patch(f"{address}{row.pk}/", change, format="json").status_code == 403
    assert api.delete(item("axes", project.axis)).status_code == 403


@pytest.mark.parametrize(
    "person", [lambda: UserFactory(is_superuser=True), lambda: MembershipFactory(role="invite").person]
)
def test_outside_the_filiere_there_is_nothing(project, person):
    api = api_of(person())
    for address, (row, new, change) in items(project).items():
        if "amendments" not in address:
            assert api.get(address).json()["count"] == 0
        hidden, unknown = api.get(f"{address}{row.pk}/"), api.get(f"{address}{uuid4()}/")
        assert problem(hidden, 404, "introuvable")["detail"] == problem(unknown, 404, "introuvable")["detail"]
        assert api.post(address, new, format="json").status_code == 403
        assert api.patch(f"{address}{row.pk}/", change, format="json").status_code == 403
    assert api.get(f"{ROOT}contracts/{project.contract_id}/amendments/").status_code == 404


def test_token_that_reads_does_not_write(project):
    script = script_of(AdministratorFactory(), scope=Scope.READ)
    for address, (row, new, change) in items(project).items():
        assert script.get(f"{address}{row.pk}/").status_code == 200
        assert script.post(address, new).status_code == 403
        assert script.patch(f"{address}{row.pk}/", change).status_code == 403
    assert script.delete(item("axes", project.axis)).status_code == 403


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_delegate": True}])
def test_coordinators_create_change_and_are_told_where_it_is(project, rights):
    api = api_of(UserFactory(**rights))
    for address, (_row, new, change) in items(project).items():
        made = api.post(address, new, format="json")
        assert made.status_code == 201, made.content
        assert made["ETag"]
        where = made["Location"]
        assert api.get(where).json() == made.json()
        assert api.patch(where, change, format="json").json()["title"] == "Autre"
        stale = api.patch(where, {"title": "Trop tard"}, format="json", headers={"If-Match": made["ETag"]})
        assert stale.status_code == 412


def test_contract_answers_to_its_code_and_says_its_amended_end(api, project):
    body = api.get(f"{ROOT}contracts/contrat/").json()
    assert (body["id"], body["ends_on"], body["last_day"]) == (str(project.contract_id), "2030-12-31", "2031-06-30")
    assert api.get(f"{ROOT}contracts/contrat/amendments/").json()["results"][0]["title"] == "Prolongation"
    assert api.get(f"{ROOT}contracts/inconnu/amendments/").status_code == 404


def test_contract_signatories_are_a_whole_list(api, project):
    dge = an_organisation("Santé publique", "SP")
    address = item("contracts", project.contract)
    assert api.patch(address, {"organisations": [str(dge.pk)]}, format="json").json()["organisations"] == [str(dge.pk)]
    assert api.patch(address, {"organisations": [str(uuid4())]}, format="json").status_code == 400
    assert api.patch(address, {"organisations": []}, format="json").json()["organisations"] == []


def test_amendment_of_one_contract_is_unknown_to_another(api, project):
    other = ContractFactory(code="autre")
    amendment = Amendment.objects.get()
    assert api.get(f"{ROOT}contracts/{other.pk}/amendments/{amendment.pk}/").status_code == 404
    assert api.delete(f"{ROOT}contracts/{project.contract_id}/amendments/{amendment.pk}/").status_code == 405


@pytest.mark.parametrize("kind", ["contracts", "axes", "projects"])
def test_code_never_changes(api, project, kind):
    row = {"contracts": project.contract, "axes": project.axis, "projects": project}[kind]
    errors = problem(api.patch(item(kind, row), {"code": "AUTRE"}, format="json"), 400, "validation")["errors"]
    assert list(errors) == ["code"]


def test_axis_is_moved_and_removed(api, project):
    emplois = Axis.objects.get(code="B")
    assert api.patch(item("axes", emplois), {"position": 1}, format="json").json()["position"] == 1
    assert [axis.code for axis in Axis.objects.all()] == ["B", "A"]
    refused = api.delete(item("axes", emplois))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_empty")
    empty = AxisFactory(contract=project.contract)
    assert api.delete(item("axes", empty)).status_code == 204


def test_axis_needs_a_contract_that_exists(api, project):
    body = {"contract": str(uuid4()), "code": "C", "title": "Trois"}
    assert list(problem(api.post(f"{ROOT}axes/", body, format="json"), 400, "validation")["errors"]) == ["contract"]


def test_project_reads_whole(api, project):
    group = WorkingGroupFactory(contract=project.contract)
    group.projects.add(project)
    body = api.get(item("projects", project)).json()
    other = Project.objects.get(code="P02")
    assert body["other_titles"] == ["Carbone"]
    assert body["criteria"] == ["Tonnes évitées"]
    assert body["groups"] == [group.slug]
    assert [each["part"] for each in body["participations"]] == ["pilote"]
    assert {each["why"]: each["project"] for each in body["links"]} == {
        "Données communes": str(other.pk),
        "Formations": None,
    }
    assert body["linked_from"] == [{"project": str(other.pk), "why": "Mêmes sites"}]
    assert body["budget_totals"] == [
        {"kind": "prevu", "amount": "13712345.00", "at_least": False},
        {"kind": "engage", "amount": None, "at_least": False},
    ]
    whole = next(line for line in body["budget_lines"] if line["as_written"])
    assert [line["label"] for line in body["budget_lines"] if line["parent"] == whole["id"]] == ["Étude"]


def test_project_hides_groups_that_its_reader_may_not_see(project):
    hidden = WorkingGroupFactory(contract=project.contract)
    hidden.projects.add(project)
    assert api_of(MembershipFactory().person).get(item("projects", project)).json()["groups"] == []


def test_project_sent_back_as_it_was_read_changes_nothing(api, project):
    body = api.get(item("projects", project)).json()
    kept = ("axis", "number", "title", "other_titles", "summary", "participations", "links", "budget_lines", "criteria")
    number = Event.objects.count()
    again = api.patch(item("projects", project), {name: body[name] for name in kept}, format="json")
    assert again.status_code == 200, again.content
    assert again.json() == body
    assert Event.objects.count() == number


def test_project_lists_are_replaced_whole_and_others_left(api, project):
    envelope = str(uuid4())
    lines = [
        {"id": envelope, "kind": "alloue", "amount": "10.00"},
        {"kind": "alloue", "parent": envelope, "label": "Part", "amount": "4.50"},
    ]
    body = api.patch(item("projects", project), {"budget_lines": lines}, format="json").json()
    assert body["budget_totals"] == [{"kind": "alloue", "amount": "10.00", "at_least": False}]
    assert len(body["links"]) == 2
    assert api.patch(item("projects", project), {"links": []}, format="json").json()["links"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"links": [{}]}, "links.0.why"),
        ({"links": [{"why": "Sans but"}]}, "links"),
        ({"links": [{"why": "x", "autre": 1}]}, "links.0.autre"),
        ({"participations": [{"organisation": str(uuid4()), "part": "pilote"}]}, "participations"),
        ({"participations": [{"part": "pilote"}]}, "participations.0.organisation"),
        ({"participations": [{"organisation": str(uuid4()), "part": "chef"}]}, "participations.0.part"),
        ({"budget_lines": [{"amount": "1"}]}, "budget_lines.0.kind"),
        ({"budget_lines": [{"kind": "prevu", "amount": "-1"}]}, "budget_lines.0.amount"),
        ({"budget_lines": [{"kind": "prevu", "amount": "1.005"}]}, "budget_lines.0.amount"),
        ({"budget_lines": [{"kind": "prevu", "parent": str(uuid4())}]}, "budget_lines"),
        ({"criteria": ["x" * 501]}, "criteria.0"),
        ({"axis": str(uuid4())}, "axis"),
        ({"number": 0}, "number"),
        ({"title": " "}, "title"),
        ({"groups": []}, "groups"),
    ],
)
def test_project_refuses_and_names_what_is_wrong(api, project, change, field):
    before = api.get(item("projects", project)).json()
    refused = problem(api.patch(item("projects", project), change, format="json"), 400, "validation")
    assert list(refused["errors"]) == [field]
    assert api.get(item("projects", project)).json() == before


def test_project_of_another_contract_takes_no_axis_from_this_one(api, project):
    body = new_project(project, contract=str(ContractFactory(code="autre").pk))
    assert "axis" in problem(api.post(f"{ROOT}projects/", body, format="json"), 400, "validation")["errors"]


def test_projects_are_searched_filtered_and_ordered(api, project):
    def codes(**query):
        return [each["code"] for each in api.get(f"{ROOT}projects/", query).json()["results"]]

    assert codes(search="decarbonation") == ["P01"]
    assert codes(search="carbone p01") == ["P01"]
    assert codes(axis=str(project.axis_id)) == ["P01"]
    assert codes(contract=str(ContractFactory(code="autre").pk)) == []
    assert codes(ordering="-number") == ["P02", "P01"]
    assert api.get(f"{ROOT}projects/", {"axe": "A"}).status_code == 400


@pytest.mark.parametrize("kind", ["contracts", "contracts/contrat/amendments", "axes", "projects"])
def test_list_costs_the_same_for_one_and_for_thirty(api, project, kind):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert api.get(f"{ROOT}{kind}/").status_code == 200
        return len(asked)

    api.get(f"{ROOT}{kind}/")
    before = cost()
    for number in range(30):
        ContractFactory(code=f"contrat-{number}")
        AmendmentFactory(contract=project.contract, number=10 + number)
        more = ProjectFactory(axis=project.axis)
        BudgetLineFactory(project=more)
        organisation = an_organisation(f"Organisation {number}")
        Participation.objects.create(project=more, organisation=organisation, part="pilote")
        Contract.objects.get(code=f"contrat-{number}").organisations.add(organisation)
        WorkingGroupFactory(contract=project.contract).projects.add(more)
    assert cost() == before
    assert before <= 13
