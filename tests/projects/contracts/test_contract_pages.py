from html import unescape

import pytest
from django.urls import reverse

from filiere.versions import version_of
from projects.contracts.chapters import change_axis
from projects.contracts.services import change_amendment, change_contract
from projects.models import Amendment, Axis, Contract
from tests.factories import AdministratorFactory
from tests.factories.contracts import AxisFactory
from tests.projects.contracts.sheets import a_whole_sheet, address

pytestmark = pytest.mark.django_db

FACTS = {
    "code": "sante-2027",
    "title": "Contrat suivant",
    "sector": "Santé",
    "starts_on": "2027-01-01",
    "ends_on": "2029-12-31",
    "organisations": "dge",
}
TERMS = {"number": "2", "title": "Suite", "signed_on": "2026-05-02", "ends_on": "", "summary": ""}


@pytest.fixture
def contract():
    return a_whole_sheet().contract


@pytest.fixture(autouse=True)
def administrator(client):
    person = AdministratorFactory()
    client.force_login(person)
    return person


def text_of(response):
    return unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def test_new_contract_is_created_and_leads_to_its_axes(client, contract):
    response = client.post(address("contract-new"), FACTS)
    assert response["Location"] == reverse("axes", args=["sante-2027"])
    made = Contract.objects.get(code="sante-2027")
    assert [each.acronym for each in made.organisations.all()] == ["DGE"]
    assert "Aucun axe pour l’instant" in text_of(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "CONTRAT"}, "déjà pris"),
        ({"code": "nouveau"}, "réservé"),
        ({"ends_on": "2020-01-01"}, "ne peut pas finir avant"),
        ({"ends_on": "demain"}, "date valide"),
        ({"organisations": "Inconnue"}, "« Inconnue »"),
        ({"title": "a\u200bb"}, "invisibles"),
    ],
)
def test_new_contract_that_is_refused_keeps_what_was_typed(client, contract, wrong, sentence):
    page = text_of(client.post(address("contract-new"), {**FACTS, "presentation": "Tapé longuement", **wrong}))
    assert sentence in page
    assert "Tapé longuement" in page
    assert Contract.objects.count() == 1


def test_contract_edit_shows_what_stands_and_saves(client, contract):
    contract.organisations.set([contract.projects.get(code="P01").participations.get().organisation])
    page = client.get(address("contract-edit"))
    form = page.context["form"]
    assert form["organisations"].value() == "DGE"
    assert 'name="code"' not in text_of(page)
    data = {**FACTS, "version": version_of(contract), "title": "Autre titre", "organisations": ""}
    assert client.post(address("contract-edit"), data)["Location"] == address("contract-version")
    contract.refresh_from_db()
    assert (contract.title, contract.code, contract.organisations.count()) == ("Autre titre", "contrat", 0)


def test_contract_edit_that_lost_a_race_shows_both_texts(client, contract, administrator):
    data = {**FACTS, "version": version_of(contract), "title": "Le mien", "organisations": ""}
    dge = contract.projects.get(code="P01").participations.get().organisation
    change_contract(contract=contract, title="Le sien", organisations=[dge.pk], by=administrator)
    response = client.post(address("contract-edit"), data)
    page = text_of(response)
    assert "Une autre personne a enregistré" in page
    assert "Le sien" in page
    assert 'value="Le mien"' in page
    assert client.post(address("contract-edit"), {**data, "version": response.context["form"]["version"].value()})
    assert Contract.objects.get().title == "Le mien"


def test_amendment_is_added_with_the_next_number(client, contract):
    assert client.get(address("amendment-new")).context["form"]["number"].value() == 2
    assert client.post(address("amendment-new"), TERMS)["Location"] == address("contract-version")
    assert Amendment.objects.get(number=2).title == "Suite"


def test_amendment_of_a_number_taken_is_refused_at_its_field(client, contract):
    response = client.post(address("amendment-new"), {**TERMS, "number": "1"})
    assert response.context["form"].errors["number"] == ["Ce contrat a déjà un avenant de ce numéro."]
    assert 'value="Suite"' in text_of(response)


def test_amendment_is_changed_unless_somebody_was_faster(client, contract, administrator):
    amendment = Amendment.objects.get()
    data = {**TERMS, "number": "1", "version": version_of(amendment)}
    change_amendment(amendment=amendment, title="Le sien", by=administrator)
    response = client.post(address("amendment-edit"), data)
    assert "Le sien" in text_of(response)
    client.post(address("amendment-edit"), {**data, "version": response.context["form"]["version"].value()})
    assert Amendment.objects.get().title == "Suite"


def test_unknown_things_are_not_found(client, contract):
    for name, changes in (
        ("contract-edit", {"code": "inconnu"}),
        ("amendment-edit", {"number": 9}),
        ("amendment-edit", {"number": 10**30}),
        ("axis-edit", {"axis": "Z"}),
        ("axis-remove", {"axis": "Z"}),
        ("project-edit", {"project": "P99"}),
        ("project-new", {"code": "inconnu"}),
        ("axes", {"code": "inconnu"}),
    ):
        assert client.get(address(name, **changes)).status_code == 404


def test_axis_is_added_and_renamed(client, contract):
    assert client.post(address("axis-new"), {"code": "C", "title": "Innovation"})["Location"] == address("axes")
    axis = Axis.objects.get(code="C")
    assert axis.position == 3
    client.post(address("axis-edit", axis="C"), {"title": "Recherche", "version": version_of(axis)})
    assert Axis.objects.get(code="C").title == "Recherche"


def test_axis_refused_keeps_what_was_typed(client, contract):
    response = client.post(address("axis-new"), {"code": "a", "title": "Encore"})
    assert "déjà pris" in text_of(response)
    assert 'value="Encore"' in text_of(response)


def test_axis_edit_that_lost_a_race_shows_both_texts(client, contract, administrator):
    axis = Axis.objects.get(code="A")
    seen = version_of(axis)
    change_axis(axis=axis, title="Le sien", by=administrator)
    page = text_of(client.post(address("axis-edit"), {"title": "Le mien", "version": seen}))
    assert "Le sien" in page
    assert "Le mien" in page


def test_axes_are_moved_up_and_down_and_no_further(client, contract):
    def order():
        return "".join(Axis.objects.values_list("code", flat=True))

    client.post(address("axis-move"), {"sens": "descendre"})
    assert order() == "BA"
    client.post(address("axis-move"), {"sens": "descendre"})
    assert order() == "BA"
    client.post(address("axis-move"), {"sens": "monter"})
    client.post(address("axis-move"), {"sens": "monter"})
    assert order() == "AB"
    assert client.get(address("axis-move")).status_code == 405


def test_axis_with_projects_says_why_it_stays(client, contract):
    assert "Cet axe a encore un projet" in text_of(client.get(address("axis-remove")))
    response = client.post(address("axis-remove"), follow=True)
    assert "a encore des projets" in text_of(response)
    assert Axis.objects.count() == 2


def test_empty_axis_is_removed_after_saying_what_goes_with_it(client, contract):
    emplois = Axis.objects.get(code="B")
    emplois.projects.update(axis=Axis.objects.get(code="A"))
    assert "et avec lui le lien qui y mène" in text_of(client.get(address("axis-remove", axis="B")))
    AxisFactory(contract=contract, code="C", position=3)
    assert "Rien d’autre n’en dépend" in text_of(client.get(address("axis-remove", axis="C")))
    response = client.post(address("axis-remove", axis="B"), follow=True)
    assert "est supprimé" in text_of(response)
    assert [axis.code for axis in Axis.objects.all()] == ["A", "C"]
