from datetime import date

import pytest
import time_machine

from projects.contracts.selectors import contracts_visible_to, in_force, sheet_of
from projects.models import Amendment, Axis, BudgetLine, Contract, Criterion, Participation, Project, ProjectLink
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.contracts import AmendmentFactory, AxisFactory, ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory

pytestmark = pytest.mark.django_db

PARTS = (Contract, Amendment, Axis, Project, Participation, ProjectLink, BudgetLine, Criterion)


def chosen():
    found = in_force(list(contracts_visible_to(AdministratorFactory())))
    return found.code if found else None


@pytest.fixture
def two():
    ContractFactory(code="un", starts_on=date(2020, 1, 1), ends_on=date(2022, 12, 31))
    ContractFactory(code="deux", starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31))


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2021-05-05", "un"),
        ("2025-05-05", "deux"),
        ("2023-05-05", "deux"),
        ("2030-01-01", "deux"),
        ("2019-01-01", "deux"),
    ],
)
def test_contract_in_force_is_todays_and_otherwise_the_latest(day, code):
    with time_machine.travel(f"{day} 12:00", tick=False):
        assert chosen() == code


@pytest.mark.usefixtures("two")
def test_contract_in_force_is_so_until_its_amended_end():
    AmendmentFactory(contract=Contract.objects.get(code="un"), ends_on=date(2023, 12, 31))
    with time_machine.travel("2023-05-05 12:00", tick=False):
        assert chosen() == "un"


def test_contract_in_force_of_an_empty_installation_is_none():
    assert chosen() is None


@pytest.fixture
def sheet():
    axis = AxisFactory()
    project = ProjectFactory(axis=axis)
    AmendmentFactory(contract=axis.contract)
    Participation.objects.create(project=project, organisation=OrganisationFactory(), part="pilote")
    ProjectLink.objects.create(from_project=project, to_axis=axis, why="Parce que")
    BudgetLine.objects.create(project=project, kind="prevu")
    Criterion.objects.create(project=project, text="Un")
    return project


@pytest.mark.parametrize("model", PARTS)
def test_every_part_is_visible_to_the_filiere_alone(sheet, model):
    member, observer = MembershipFactory().person, MembershipFactory(role="observateur").person
    inside = [member, observer, AdministratorFactory(), UserFactory(is_delegate=True)]
    guest = MembershipFactory(role="invite").person
    gone = MembershipFactory(ends_on=date(2024, 2, 1)).person
    later = MembershipFactory(starts_on=date(2999, 1, 1)).person
    closed = MembershipFactory(person__is_active=False).person
    outside = [UserFactory(), UserFactory(is_superuser=True), guest, gone, later, closed]
    assert all(model.objects.visible_to(person).exists() for person in inside)
    assert not any(model.objects.visible_to(person).exists() for person in outside)


def test_sheet_shows_the_links_towards_it_and_towards_its_axis():
    axis = AxisFactory()
    shown, first, second = (ProjectFactory(axis=axis, number=number) for number in (1, 2, 3))
    ProjectLink.objects.create(from_project=second, to_axis=axis, why="L’axe")
    ProjectLink.objects.create(from_project=first, to_project=shown, why="Le projet")
    ProjectLink.objects.create(from_project=shown, to_axis=axis, why="Le sien")
    sheet = sheet_of(shown, AdministratorFactory())
    assert [link.why for link in sheet.linked_from] == ["Le projet", "L’axe"]
    assert [link.why for link in sheet.links] == ["Le sien"]


def test_sheet_shows_the_groups_that_its_reader_may_see():
    project = ProjectFactory()
    hers, other = (WorkingGroupFactory(contract=project.contract) for _ in range(2))
    for group in (hers, other):
        group.projects.add(project)
    assert sheet_of(project, MembershipFactory(group=hers).person).groups == [hers]
    assert set(sheet_of(project, AdministratorFactory()).groups) == {hers, other}
