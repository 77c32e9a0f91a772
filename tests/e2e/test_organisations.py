import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Organisation
from accounts.organisations.services import change_organisation
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory
from tests.factories.organisations import an_organisation


@pytest.fixture
def dge():
    return an_organisation(
        "Direction générale des Entreprises", "DGE", "Direction des entreprises et de l’industrie", region="nationale"
    )


@pytest.fixture
def others():
    return [
        an_organisation("Direction générale de la Santé", "DGS"),
        an_organisation("Agence de l’innovation en santé", "AIS", kind="agence"),
        an_organisation("Syndicat de l’œuvre industrielle", "SOI", kind="federation", college="industrie"),
    ]


@pytest.fixture
def administrator(page, sign_in):
    person = AdministratorFactory()
    sign_in(page, person)
    return person


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def search(page, words):
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")


def test_member_finds_an_organisation_by_alias_without_accents(page, sign_in, axe, screenshot, dge, others):
    sign_in(page, UserFactory())
    page.goto(reverse("directory"))
    heading(page, "Organisations")
    axe(page)
    screenshot(page, "organisations-annuaire")
    search(page, "industrie entreprises")
    expect(page).to_have_url(re.compile(r"q=industrie"))
    expect(page.locator("main table")).not_to_contain_text("Santé")
    search(page, "oeuvre l'industrielle")
    expect(page.locator("main table")).to_contain_text("Syndicat de l’œuvre industrielle")
    search(page, "generale direction entreprises")
    page.get_by_role("link", name="Direction générale des Entreprises").click()
    heading(page, "Direction générale des Entreprises")
    expect(page.get_by_role("link", name="Modifier")).to_have_count(0)
    axe(page)
    screenshot(page, "organisation")


def test_administrator_creates_an_organisation(page, administrator, axe, screenshot, dge, others):
    page.goto(reverse("organisations"))
    axe(page)
    screenshot(page, "organisations")
    page.get_by_role("link", name="Nouvelle organisation").click()
    heading(page, "Nouvelle organisation")
    axe(page)
    page.locator("[name=name]").fill("Délégation générale aux entreprises")
    page.get_by_label("Sigle").fill("DGE")
    page.get_by_label("Collège").select_option("État")
    page.get_by_label("Nature").select_option("Administration")
    page.get_by_label("Autres noms").fill("Délégation entreprises\nLa délégation")
    page.get_by_role("button", name="Créer l’organisation").click()
    expect(page.get_by_role("alert")).to_contain_text("désigne aussi l’organisation")
    axe(page)
    screenshot(page, "organisation-sigle-partage")
    page.get_by_label("Ce sont bien deux organisations différentes").check()
    page.get_by_role("button", name="Créer l’organisation").click()
    heading(page, "Délégation générale aux entreprises")
    expect(page.locator("main")).to_contain_text("La délégation")
    axe(page)
    screenshot(page, "organisation-administration")


def test_two_people_editing_the_second_sees_both_texts(page, administrator, axe, screenshot, dge):
    page.goto(reverse("organisation", args=[dge.pk]))
    page.get_by_role("link", name="Modifier").click()
    heading(page, "Modifier une organisation")
    axe(page)
    screenshot(page, "organisation-modifier")
    change_organisation(organisation=dge, seen=None, region="corse", aliases=["Bercy"], by=None)
    page.get_by_label("Région").select_option("Bretagne")
    page.get_by_label("Autres noms").fill("Entreprises")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Une autre personne a enregistré des changements")
    for words in ("Corse", "Bretagne", "Bercy", "Entreprises"):
        expect(page.locator(".conflict")).to_contain_text(words)
    axe(page)
    screenshot(page, "organisation-conflit")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main")).to_contain_text("Bretagne")


def test_administrator_merges_a_duplicate(page, administrator, axe, screenshot, dge, others):
    twin = an_organisation("Dir. générale Entreprises", "D.G.E.", "Les entreprises", region="ile-de-france")
    for _ in range(2):
        MembershipFactory(organisation=twin)
    page.goto(reverse("organisation", args=[dge.pk]))
    page.get_by_role("link", name="Fusionner un doublon").click()
    heading(page, "Fusionner un doublon")
    page.get_by_role("searchbox").fill("entreprises generale")
    page.get_by_role("button", name="Chercher").click()
    axe(page)
    screenshot(page, "organisation-fusion-choix")
    page.get_by_role("link", name="Dir. générale Entreprises").click()
    heading(page, "Fusionner deux organisations\u202f?")
    expect(page.locator("main")).to_contain_text("Mandats")
    axe(page)
    screenshot(page, "organisation-fusion")
    page.get_by_role("link", name="Garder plutôt l’autre").click()
    expect(page.locator("main")).to_contain_text("Rien ne désigne l’organisation qui disparaît.")
    page.go_back()
    page.get_by_role("button", name="Fusionner définitivement").click()
    heading(page, "Direction générale des Entreprises")
    expect(page.locator("main")).to_contain_text("Les entreprises")
    axe(page)
    page.goto(reverse("organisation", args=[twin.pk]))
    heading(page, "Direction générale des Entreprises")
    search_in_directory(page)
    assert Organisation.objects.living().count() == 4


def search_in_directory(page):
    page.goto(reverse("directory"))
    search(page, "D.G.E.")
    expect(page.get_by_role("link", name="Direction générale des Entreprises")).to_be_visible()


def test_organisation_is_found_and_created_without_javascript(browser, browser_context_args, sign_in, dge):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, AdministratorFactory())
    page.goto(reverse("organisations"))
    search(page, "dge")
    expect(page.get_by_role("link", name="Direction générale des Entreprises")).to_be_visible()
    page.goto(reverse("organisation-new"))
    page.locator("[name=name]").fill("Agence")
    page.get_by_label("Collège").select_option("État")
    page.get_by_label("Nature").select_option("Agence")
    page.get_by_role("button", name="Créer l’organisation").click()
    heading(page, "Agence")
    context.close()
