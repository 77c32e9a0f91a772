"""The contract as people read it, and as coordinators write it, from an empty installation on."""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from projects.contracts.sheets import change_project
from projects.demonstration import contract, groups, organisations, people
from projects.models import Axis, Contract, Project
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.contracts import AxisFactory, ContractFactory, ProjectFactory
from tests.factories.organisations import an_organisation


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


@pytest.fixture
def coordinator(page, sign_in):
    person = AdministratorFactory()
    sign_in(page, person)
    return person


@pytest.fixture
def project():
    axis = AxisFactory(contract=ContractFactory(), code="A", title="Transition", position=1)
    ProjectFactory(axis=axis, code="P02", number=2, title="Eau")
    return ProjectFactory(axis=axis, code="P01", number=1, title="Décarbonation")


@pytest.fixture
def _demonstration():
    with transaction.atomic():
        for loader in (organisations, people, contract, groups):
            loader.load()


@pytest.mark.usefixtures("_demonstration")
def test_member_reads_the_contract_and_a_project(page, sign_in, axe, screenshot):
    sign_in(page, User.objects.get(email="membre-amr@demo.example"))
    page.goto(reverse("home"))
    page.get_by_role("navigation").get_by_role("link", name="Contrat", exact=True).first.click()
    heading(page, re.compile("Contrat stratégique de filière"))
    expect(page.get_by_role("link", name="Modifier")).to_have_count(0)
    axe(page)
    screenshot(page, "contract")
    page.get_by_role("link", name=re.compile("Favoriser le financement de start-ups")).click()
    heading(page, re.compile("Favoriser le financement"))
    expect(page.get_by_role("main")).to_contain_text("1,1\u00a0Md\u00a0€")
    axe(page)
    screenshot(page, "project-budget")
    page.goto(reverse("project", args=["its-2023-2026", "P14"]))
    expect(page.get_by_role("main")).to_contain_text("à définir")
    screenshot(page, "project-links")
    page.goto(reverse("projects", args=["its-2023-2026"]))
    page.get_by_role("searchbox").fill("egalite professionnelle")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("main table")).to_contain_text("Promouvoir l’égalité professionnelle")
    expect(page.locator("main table")).not_to_contain_text("antibiorésistance")
    axe(page)
    screenshot(page, "projects")


@pytest.mark.usefixtures("_demonstration")
def test_delegate_sees_the_demonstration_and_what_can_be_changed(page, sign_in, axe, screenshot):
    sign_in(page, User.objects.get(email="deleguee@demo.example"))
    page.goto(reverse("contract"))
    axe(page)
    screenshot(page, "contract-coordinator")
    page.goto(reverse("axes", args=["its-2023-2026"]))
    axe(page)
    screenshot(page, "axes")
    for name in ("project", "project-edit", "project-organisations", "project-links", "project-budget"):
        page.goto(reverse(name, args=["its-2023-2026", "P06"]))
        axe(page)
        screenshot(page, f"coordinator-{name}")


def test_coordinator_starts_from_nothing(page, coordinator, axe, screenshot):
    an_organisation("Direction générale des Entreprises", "DGE")
    page.goto(reverse("contract"))
    axe(page)
    screenshot(page, "contract-none")
    page.get_by_role("link", name="Nouveau contrat").click()
    page.get_by_label("Code").fill("sante-2027")
    page.get_by_label("Titre").fill("Contrat de la filière santé")
    page.locator("[name=sector]").fill("Santé")
    page.get_by_label("Début").fill("2027-01-01")
    page.get_by_label("Fin").fill("2026-12-31")
    page.get_by_label("Signataires").fill("DGE\nDirection inconnue")
    page.get_by_role("button", name="Créer le contrat").click()
    expect(page.get_by_role("alert")).to_contain_text("« Direction inconnue »")
    axe(page)
    screenshot(page, "contract-refused")
    page.get_by_label("Signataires").fill("DGE")
    page.get_by_role("button", name="Créer le contrat").click()
    expect(page.get_by_role("alert")).to_contain_text("ne peut pas finir avant")
    page.get_by_label("Fin").fill("2029-12-31")
    page.get_by_role("button", name="Créer le contrat").click()
    heading(page, "Axes du contrat")
    page.get_by_role("link", name="Nouvel axe").first.click()
    page.get_by_label("Code").fill("A")
    page.get_by_label("Titre").fill("Souveraineté")
    page.get_by_role("button", name="Ajouter l’axe").click()
    page.get_by_role("link", name="Contrat", exact=True).first.click()
    heading(page, "Contrat de la filière santé")
    page.get_by_role("link", name="Nouveau projet").click()
    page.get_by_label("Code").fill("P01")
    page.get_by_label("Axe").select_option("A. Souveraineté")
    page.locator("[name=title]").fill("Relocaliser la production")
    page.get_by_role("button", name="Ajouter le projet").click()
    heading(page, "Relocaliser la production")
    axe(page)
    screenshot(page, "project-empty")
    assert Contract.objects.get().organisations.get().acronym == "DGE"


def test_coordinator_writes_a_budget_with_an_envelope_and_its_part(page, coordinator, project, axe, screenshot):
    page.goto(reverse("project-budget", args=["contrat", "P01"]))
    first, second = page.get_by_role("group", name="Ligne 1"), page.get_by_role("group", name="Ligne 2")
    first.get_by_label("Nature").select_option("Prévu")
    first.get_by_label("Montant").fill("13,7 M€")
    second.get_by_label("Nature").select_option("Prévu")
    second.get_by_label("Montant").fill("beaucoup")
    second.get_by_label("Comprise dans").select_option("Ligne 1")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("À corriger, ligne 2")
    axe(page)
    screenshot(page, "budget-refused")
    expect(second.get_by_label("Montant")).to_have_value("beaucoup")
    second.get_by_label("Montant").fill("20 millions d’euros")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("plus que les")
    second.get_by_label("Montant").fill("1,2 million d'euros")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    heading(page, "Décarbonation")
    expect(page.get_by_role("main")).to_contain_text("13,7\u00a0M€")
    screenshot(page, "budget-written")


def test_coordinator_who_loses_a_race_sees_both_lists(page, coordinator, project, axe, screenshot):
    page.goto(reverse("project-criteria", args=["contrat", "P01"]))
    page.get_by_label("Critères d’évaluation").fill("Le mien")
    change_project(project=project, criteria=["Celui d’une autre"], by=UserFactory())
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Une autre personne a enregistré")
    expect(page.get_by_role("table")).to_contain_text("Celui d’une autre")
    axe(page)
    screenshot(page, "criteria-conflict")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("main")).to_contain_text("Le mien")


def test_coordinator_orders_and_removes_axes(page, coordinator, project, axe, screenshot):
    AxisFactory(contract=project.contract, code="B", title="Emplois", position=2)
    page.goto(reverse("axes", args=["contrat"]))
    page.get_by_role("button", name="Monter l’axe B").click()
    expect(page.get_by_role("listitem").filter(has_text="Emplois")).to_be_visible()
    assert [axis.code for axis in Axis.objects.all()] == ["B", "A"]
    page.get_by_role("link", name="Supprimer A").click()
    expect(page.get_by_role("main")).to_contain_text("encore 2 projets")
    axe(page)
    screenshot(page, "axis-not-empty")
    page.get_by_role("link", name="Revenir").click()
    page.get_by_role("link", name="Supprimer B").click()
    axe(page)
    screenshot(page, "axis-remove")
    page.get_by_role("button", name="Supprimer l’axe").click()
    heading(page, "Axes du contrat")
    assert [axis.code for axis in Axis.objects.all()] == ["A"]
    assert Project.objects.count() == 2
