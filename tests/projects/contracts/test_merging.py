"""Merging two organisations carries what they had in the contract, by the machinery that reads the models."""

import pytest

from accounts.organisations.services import merge_organisations
from filiere.refusals import Refused
from projects.models import Participation
from tests.factories import OrganisationFactory
from tests.factories.contracts import ContractFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep():
    return OrganisationFactory()


@pytest.fixture
def gone():
    return OrganisationFactory()


def take_part(organisation, project, part="pilote"):
    return Participation.objects.create(project=project, organisation=organisation, part=part)


def test_merged_participations_and_signatures_move(keep, gone):
    project = ProjectFactory()
    take_part(keep, project, "partenaire")
    take_part(gone, project, "pilote")
    contract = ContractFactory()
    contract.organisations.set([gone])
    merge_organisations(keep=keep, absorb=gone, by=None)
    assert set(project.participations.values_list("organisation", "part")) == {
        (keep.pk, "partenaire"),
        (keep.pk, "pilote"),
    }
    assert list(contract.organisations.all()) == [keep]


def test_merged_signatures_collapse(keep, gone):
    contract = ContractFactory()
    contract.organisations.set([keep, gone])
    merge_organisations(keep=keep, absorb=gone, by=None)
    assert list(contract.organisations.all()) == [keep]


def test_merge_that_would_double_a_part_is_refused_with_a_sentence(keep, gone):
    project = ProjectFactory()
    take_part(keep, project)
    take_part(gone, project)
    with pytest.raises(Refused, match="Organisations associées"):
        merge_organisations(keep=keep, absorb=gone, by=None)
    assert project.participations.count() == 2
