from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import expect

from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState
from projects.deliverables.services import create_deliverable
from projects.deliverables.versions.services import deposit_version, examine
from projects.groups.enums import ApprovalRule
from projects.models import Deliverable, Thread
from tests.factories.groups import MembershipFactory, WorkingGroupFactory


@pytest.fixture
def group():
    return WorkingGroupFactory(
        slug="antibioresistance", name="Groupe antibiorésistance", approval_rule=ApprovalRule.ALL
    )


@pytest.fixture
def seat(group) -> Callable[[str, str], object]:
    def sit(role, name):
        given_name, _space, family_name = name.partition(" ")
        return MembershipFactory(
            group=group, role=role, person__given_name=given_name, person__family_name=family_name
        ).person

    return sit


@pytest.fixture
def rapporteur(seat):
    return seat(Role.RAPPORTEUR, "Rosalie Groseille")


@pytest.fixture
def pilot(seat):
    return seat(Role.PILOT, "Philippine Coquelicot")


@pytest.fixture
def co_pilot(seat):
    return seat(Role.CO_PILOT, "Côme Estragon")


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def deposit(page, name, text, note):
    page.get_by_role("link", name="Déposer").first.click()
    heading(page, "Déposer une version")
    page.get_by_label("Ce qui change").fill(note)
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": text.encode()})
    page.get_by_role("button", name="Déposer", exact=True).click()
    heading(page, "Modèle économique")


def test_three_people_take_a_deliverable_from_a_line_to_an_approved_version(
    page, sign_in, axe, screenshot, rapporteur, pilot, co_pilot
):
    # A line in a contract.
    sign_in(page, rapporteur)
    page.goto(reverse("group-deliverables", args=["antibioresistance"]))
    axe(page)
    page.get_by_role("link", name="Nouveau livrable").first.click()
    page.get_by_label("Intitulé").fill("Modèle économique")
    page.get_by_label("Échéance").fill("T5 2026")
    expect(page.locator("main")).to_contain_text("Une année compte quatre trimestres")
    page.get_by_label("Échéance").fill("S2 2027")
    expect(page.locator("main")).to_contain_text("du 1er juillet au 31 décembre 2027")
    page.get_by_label("Critères d’acceptation").fill("Chiffré\nRelu par l’État")
    axe(page)
    screenshot(page, "livrable-nouveau")
    page.get_by_role("button", name="Inscrire").click()
    heading(page, "Modèle économique")
    deliverable = Deliverable.objects.get()

    # A first version, submitted.
    deposit(page, "modele.txt", "Le modèle repose sur trois leviers.", "Premier jet")
    expect(page.locator("main")).to_contain_text("modele.txt")
    page.get_by_role("link", name="Soumettre").first.click()
    axe(page)
    page.get_by_role("button", name="Soumettre aux pilotes").click()
    expect(page.locator("main")).to_contain_text("Philippine Coquelicot")

    # The pilot finds it at the top of her page, and asks for changes.
    sign_in(page, pilot)
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Modèle économique")
    page.goto(reverse("approvals"))
    axe(page)
    screenshot(page, "mes-approbations")
    page.get_by_role("link", name="Décider").click()
    heading(page, "Décision sur la version 1")
    axe(page)
    screenshot(page, "decision")
    page.get_by_role("button", name="Demander des modifications").click()
    expect(page.locator("main")).to_contain_text("Dites pourquoi")
    page.get_by_label("Motif ou remarque").fill("Il manque les chiffres.")
    page.get_by_role("button", name="Demander des modifications").click()
    expect(page.locator("main")).to_contain_text("Il manque les chiffres.")
    deliverable.refresh_from_db()
    assert deliverable.approval_state == ApprovalState.CHANGES_ASKED

    # A second version, which both of those who steer must approve.
    sign_in(page, rapporteur)
    page.goto(reverse("deliverable", args=[deliverable.pk]))
    expect(page.locator("main")).to_contain_text("Il manque les chiffres.")
    deposit(page, "modele.txt", "Le modèle repose sur quatre leviers, chiffrés.", "Chiffres")
    for version in deliverable.versions.all():
        examine(version.pk)  # as the worker does
    page.goto(reverse("version-compare", args=[deliverable.pk, 2]) + "?avec=1")
    expect(page.locator("main ins").first).to_be_visible()
    axe(page)
    screenshot(page, "comparer")
    page.goto(reverse("version-submit", args=[deliverable.pk, 2]))
    page.get_by_role("button", name="Soumettre aux pilotes").click()

    sign_in(page, pilot)
    page.goto(reverse("version-decide", args=[deliverable.pk, 2]))
    page.get_by_role("button", name="Approuver cette version").click()
    deliverable.refresh_from_db()
    assert deliverable.approval_state == ApprovalState.SUBMITTED
    page.goto(reverse("deliverable", args=[deliverable.pk]))
    expect(page.locator("main")).to_contain_text("Attend l’approbation de Côme Estragon")
    axe(page)
    screenshot(page, "livrable-attend")

    sign_in(page, co_pilot)
    page.goto(reverse("version-decide", args=[deliverable.pk, 2]))
    page.get_by_role("button", name="Approuver cette version").click()
    page.goto(reverse("deliverable", args=[deliverable.pk]))
    expect(page.locator("main")).to_contain_text("Approuvé")
    deliverable.refresh_from_db()
    assert deliverable.approval_state == ApprovalState.APPROVED
    assert deliverable.validated == deliverable.current
    axe(page)
    screenshot(page, "livrable-approuve")


def test_a_comment_names_somebody_with_the_keyboard_alone(page, sign_in, axe, screenshot, group, rapporteur, pilot):
    deliverable = create_deliverable(group=group, title="Feuille de route", by=rapporteur)
    deposit_version(deliverable=deliverable, file=SimpleUploadedFile("note.txt", b"Un texte."), by=rapporteur)
    sign_in(page, rapporteur)
    page.goto(reverse("deliverable", args=[deliverable.pk]))
    page.get_by_text("Ouvrir une discussion").click()
    page.get_by_label("Commentaire").press_sequentially("Qu’en dites-vous, @phil")
    expect(page.get_by_role("option", name="Philippine Coquelicot")).to_be_visible()
    axe(page)
    page.get_by_label("Commentaire").press("Enter")
    expect(page.get_by_label("Commentaire")).to_have_value("Qu’en dites-vous, @Philippine Coquelicot ")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("main")).to_contain_text("Qu’en dites-vous, @Philippine Coquelicot")
    comment = Thread.objects.get().comments.get()
    assert [mention.person for mention in comment.mentions.all()] == [pilot]
    page.get_by_role("button", name="Marquer comme résolu").click()
    expect(page.locator("main")).to_contain_text("Résolu")
    axe(page)
    screenshot(page, "discussion")
