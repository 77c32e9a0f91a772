from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from filiere.days import today
from projects.access.enums import Role
from projects.models import Delegation, Membership
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory


@pytest.fixture
def imaging():
    return WorkingGroupFactory(slug="imagerie", name="Comité imagerie médicale")


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
    return seat(imaging, Role.PILOT, "Pénélope Églantine", "industrie", "Medtech Consulting")


@pytest.fixture
def member(imaging):
    return seat(imaging, Role.MEMBER, "Marceau Sarriette", "etat", "Direction générale des Entreprises")


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_pilot_gives_a_mandate_then_changes_it(page, sign_in, axe, screenshot, imaging, pilot):
    person = UserFactory(given_name="Oriane", family_name="Bergamote", email="oriane@demo.example")
    OrganisationFactory(name="Confédération du travail", acronym="CT", college="social")
    sign_in(page, pilot.person)
    page.goto(reverse("group-members", args=["imagerie"]))
    page.get_by_role("link", name="Confier un mandat").click()
    heading(page, "Confier un mandat")
    axe(page)
    page.get_by_label("Adresse électronique").fill("inconnue@demo.example")
    page.get_by_label("Rôle").select_option("Membre")
    page.get_by_label("Organisation représentée").select_option("Confédération du travail (CT)")
    page.get_by_role("button", name="Confier le mandat").click()
    expect(page.get_by_role("alert")).to_contain_text("Aucun compte ouvert n’a cette adresse")
    axe(page)
    screenshot(page, "mandat-adresse-inconnue")
    page.get_by_label("Adresse électronique").fill(person.email)
    page.get_by_role("button", name="Confier le mandat").click()
    heading(page, "Mandat confié à Oriane Bergamote")
    expect(page.locator("main")).to_contain_text("En cours")
    axe(page)
    page.get_by_role("link", name="Changer de rôle ou d’organisation").click()
    axe(page)
    screenshot(page, "mandat-changer")
    page.get_by_label("Rôle").select_option("Rapporteur")
    page.get_by_label("À partir du").fill((today() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main")).to_contain_text("À venir")
    expect(page.locator("main")).to_contain_text("Ses autres mandats dans ce groupe")
    axe(page)
    screenshot(page, "mandat")
    page.get_by_role("link", name="Retirer").click()
    heading(page, "Retirer ce mandat avant qu’il commence\u202f?")
    axe(page)
    screenshot(page, "mandat-retirer")
    page.get_by_role("button", name="Retirer le mandat").click()
    expect(page.locator("main")).to_contain_text("Retiré")
    assert Membership.objects.filter(person=person).count() == 2


def test_administrator_finds_somebody_and_hands_over(page, sign_in, axe, screenshot, imaging, pilot, member):
    seat(imaging, Role.MEMBER, "Ignace Roseau", "recherche", "Institut", substitute_for=pilot)
    DelegationFactory(group=imaging, lender=pilot.person, borrower=member.person, ends_on=today() + timedelta(days=9))
    sign_in(page, AdministratorFactory())
    page.goto(reverse("mandate-new", args=["imagerie"]))
    page.get_by_role("searchbox").fill("sarriette")
    page.get_by_role("button", name="Chercher").click()
    axe(page)
    screenshot(page, "mandat-choisir")
    page.get_by_role("link", name="Marceau Sarriette").click()
    heading(page, "Confier un mandat à Marceau Sarriette")
    axe(page)
    screenshot(page, "mandat-nouveau")
    page.goto(reverse("mandate", args=["imagerie", pilot.pk]))
    page.get_by_role("link", name="Changer la fin").click()
    axe(page)
    screenshot(page, "mandat-fin")
    page.get_by_role("link", name="terminer le mandat").click()
    heading(page, "Terminer le mandat confié à Pénélope Églantine\u202f?")
    main = page.locator("main")
    for words in ("A pour suppléant Ignace Roseau", "Délègue à Marceau Sarriette", "Aucun pilote"):
        expect(main).to_contain_text(words)
    axe(page)
    screenshot(page, "mandat-terminer")
    page.get_by_label("Successeur").select_option(
        label="Marceau Sarriette — membre, Direction générale des Entreprises"
    )
    page.get_by_role("button", name="Terminer le mandat").click()
    expect(main).to_contain_text("Terminé")
    assert Membership.objects.get(person__given_name="Ignace").substitute_for == member
    assert Delegation.objects.get().revoked_at


def test_pilot_delegates_and_the_borrower_gives_it_back(page, sign_in, axe, screenshot, imaging, pilot, member):
    sign_in(page, pilot.person)
    page.goto(reverse("group-delegations", args=["imagerie"]))
    axe(page)
    screenshot(page, "delegations-aucune")
    page.get_by_role("link", name="Déléguer une permission").click()
    heading(page, "Déléguer une permission")
    axe(page)
    page.get_by_label("Permission").select_option("Approuver les livrables et les comptes rendus")
    page.get_by_label("À qui").select_option("Marceau Sarriette")
    page.get_by_label("Dernier jour").fill((today() + timedelta(days=15)).isoformat())
    page.get_by_label("Motif").fill("Congés d’été")
    screenshot(page, "delegation-nouvelle")
    page.get_by_role("button", name="Déléguer").click()
    expect(page.locator("main table")).to_contain_text("Congés d’été")
    axe(page)
    screenshot(page, "delegations")
    sign_in(page, member.person)
    page.goto(reverse("group-delegations", args=["imagerie"]))
    page.get_by_role("link", name="Terminer").click()
    axe(page)
    screenshot(page, "delegation-terminer")
    page.get_by_role("button", name="Terminer la délégation").click()
    expect(page.locator("main table")).to_contain_text("Retirée")


def test_card_of_a_colleague(page, sign_in, axe, screenshot, imaging, pilot, member):
    MembershipFactory(
        group=imaging,
        role=Role.OBSERVER,
        person=member.person,
        organisation=OrganisationFactory(name="Cabinet", acronym=""),
        ends_on=today() - timedelta(days=40),
    )
    sign_in(page, pilot.person)
    page.goto(reverse("person-card", args=[member.person.pk]))
    heading(page, "Marceau Sarriette")
    expect(page.locator("main")).to_contain_text("Mandats passés")
    axe(page)
    screenshot(page, "personne")


def test_mandate_is_given_and_ended_without_javascript(browser, browser_context_args, sign_in, imaging, pilot):
    person = UserFactory(email="oriane@demo.example")
    OrganisationFactory(name="Institut", acronym="")
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, pilot.person)
    page.goto(reverse("mandate-new", args=["imagerie"]))
    page.get_by_label("Adresse électronique").fill(person.email)
    page.get_by_label("Rôle").select_option("Observateur")
    page.get_by_label("Organisation représentée").select_option("Institut")
    page.get_by_role("button", name="Confier le mandat").click()
    page.get_by_role("link", name="Terminer").click()
    page.get_by_role("button", name="Terminer le mandat").click()
    expect(page.locator("main")).to_contain_text("Retiré")
    context.close()


def test_coordinator_gives_several_mandates_an_end(page, sign_in, axe, screenshot, imaging, pilot, member):
    sign_in(page, AdministratorFactory())
    page.goto(reverse("mandates-administration"))
    page.get_by_label("Choisir Marceau Sarriette, Comité imagerie médicale").check()
    screenshot(page, "mandats")
    page.get_by_role("button", name="Leur donner une fin…").click()
    heading(page, "Terminer ce mandat\u202f?")
    axe(page)
    screenshot(page, "mandats-en-lot")
    page.get_by_role("button", name="Terminer").click()
    expect(page.get_by_text("1 mandat a une fin.")).to_be_visible()
    member.refresh_from_db()
    assert member.ends_on == today() - timedelta(days=1)
