from datetime import timedelta

import pytest
from django.utils import timezone

from filiere.days import today
from projects.deliverables import following
from projects.deliverables.approvals.services import approve, declare_recusal, request_changes
from projects.groups.enums import ApprovalRule
from projects.models import Deliverable, Version, WorkingGroup
from tests.factories.deliverables import (
    DeliverableFactory,
    a_group_at_work,
    submitted_version,
)
from tests.projects.deliverables.reading import acts, page, turn
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

READING = {"versions", "comparer", "fichier"}


@pytest.fixture
def room():
    return a_group_at_work(name="Antibiorésistance")


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group, title="Feuille de route", code="P04-L01", description="Vingt pages.")


def fresh(deliverable):
    return Deliverable.objects.get(pk=deliverable.pk)


def test_turn_of_a_deliverable_without_version_names_those_responsible(client, deliverable, people):
    deliverable.owners.set([people["membre"]])
    enter(client, people["copilote"])
    assert turn(page(client, deliverable)).startswith(f"Première version à déposer par {people['membre']}")
    enter(client, people["membre"])
    assert turn(page(client, deliverable)).startswith("À vous :")


def test_turn_names_who_is_missing_and_for_how_long(client, deliverable, group, people):
    WorkingGroup.objects.filter(pk=group.pk).update(approval_rule=ApprovalRule.ALL)
    version = submitted_version(deliverable)
    Version.objects.filter(pk=version.pk).update(submitted_at=timezone.now() - timedelta(days=4))
    enter(client, people["membre"])
    said = turn(page(client, deliverable))
    assert said.startswith(f"Attend l’approbation de {people['pilote']} et de {people['copilote']} depuis 4 jours")
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    said = turn(page(client, deliverable))
    assert said.startswith(f"Attend l’approbation de {people['copilote']} depuis 4 jours")
    assert f"Déjà approuvée par {people['pilote']}" in said


def test_turn_where_one_is_enough_says_or(client, deliverable, people):
    submitted_version(deliverable)
    enter(client, people["membre"])
    assert f"de {people['pilote']} ou de {people['copilote']} depuis aujourd’hui" in turn(page(client, deliverable))


def test_turn_tells_why_changes_were_asked(client, deliverable, people):
    version = submitted_version(deliverable, author=people["membre"])
    request_changes(version=version, reason="Le coût manque.", by=people["copilote"])
    enter(client, people["membre"])
    said = turn(page(client, deliverable))
    assert f"À vous : Modifications demandées par {people['copilote']} le" in said
    assert "Le coût manque." in said
    assert f"Une nouvelle version est attendue de {people['membre']}." in said


def test_turn_tells_when_nobody_can_approve(client, deliverable, group, people):
    submitted_version(deliverable, author=people["pilote"])
    declare_recusal(deliverable=deliverable, reason="Conflit.", by=people["copilote"])
    enter(client, people["membre"])
    assert "Personne ne peut approuver cette version" in turn(page(client, deliverable))


def test_suspended_says_why_and_until_when_and_is_not_late(client, group, people):
    deliverable = DeliverableFactory(group=group, due="hier", due_end=today() - timedelta(days=1))
    following.suspend(
        deliverable=deliverable,
        reason="En attente de la loi.",
        by=people["pilote"],
        resumes_on=today() + timedelta(days=60),
    )
    enter(client, people["membre"])
    response = page(client, deliverable)
    assert "Suspendu depuis le" in turn(response)
    assert "En attente de la loi." in turn(response)
    assert "Reprise prévue le" in turn(response)
    assert "En retard" not in text(response)
    assert "deposer" not in acts(response, deliverable)


def test_late_deliverable_says_by_how_much(client, group, people):
    deliverable = DeliverableFactory(group=group, due="hier", due_end=today() - timedelta(days=3))
    enter(client, people["membre"])
    assert "En retard de 3 jours" in text(page(client, deliverable))


def test_approved_deliverable_waits_for_the_bureau_or_for_nobody(client, deliverable, people):
    version = submitted_version(deliverable)
    approve(version=version, sha256=version.sha256, by=people["pilote"])
    enter(client, people["membre"])
    assert turn(page(client, deliverable)).startswith("Approuvé le")
    Deliverable.objects.filter(pk=deliverable.pk).update(needs_bureau=True)
    Version.objects.filter(pk=version.pk).update(validated_at=None)
    assert turn(page(client, deliverable)).startswith("Attend la validation du Bureau depuis aujourd’hui")
