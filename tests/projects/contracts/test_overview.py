from decimal import Decimal

import pytest
from django.utils import timezone

from projects.contracts.overview import overview_of
from projects.models import BudgetLine, Participation
from tests.factories import AdministratorFactory
from tests.factories.contracts import AxisFactory, BudgetLineFactory, ContractFactory, ProjectFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract():
    return ContractFactory()


def take_part(project, organisation, part="pilote"):
    Participation.objects.create(project=project, organisation=organisation, part=part)


def seen(contract, person=None):
    return overview_of(contract, person or AdministratorFactory())


def test_overview_goes_from_axes_to_projects_to_groups(contract):
    second, first = AxisFactory(contract=contract, position=2), AxisFactory(contract=contract, position=1)
    late, early = ProjectFactory(axis=first, number=2), ProjectFactory(axis=first, number=1)
    ProjectFactory(axis=second)
    group, bureau = (WorkingGroupFactory(contract=contract, name=name) for name in ("Carbone", "Bureau"))
    group.projects.set([early, late])
    found = seen(contract)
    assert [chapter.axis for chapter in found.axes] == [first, second]
    assert [row.project for row in found.axes[0].projects] == [early, late]
    assert [[each.name for each in row.groups] for row in found.axes[0].projects] == [["Carbone"], ["Carbone"]]
    assert [each.slug for each in found.groups] == [bureau.slug]


def test_overview_shows_once_a_group_that_serves_every_project(contract):
    projects = [ProjectFactory(axis__contract=contract) for _ in range(2)]
    bureau = WorkingGroupFactory(contract=contract)
    bureau.projects.set(projects)
    found = seen(contract)
    assert [each.slug for each in found.groups] == [bureau.slug]
    assert not any(row.groups for chapter in found.axes for row in chapter.projects)


def test_overview_shows_living_groups_that_its_reader_may_see(contract):
    project = ProjectFactory(axis__contract=contract)
    hers, other, archived = (WorkingGroupFactory(contract=contract) for _ in range(3))
    for group in (hers, other, archived):
        group.projects.add(project)
    archived.archived_at = timezone.now()
    archived.save()
    person = MembershipFactory(group=hers).person
    (row,) = seen(contract, person).axes[0].projects
    assert [each.slug for each in row.groups] == [hers.slug]
    (row,) = seen(contract).axes[0].projects
    assert {each.slug for each in row.groups} == {hers.slug, other.slug}


def test_overview_adds_the_money_of_every_project_kind_by_kind(contract):
    first, second = (ProjectFactory(axis__contract=contract) for _ in range(2))
    whole = BudgetLineFactory(project=first, amount=10)
    BudgetLineFactory(project=first, parent=whole, amount=4)
    BudgetLineFactory(project=second, amount=5)
    BudgetLineFactory(project=second, kind="engage")
    BudgetLine.objects.create(
        project=ProjectFactory(axis__contract=ContractFactory(code="autre")), kind="prevu", amount=99
    )
    found = {total.kind: total.worth for total in seen(contract).budget}
    assert (found["prevu"].amount, found["prevu"].at_least) == (Decimal(15), False)
    assert found["engage"].amount is None


def test_overview_tells_sides_pilots_and_signatories(contract):
    first, second = (ProjectFactory(axis__contract=contract, number=number) for number in (1, 2))
    dge = an_organisation("Direction générale des Entreprises", "DGE")
    ademe = an_organisation("Agence de la transition écologique", "ADEME")
    leem = an_organisation("Les entreprises du médicament", "Leem", college="industrie", kind="federation")
    take_part(first, leem)
    take_part(first, dge)
    take_part(first, dge, "partenaire")
    take_part(second, dge, "cogouvernance")
    contract.organisations.set([ademe, leem])
    found = seen(contract)
    assert [(side.college, [(each.acronym, each.projects) for each in side.organisations]) for side in found.sides] == [
        ("etat", [("ADEME", 0), ("DGE", 2)]),
        ("industrie", [("Leem", 1)]),
    ]
    rows = {row.project: row.pilots for chapter in found.axes for row in chapter.projects}
    assert rows == {first: ["DGE", "Leem"], second: []}


def test_overview_of_a_contract_without_anything_is_empty(contract):
    found = seen(contract)
    assert (found.axes, found.budget, found.sides, found.groups) == ([], [], [], [])
