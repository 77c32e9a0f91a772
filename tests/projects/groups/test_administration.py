from datetime import timedelta

import pytest

from filiere.days import today
from projects.access.enums import Role
from projects.groups.services import archive_group
from projects.models import WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.groups.visits import enter, rows_of, seated, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie médicale")


def test_administration_shows_gaps_and_how_many_sit_there(client, group):
    person = seated(group, Role.PILOT)
    MembershipFactory(group=group, person=person)
    seated(group, ends_on=today() - timedelta(days=1))
    enter(client, AdministratorFactory())
    lines = client.get("/administration/groupes/?format=csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(";")[:3] == ["Imagerie médicale", "Groupe de travail", "1"]
    assert "Aucun copilote" in lines[1]


@pytest.mark.parametrize(("query", "found"), [("manque=pilote", ["vide"]), ("manque=copilote", ["imagerie", "vide"])])
def test_administration_finds_groups_by_what_they_lack(client, group, query, found):
    seated(group, Role.PILOT)
    WorkingGroupFactory(slug="vide", name="Vide")
    archive_group(group=WorkingGroupFactory(slug="ancien"), by=None)
    enter(client, UserFactory(is_delegate=True))
    assert rows_of(client.get(f"/administration/groupes/?{query}")) == found


def test_several_groups_are_archived_then_reopened_after_a_confirmation(client, group):
    other, closed = WorkingGroupFactory(name="Autre"), archive_group(group=WorkingGroupFactory(), by=None)
    enter(client, AdministratorFactory())
    chosen = {"acte": "archiver", "groupe": [str(each.pk) for each in (group, other, closed)]}
    read = text(client.get("/administration/groupes/en-lot/", chosen))
    assert "Archiver ces 2 groupes ?" in read
    assert "Un groupe coché l’est déjà : il ne change pas." in read
    assert WorkingGroup.objects.living().count() == 2
    done = client.post("/administration/groupes/en-lot/", chosen, follow=True)
    assert "2 groupes sont archivés." in text(done)
    assert not WorkingGroup.objects.living().exists()
    chosen["acte"] = "rouvrir"
    assert "Rouvrir ces 3 groupes ?" in text(client.get("/administration/groupes/en-lot/", chosen))
    client.post("/administration/groupes/en-lot/", chosen)
    assert WorkingGroup.objects.living().count() == 3


@pytest.mark.parametrize("chosen", [{}, {"groupe": "x"}, {"groupe": "0193b0a0-0000-7000-8000-000000000000"}])
@pytest.mark.parametrize("act", ["archiver", "rouvrir", "?"])
def test_acting_on_no_group_leads_back_with_a_sentence(client, group, chosen, act):
    enter(client, AdministratorFactory())
    response = client.post("/administration/groupes/en-lot/", {"acte": act, **chosen}, follow=True)
    assert "Cochez d’abord des groupes" in text(response)


@pytest.mark.parametrize("address", ["/administration/groupes/", "/groupes/"])
def test_lists_of_an_administrator_cost_the_same_with_one_or_thirty_groups(
    client, address, django_assert_max_num_queries
):
    enter(client, AdministratorFactory())
    costs = []
    for number in (1, 30):
        for _ in range(number):
            seated(WorkingGroupFactory(), Role.PILOT)
        with django_assert_max_num_queries(12) as queries:
            client.get(address)
        costs.append(len(queries))
    assert costs[0] == costs[1]
