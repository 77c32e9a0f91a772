"""The help page of the way to approval: printed from the table that is applied."""

import pytest
from django.urls import reverse

from projects.access.roles import ROLES
from projects.deliverables.enums import ApprovalState
from projects.deliverables.workflow import STEPS, Move
from tests.factories import UserFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db

PAGE = "/aide/circuit-d-approbation/"


def plain(words):
    return " ".join(str(words).replace("\u00a0", " ").replace("\u202f", " ").split())


def test_visitors_are_sent_to_sign_in(client):
    assert client.get(PAGE)["Location"].startswith("/connexion/")


def test_every_state_move_and_condition_of_the_table_is_printed(client):
    enter(client, UserFactory())
    said = text(client.get(PAGE))
    for state in ApprovalState:
        assert str(state.label) in said
    for step in STEPS.values():
        assert str(step.move.label) in said
        for condition in (*step.conditions, *((step.once,) if step.once else ())):
            assert plain(condition.means) in said


def test_each_line_says_who_and_where_to(client):
    enter(client, UserFactory())
    lines = {line.step.move: line for line in client.get(PAGE).context["lines"]}
    assert lines[Move.DEPOSIT].leaves_from == "Tout état"
    assert lines[Move.SUBMIT].leaves_from == "Brouillon"
    assert lines[Move.SUBMIT].who == [str(role.label) for role in ROLES if STEPS[Move.SUBMIT].permission in ROLES[role]]
    assert lines[Move.APPROVE].who == ["Pilote", "Copilote", "qui en tient la délégation"]
    assert lines[Move.VALIDATE].who[0].startswith("Le Bureau, en séance")
    assert lines[Move.APPROVE].records == "Une personne a approuvé une version, qui a toutes ses approbations"


def test_every_way_out_of_a_state_is_there_and_no_other(client):
    enter(client, UserFactory())
    for each in client.get(PAGE).context["states"]:
        assert each["open"] == [(step.move, step.target) for step in STEPS.values() if each["state"] in step.sources]


def test_help_and_deliverables_lead_to_it(client):
    group, people = a_group_at_work()
    version = a_version(DeliverableFactory(group=group), author=people["membre"])
    enter(client, people["membre"])
    assert PAGE in links(client.get(reverse("help")))
    where = reverse("version-decide", kwargs={"pk": version.deliverable_id, "number": version.number})
    assert PAGE in links(client.get(where))
    assert PAGE in links(client.get(reverse("deliverable", kwargs={"pk": version.deliverable_id})))
