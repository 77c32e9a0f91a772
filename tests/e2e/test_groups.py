import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from filiere.days import today
from projects.access.enums import Role
from projects.groups.services import change_group, create_group
from projects.models import WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.contracts import ContractFactory, ProjectFactory
from tests.factories.groups import DelegationFactory, MembershipFactory


@pytest.fixture
def imaging():
    contract = ContractFactory()
    projects = [
        ProjectFactory(contract=contract, axis__contract=contract, number=13, title="Structurer l’imagerie médicale"),
        ProjectFactory(contract=contract, axis__contract=contract, number=7, title="Renforcer le diagnostic in vitro"),
    ]
    parent = create_group(contract=contract, name="Comités de pilotage", kind="copil", by=None)
    group = create_group(
        contract=contract,
        name="Comité imagerie médicale",
        slug="imagerie",
        kind="comite",
        parent=parent,
        projects=projects,
        presentation="Structurer la filière de l’imagerie.\n\nRemettre une feuille de route.",
        cadence="deux fois par an",
        by=None,
    )
    create_group(contract=contract, name="Convergence imagerie et thérapie", slug="convergence", parent=group, by=None)
    return group


def seat(group, role, name, college, organisation, **fields):
    given_name, _space, family_name = name.partition(" ")
    return MembershipFactory(
        group=group,
        role=role,
        person__given_name=given_name,
        person__family_name=family_name,
        organisation=OrganisationFactory(name=organisation, acronym="", college=college),
        **fields,
    )


@pytest.fixture
def pilot(imaging):
    mandate = seat(imaging, Role.PILOT, "Pénélope Églantine", "industrie", "Medtech Consulting")
    rapporteur = seat(imaging, Role.RAPPORTEUR, "Romane Jonquille", "industrie", "SNITEM")
    seat(imaging, Role.MEMBER, "Marceau Sarriette", "industrie", "Thales", ends_on=today() + timedelta(days=12))
    seat(imaging, Role.MEMBER, "Oriane Bergamote", "social", "CFDT", substitute_for=rapporteur)
    seat(imaging, Role.MEMBER, "Ignace Roseau", "recherche", "Institut", ends_on=today() - timedelta(days=100))
    DelegationFactory(group=imaging, lender=mandate.person, borrower=rapporteur.person)
    return mandate.person


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_pilot_goes_round_the_group(page, sign_in, axe, screenshot, imaging, pilot):
    sign_in(page, pilot)
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Comité imagerie médicale n’est pas au complet")
    axe(page)
    screenshot(page, "accueil-pilote")
    page.get_by_role("link", name="Groupes").first.click()
    heading(page, "Groupes")
    expect(page.locator("main table")).to_contain_text("Pilote, pour Medtech Consulting")
    axe(page)
    screenshot(page, "groupes")
    page.locator("main table").get_by_role("link", name="Comité imagerie médicale").click()
    heading(page, "Comité imagerie médicale")
    main = page.locator("main")
    for words in (
        "Fin du mandat de Marceau Sarriette",
        "Au moins une réunion tous les 6 mois.",
        "Aucun représentant de l’État",
        "Aucun copilote",
        "13. Structurer l’imagerie médicale",
    ):
        expect(main).to_contain_text(words)
    axe(page)
    screenshot(page, "groupe")
    page.get_by_role("link", name="Membres", exact=True).click()
    expect(main).to_contain_text("Oriane Bergamote")
    expect(main).not_to_contain_text("Ignace Roseau")
    axe(page)
    screenshot(page, "groupe-membres")


def test_members_of_another_day(page, sign_in, axe, screenshot, imaging, pilot):
    sign_in(page, pilot)
    page.goto(reverse("group-members", args=[imaging.slug]))
    day = (today() - timedelta(days=101)).isoformat()
    page.get_by_label("Membres au").fill(day)
    expect(page.locator("main table")).to_contain_text("Ignace Roseau")
    expect(page).to_have_url(re.compile(f"le={day}"))
    page.reload()
    expect(page.locator("main")).to_contain_text("Voici qui siégeait, ou siégera")
    axe(page)
    screenshot(page, "groupe-membres-autre-jour")
    page.get_by_role("link", name="Revenir à aujourd’hui").click()
    expect(page.locator("main table")).not_to_contain_text("Ignace Roseau")


def test_pilot_presents_the_group_and_the_journal_tells_it(page, sign_in, axe, screenshot, imaging, pilot):
    sign_in(page, pilot)
    page.goto(reverse("group", args=[imaging.slug]))
    page.get_by_role("link", name="Modifier").click()
    heading(page, "Modifier un groupe")
    axe(page)
    screenshot(page, "groupe-presenter")
    page.get_by_label("Rythme des réunions").fill("quand il le faudra bien")
    change_group(group=imaging, by=None, presentation="Écrit entre-temps.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Une autre personne a enregistré des changements")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main")).to_contain_text("Ces mots ne disent pas d’intervalle à l’application")
    page.get_by_role("link", name="Journal", exact=True).click()
    expect(page.locator("main table")).to_contain_text("Pénélope Églantine a modifié un groupe")
    axe(page)
    screenshot(page, "groupe-journal")


def test_coordinator_creates_changes_and_archives_a_group(page, sign_in, axe, screenshot, imaging, pilot):
    sign_in(page, UserFactory(is_delegate=True))
    page.goto(reverse("groups"))
    screenshot(page, "groupes-deleguee")
    page.get_by_role("link", name="Nouveau groupe").click()
    heading(page, "Nouveau groupe")
    page.locator("[name=name]").fill("Nouveau")
    page.get_by_role("button", name="Créer le groupe").click()
    expect(page.get_by_role("alert")).to_contain_text("Cette adresse est réservée")
    axe(page)
    screenshot(page, "groupe-nouveau-refuse")
    page.locator("[name=name]").fill("Sobriété hydrique")
    page.get_by_label("Groupe parent").select_option("Comités de pilotage")
    page.get_by_label("13. Structurer l’imagerie médicale").check()
    page.get_by_role("button", name="Créer le groupe").click()
    heading(page, "Sobriété hydrique")
    axe(page)
    screenshot(page, "groupe-vide")
    page.get_by_role("link", name="Modifier").click()
    axe(page)
    screenshot(page, "groupe-modifier")
    page.goto(reverse("group", args=[imaging.slug]))
    page.get_by_role("link", name="Archiver").click()
    heading(page, "Archiver «\u00a0Comité imagerie médicale\u00a0»\u202f?")
    axe(page)
    screenshot(page, "groupe-archiver")
    page.get_by_role("button", name="Archiver le groupe").click()
    expect(page.locator("main")).to_contain_text("Ce groupe est archivé")
    axe(page)
    screenshot(page, "groupe-archive")
    page.get_by_role("link", name="Rouvrir le groupe").click()
    axe(page)
    page.get_by_role("button", name="Rouvrir le groupe").click()
    expect(page.locator("main")).not_to_contain_text("Ce groupe est archivé")


def test_administrator_archives_several_groups(page, sign_in, axe, screenshot, imaging, pilot):
    sign_in(page, AdministratorFactory())
    page.goto(reverse("administration"))
    page.locator("main").get_by_role("link", name="Groupes").click()
    heading(page, "Groupes")
    axe(page)
    screenshot(page, "groupes-administration")
    page.get_by_label("Choisir Comité imagerie médicale").check()
    page.get_by_label("Choisir Convergence imagerie et thérapie").check()
    page.get_by_role("button", name="Archiver…").click()
    heading(page, "Archiver ces 2 groupes\u202f?")
    axe(page)
    screenshot(page, "groupes-en-lot")
    page.get_by_role("button", name="Archiver").click()
    heading(page, "Groupes")
    assert WorkingGroup.objects.living().count() == 1


def test_groups_are_read_and_administered_without_javascript(browser, browser_context_args, sign_in, imaging, pilot):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, AdministratorFactory())
    page.goto(reverse("groups-administration"))
    page.get_by_label("Choisir Comités de pilotage").check()
    page.get_by_role("button", name="Archiver…").click()
    page.get_by_role("button", name="Archiver").click()
    heading(page, "Groupes")
    page.goto(f"{reverse('group-members', args=[imaging.slug])}?le=2024-06-01")
    expect(page.locator("main table")).to_contain_text("Ignace Roseau")
    context.close()
    with transaction.atomic():
        assert WorkingGroup.objects.exclude(archived_at=None).get().name == "Comités de pilotage"
