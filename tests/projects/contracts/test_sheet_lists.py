from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accounts.organisations.services import merge_organisations
from projects.contracts.entries import Lead, Taker
from projects.contracts.sheet_lists import LONGEST_LIST
from projects.contracts.sheets import change_project
from tests.factories import OrganisationFactory
from tests.factories.contracts import AxisFactory, ContractFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory()


def put(project, **lists):
    return change_project(project=project, by=None, **lists)


def taker(organisation, part="pilote"):
    return Taker(organisation=organisation.pk, part=part)


def takers(project):
    return sorted(project.participations.values_list("organisation__name", "part"))


def test_participations_are_replaced_and_what_stays_keeps_its_row(project):
    first, second, third = (OrganisationFactory(name=name) for name in ("Un", "Deux", "Trois"))
    put(project, participations=[taker(first), taker(second)])
    kept = project.participations.get(organisation=first).pk
    put(project, participations=[taker(first), taker(third, "partenaire"), taker(first, "partenaire")])
    assert takers(project) == [("Trois", "partenaire"), ("Un", "partenaire"), ("Un", "pilote")]
    assert project.participations.get(organisation=first, part="pilote").pk == kept


def test_participations_given_twice_are_one(project):
    organisation = OrganisationFactory()
    put(project, participations=[taker(organisation), taker(organisation)])
    assert project.participations.count() == 1


def test_participations_of_a_merged_organisation_go_to_what_it_became(project):
    keep, gone = OrganisationFactory(name="Reste"), OrganisationFactory()
    put(project, participations=[taker(keep)])
    merge_organisations(keep=keep, absorb=gone, by=None)
    put(project, participations=[taker(keep), taker(gone), taker(gone, "partenaire")])
    assert takers(project) == [("Reste", "partenaire"), ("Reste", "pilote")]


@pytest.mark.parametrize(
    "entry", [Taker(organisation=uuid4(), part="pilote"), Taker(organisation=uuid4(), part="chef")]
)
def test_participations_refuse_what_they_do_not_know(project, entry):
    with pytest.raises(ValidationError) as refusal:
        put(project, participations=[entry])
    assert list(refusal.value.message_dict) == ["participations"]


def test_links_are_replaced_and_what_stays_keeps_its_row(project):
    other = ProjectFactory(axis=project.axis)
    to_other, to_axis = Lead(project=other.pk, why="Données"), Lead(axis=project.axis.pk, why="Emplois")
    put(project, links=[to_other, to_axis])
    kept = project.links.get(to_project=other).pk
    put(project, links=[to_other, Lead(project=other.pk, why="Autre raison")])
    assert sorted(project.links.values_list("why", flat=True)) == ["Autre raison", "Données"]
    assert project.links.get(why="Données").pk == kept


@pytest.mark.parametrize(
    ("lead", "sentence"),
    [
        (lambda p: Lead(project=p.pk, why="Soi"), "lui-même"),
        (lambda p: Lead(why="Nulle part"), "à l’un des deux"),
        (lambda p: Lead(project=ProjectFactory(axis=p.axis).pk, axis=p.axis.pk, why="Deux"), "à l’un des deux"),
        (lambda p: Lead(project=ProjectFactory(axis=p.axis).pk, why=" "), "Dites pourquoi"),
        (lambda p: Lead(project=ProjectFactory(axis=p.axis).pk, why="x" * 501), "500"),
        (lambda p: Lead(project=uuid4(), why="Inconnu"), "même contrat"),
        (lambda p: Lead(axis=AxisFactory(contract=ContractFactory(code="autre")).pk, why="Ailleurs"), "même contrat"),
    ],
)
def test_links_refuse(project, lead, sentence):
    with pytest.raises(ValidationError, match=sentence) as refusal:
        put(project, links=[lead(project)])
    assert list(refusal.value.message_dict) == ["links"]
    assert not project.links.exists()


def test_criteria_keep_their_order(project):
    put(project, criteria=["Deux", " Un ", "", "Trois"])
    assert list(project.criteria.values_list("position", "text")) == [(1, "Deux"), (2, "Un"), (3, "Trois")]
    rows = set(project.criteria.values_list("pk", flat=True))
    put(project, criteria=["Deux", "Un", "Trois"])
    assert set(project.criteria.values_list("pk", flat=True)) == rows


def test_criteria_refuse_what_is_too_long(project):
    with pytest.raises(ValidationError, match="500"):
        put(project, criteria=["x" * 501])


@pytest.mark.parametrize("name", ["criteria", "links", "budget_lines", "participations"])
def test_lists_have_an_end(project, name):
    with pytest.raises(ValidationError, match="200"):
        put(project, **{name: [None] * (LONGEST_LIST + 1)})
