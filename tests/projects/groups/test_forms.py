import pytest

from filiere.versions import version_of
from projects.access.enums import Role
from projects.groups.services import change_group
from projects.models import WorkingGroup
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.groups import DelegationFactory, WorkingGroupFactory
from tests.projects.groups.visits import enter, seated, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="imagerie", name="Imagerie médicale")


def test_coordinator_creates_a_group(client):
    contract = ContractFactory()
    project = ProjectFactory(contract=contract, axis__contract=contract)
    enter(client, UserFactory(is_delegate=True))
    fields = {
        "name": "Décarbonation",
        "kind": "copil",
        "projects": [project.pk],
        "cadence": "2 fois par an",
        "approval_rule": "tous",
        "default_confidentiality": "filiere",
    }
    response = client.post("/groupes/nouveau/", fields)
    assert response["Location"] == "/groupes/decarbonation/"
    made = WorkingGroup.objects.get()
    assert (made.kind, made.cadence, made.approval_rule, made.contract) == ("copil", "2 fois par an", "tous", contract)
    assert list(made.projects.all()) == [project]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Ce champ est obligatoire."),
        ({"slug": "nouveau"}, "Cette adresse est réservée"),
        ({"slug": "0193b0a0-0000-7000-8000-000000000000"}, "Cette adresse est réservée"),
        ({"name": "Nouveau"}, "Cette adresse est réservée"),
        ({"slug": "imagerie"}, "Un groupe porte déjà cette adresse."),
        ({"slug": "à la mode"}, "Ce champ ne doit contenir que des lettres"),
        ({"name": "???"}, "Donnez au groupe une adresse"),
        ({"kind": "club"}, "club"),
    ],
)
def test_refused_group_says_why_and_keeps_what_was_typed(client, group, fields, sentence):
    enter(client, AdministratorFactory())
    whole = {
        "name": "Un autre",
        "presentation": "Ce qui était écrit.",
        "kind": "gt",
        "approval_rule": "un",
        "default_confidentiality": "groupe",
        **fields,
    }
    response = client.post("/groupes/nouveau/", whole)
    assert response.status_code == 200
    assert sentence in text(response)
    assert "Ce qui était écrit." in text(response)
    assert WorkingGroup.objects.get() == group


def test_new_group_waits_for_a_contract(client):
    enter(client, AdministratorFactory())
    assert "Il faut d’abord un contrat" in text(client.get("/groupes/nouveau/"))


def test_pilot_changes_the_presentation_and_nothing_else(client, group):
    enter(client, seated(group, Role.PILOT))
    html = client.get("/groupes/imagerie/modifier/").content.decode()
    assert 'name="cadence"' in html
    assert 'name="approval_rule"' not in html
    fields = {
        "name": "Imagerie",
        "presentation": "Voir.\r\nMieux.",
        "cadence": "mensuel",
        "approval_rule": "tous",
        "version": version_of(group),
    }
    assert client.post("/groupes/imagerie/modifier/", fields)["Location"] == "/groupes/imagerie/"
    group.refresh_from_db()
    assert (group.name, group.presentation, group.cadence) == ("Imagerie", "Voir.\nMieux.", "mensuel")
    assert group.approval_rule == "un"


def test_coordinator_changes_everything_but_the_address(client, group):
    enter(client, AdministratorFactory())
    html = client.get("/groupes/imagerie/modifier/").content.decode()
    assert 'name="slug"' not in html
    parent = WorkingGroupFactory(contract=group.contract)
    fields = {
        "name": "Imagerie",
        "kind": "comite",
        "parent": parent.pk,
        "approval_rule": "tous",
        "default_confidentiality": "filiere",
        "version": version_of(group),
    }
    client.post("/groupes/imagerie/modifier/", fields)
    group.refresh_from_db()
    assert (group.kind, group.parent, group.approval_rule) == ("comite", parent, "tous")


def test_second_of_two_editors_sees_both_texts(client, group):
    enter(client, seated(group, Role.PILOT))
    seen = version_of(group)
    change_group(group=group, by=None, name="Imagerie de demain")
    fields = {"name": "Imagerie d’ailleurs", "version": seen}
    read = text(client.post("/groupes/imagerie/modifier/", fields))
    assert "Une autre personne a enregistré des changements" in read
    assert "Imagerie de demain" in read
    assert "Imagerie d’ailleurs" in read
    group.refresh_from_db()
    assert group.name == "Imagerie de demain"


def test_archiving_says_what_stops_then_does_it(client, group):
    lender, borrower = seated(group, Role.PILOT), seated(group)
    DelegationFactory(group=group, lender=lender, borrower=borrower)
    WorkingGroupFactory(parent=group, name="Sous-groupe")
    enter(client, UserFactory(is_delegate=True))
    read = text(client.get("/groupes/imagerie/archiver/"))
    assert "Archiver « Imagerie médicale » ?" in read
    assert "2 personnes y siègent" in read
    assert "Une délégation en vigueur cesse d’avoir effet." in read
    assert "« Sous-groupe », qui en dépend, reste ouvert." in read
    client.post("/groupes/imagerie/archiver/", {"version": version_of(group)})
    group.refresh_from_db()
    assert group.is_archived
    assert "Rouvrir « Imagerie médicale » ?" in text(client.get("/groupes/imagerie/rouvrir/"))
    client.post("/groupes/imagerie/rouvrir/", {"version": version_of(group)})
    group.refresh_from_db()
    assert not group.is_archived


def test_archiving_a_group_that_changed_meanwhile_asks_again(client, group):
    enter(client, AdministratorFactory())
    seen = version_of(group)
    change_group(group=group, by=None, name="Imagerie")
    response = client.post("/groupes/imagerie/archiver/", {"version": seen})
    assert "Une autre personne a enregistré des changements" in text(response)
    group.refresh_from_db()
    assert not group.is_archived
