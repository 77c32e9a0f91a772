import pytest
from django.core.exceptions import ValidationError

from filiere.versions import Stale, version_of
from projects.activity.models import Event
from projects.activity.telling import tell
from projects.contracts.sheets import add_project, change_project
from projects.models import Project
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import AxisFactory, ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AdministratorFactory()


@pytest.fixture
def axis():
    return AxisFactory(code="A", title="Transition")


def test_add_project_writes_its_sheet_and_the_journal(axis, by):
    project = add_project(
        contract=axis.contract,
        axis=axis,
        code="P01",
        number=1,
        title="  Décarboner  la filière ",
        other_titles=" Décarbonation \n\n Carbone ",
        criteria=["Tonnes évitées"],
        by=by,
    )
    assert (project.title, project.other_titles) == ("Décarboner la filière", "Décarbonation\nCarbone")
    assert "decarbonation" in project.searchable
    event = Event.objects.get()
    assert event.verb == "project.added"
    assert event.changes["axis"] == [None, "A. Transition"]
    assert event.changes["criteria"] == [None, ["Tonnes évitées"]]


@pytest.mark.parametrize("wrong", [{"code": "p01"}, {"code": "é"}, {"title": " "}, {"number": -1}])
def test_add_project_refuses(axis, by, wrong):
    ProjectFactory(axis=axis, code="P01")
    fields = {"code": "P02", "number": 2, "title": "Eau", **wrong}
    with pytest.raises(ValidationError) as refusal:
        add_project(contract=axis.contract, axis=axis, **fields, by=by)
    assert list(refusal.value.message_dict) == list(wrong)
    assert Project.objects.count() == 1


def test_add_project_refuses_the_axis_of_another_contract(axis, by):
    with pytest.raises(ValidationError, match="de ce contrat"):
        add_project(contract=ContractFactory(code="autre"), axis=axis, code="P01", number=1, title="Eau", by=by)


def test_change_project_moves_number_and_axis_and_keeps_the_code(axis, by):
    project = ProjectFactory(axis=axis, code="P01", number=1)
    other = AxisFactory(contract=axis.contract, code="B", title="Emplois")
    change_project(project=project, number=7, axis=other, by=by)
    project.refresh_from_db()
    assert (project.number, project.axis, project.code) == (7, other, "P01")
    assert Event.objects.get().changes == {"number": [1, 7], "axis": ["A. Transition", "B. Emplois"]}


def test_change_project_leaves_lists_that_are_not_given(axis, by):
    project = ProjectFactory(axis=axis)
    change_project(project=project, criteria=["Un"], by=by)
    change_project(project=project, title="Autre", by=by)
    assert project.criteria.get().text == "Un"


def test_change_project_that_changes_nothing_writes_nothing(axis, by):
    project = ProjectFactory(axis=axis)
    before = version_of(project)
    change_project(project=project, title=project.title, criteria=[], by=by)
    assert not Event.objects.exists()
    assert version_of(Project.objects.get()) == before


def test_change_project_of_one_list_makes_the_others_stale(axis, by):
    project = ProjectFactory(axis=axis)
    seen = version_of(project)
    change_project(project=project, criteria=["Un"], seen=seen, by=by)
    with pytest.raises(Stale):
        change_project(project=project, title="Trop tard", seen=seen, by=by)


def test_change_project_that_is_refused_half_way_changes_nothing(axis, by):
    project = ProjectFactory(axis=axis, title="Ancien")
    with pytest.raises(ValidationError):
        change_project(project=project, title="Nouveau", criteria=["x" * 501], by=by)
    assert Project.objects.get().title == "Ancien"


def test_project_is_named_in_the_journal_to_the_filiere_and_to_nobody_else(axis, by):
    project = ProjectFactory(axis=axis, title="Eau")
    change_project(project=project, number=9, by=by)
    event = Event.objects.get()
    guest = MembershipFactory(role="invite").person
    for reader, name in ((by, "Eau"), (MembershipFactory().person, "Eau"), (guest, ""), (UserFactory(), "")):
        (told,) = tell([event], reader)
        assert told.name == name
        assert told.readable is bool(name)
