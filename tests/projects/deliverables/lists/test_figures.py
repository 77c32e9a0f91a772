import re

import pytest
from django.contrib.auth.models import AnonymousUser

from projects.access.enums import Role
from projects.deliverables.enums import Progress
from projects.deliverables.lists.figures import deliverables_of_projects
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, validated_version
from tests.factories.groups import WorkingGroupFactory
from tests.projects.deliverables.lists.visits import due, titles
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def project(room):
    group, _people = room
    return ProjectFactory(contract=group.contract, axis__contract=group.contract)


def figure(project, reader):
    return dict(deliverables_of_projects([project.pk], reader)).get(project.pk)


def serving(project, *rows):
    for row in rows:
        row.projects.add(project)


def test_figure_counts_what_is_owed_finished_late_and_the_sky(room, project):
    group, people = room
    serving(
        project,
        due(-1, group=group, health="orage"),
        due(9, group=group, health="nuages"),
        due(9, group=group, health="nuages"),
        due(-9, group=group, progress=Progress.FINISHED, health="soleil"),
        DeliverableFactory(group=group),
        DeliverableFactory(
            group=group, progress=Progress.ABANDONED, stopped_on="2026-01-01", stopped_because="x", health="orage"
        ),
    )
    DeliverableFactory(group=group)  # it serves no project
    found = figure(project, people["membre"])
    assert found.words == "5 livrables, 1 finalisé, 1 en retard"
    assert [(share.number, share.tone) for share in found.shares] == [(1, "success"), (3, "plain"), (1, "warning")]
    assert found.segments == [
        ("0.00%", "20.00%", "success"),
        ("20.00%", "60.00%", "plain"),
        ("80.00%", "20.00%", "warning"),
    ]
    assert [(fact.icon, fact.number) for fact in found.facts] == [("sun", 1), ("cloud", 2), ("storm", 1)]


def test_deliverable_that_serves_two_projects_counts_once_in_each(room, project):
    group, people = room
    other = ProjectFactory(contract=group.contract)
    row = DeliverableFactory(group=group)
    serving(project, row)
    serving(other, row)
    found = dict(deliverables_of_projects([project.pk, other.pk], people["membre"]))
    assert {each.words for each in found.values()} == {"1 livrable, 0 finalisé"}
    assert list(dict(deliverables_of_projects([other.pk], people["membre"]))) == [other.pk]


def test_totals_tell_nothing_of_what_the_reader_may_not_see(room, project):
    group, people = room
    shown = DeliverableFactory(group=group)
    serving(project, shown, due(-1, group=group, confidentiality="restreint"))
    assert figure(project, people["pilote"]).words == "2 livrables, 0 finalisé, 1 en retard"
    assert figure(project, people["membre"]).words == "1 livrable, 0 finalisé"
    for stranger in (UserFactory(), AnonymousUser(), people["observateur"]):
        assert figure(project, stranger) is None


def test_reader_of_validated_things_is_told_nothing_of_the_sky(room, project):
    group, people = room
    row = DeliverableFactory(group=group, confidentiality="filiere", health="orage")
    serving(project, row)
    validated_version(row)
    neighbour = seat(Role.MEMBER, WorkingGroupFactory())
    for reader in (people["observateur"], neighbour):
        found = figure(project, reader)
        assert (found.words, list(found.facts)) == ("1 livrable, 0 finalisé", [])
    assert figure(project, people["membre"]).facts
    assert [place.title for place in figure(project, people["observateur"]).places] == [group.name]
    assert figure(project, neighbour).places == []  # that group is hidden from them


def test_contract_and_project_show_the_figure_and_lead_to_the_list(client, room, project):
    group, people = room
    row = due(-1, group=group, title="Bilan", health="orage")
    serving(project, row)
    DeliverableFactory(group=group, title="Autre")
    enter(client, people["membre"])
    for address in ("/contrat/", f"/contrat/{group.contract.code}/projets/{project.code}/"):
        response = client.get(address)
        assert "1 livrable, 0 finalisé, 1 en retard" in text(response)
        assert "1 dans l’orage" in text(response)
        assert not re.search(r'(?:x|width)="[\d.]*,', response.content.decode())
    (href,) = [each for each in links(response) if "?projet=" in each]
    assert titles(client.get(href)) == ["Bilan"]


@pytest.mark.parametrize("address", ["/contrat/", "/contrat/{contract}/projets/{project}/"])
def test_figures_cost_the_same_with_one_or_thirty(client, room, project, address, django_assert_max_num_queries):
    group, people = room
    enter(client, people["membre"])
    costs = []
    for number in (1, 30):
        for _ in range(number):
            serving(project, due(-1, group=group))
            serving(ProjectFactory(contract=group.contract, axis=project.axis), due(-1, group=group))
        with django_assert_max_num_queries(24) as queries:
            assert client.get(address.format(contract=group.contract.code, project=project.code)).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
