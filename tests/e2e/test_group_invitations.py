import re

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Invitation
from projects.access.enums import Role
from projects.groups.invitations.services import invite_into_group
from projects.models import InvitedMandate, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.factories.organisations import an_organisation

PASSWORD = "lanterne verte au plafond"

# No worker runs beside the tests.
pytestmark = pytest.mark.usefixtures("tasks_at_once")


@pytest.fixture
def visitor(browser, browser_context_args):
    """Somebody else's browser."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def group():
    return WorkingGroupFactory(slug="div", name="Diagnostic in vitro")


@pytest.fixture
def organisation():
    return an_organisation("Syndicat de l’industrie du diagnostic in vitro", "SIDIV")


@pytest.fixture
def pilot(page, sign_in, group):
    mandate = MembershipFactory(
        group=group, role=Role.PILOT, person=UserFactory(given_name="Ingrid", family_name="Solal")
    )
    sign_in(page, mandate.person)
    return mandate.person


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def link_in_mail(live_server, message):
    return live_server.url + re.search(r"http://localhost(/invitation/[\w-]+/)", message.body)[1]


def test_pilot_invites_somebody_who_finds_their_group(
    page, visitor, axe, screenshot, live_server, pilot, group, organisation
):
    page.goto(reverse("group-invitations", args=["div"]))
    axe(page)
    screenshot(page, "groupe-invitations-vides")
    page.get_by_role("link", name="Inviter", exact=True).first.click()
    heading(page, "Inviter dans le groupe")
    axe(page)
    screenshot(page, "groupe-inviter")
    page.get_by_label("Adresse électronique").fill("ana@demo.example")
    page.get_by_label("Prénom").fill("Ana")
    page.get_by_label("Rôle dans le groupe").select_option("Membre")
    page.get_by_label("Organisation représentée").select_option(str(organisation.pk))
    page.get_by_role("button", name="Inviter").click()
    page.wait_for_url("**" + reverse("group-invitations", args=["div"]))
    expect(page.locator("main table")).to_contain_text("ana@demo.example")
    expect(page.locator("main table")).to_contain_text("Envoyée")

    visitor.goto(link_in_mail(live_server, mail.outbox[0]))
    heading(visitor, "Bienvenue")
    expect(visitor.locator("main")).to_contain_text("Membre du groupe")
    expect(visitor.locator("main")).to_contain_text("Syndicat de l’industrie du diagnostic in vitro")
    axe(visitor)
    screenshot(visitor, "groupe-invitation-acceptation")
    visitor.get_by_label("Prénom").fill("Ana")
    visitor.locator("[name=family_name]").fill("Ortiz")
    visitor.locator("[name=password1]").fill(PASSWORD)
    visitor.locator("[name=password2]").fill(PASSWORD)
    visitor.get_by_role("button", name="Ouvrir mon compte").click()
    visitor.wait_for_url(live_server.url + "/")
    assert Membership.objects.get(person__email="ana@demo.example").group == group


def test_pilot_checks_a_list_then_confirms_it(page, axe, screenshot, pilot, group, organisation):
    UserFactory(email="compte@demo.example", given_name="Noé", family_name="Nam")
    invite_into_group(group=group, email="deja@demo.example", role=Role.MEMBER, organisation=organisation, by=pilot)
    page.goto(reverse("group-invitations", args=["div"]))
    page.get_by_role("link", name="En inviter plusieurs").click()
    heading(page, "Inviter plusieurs personnes")
    lines = (
        "Nom\tPrénom\tE-mail\tOrganisme\tRôle\tTéléphone",
        "Ortiz\tAna\tana@demo.example\tSIDIV\tmembre\t01",
        "Nam\tNoé\tcompte@demo.example\tsyndicat de l'industrie du diagnostic in vitro\tobservateur\t02",
        "Dupré\tLou\tdeja@demo.example\tSIDIV\tmembre\t03",
        "Faux\tPas\tpas une adresse\tSIDIV\tmembre\t04",
    )
    page.get_by_label("Liste", exact=True).fill("\n".join(lines))
    page.get_by_role("button", name="Vérifier la liste").click()
    expect(page.get_by_role("heading", name="Ce qui va se passer")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Ligne 5 (pas une adresse)")
    axe(page)
    screenshot(page, "groupe-liste-verifiee")
    page.get_by_role("button", name="Confirmer et inviter").click()
    expect(page.get_by_role("alert")).to_contain_text("Des lignes sont en erreur")
    assert Invitation.objects.count() == 1
    page.get_by_label("Laisser de côté les lignes en erreur, et faire le reste").check()
    page.get_by_role("button", name="Confirmer et inviter").click()
    page.wait_for_url("**" + reverse("group-invitations", args=["div"]))
    expect(page.locator("main table")).to_contain_text("Ana Ortiz")
    axe(page)
    screenshot(page, "groupe-invitations")
    assert set(InvitedMandate.objects.values_list("invitation__email", flat=True)) == {
        "ana@demo.example",
        "deja@demo.example",
    }
    assert Membership.objects.filter(person__email="compte@demo.example", group=group).exists()


def test_pilot_resends_then_withdraws(page, axe, screenshot, pilot, group, organisation):
    author = MembershipFactory(group=group, role=Role.PILOT)
    invite_into_group(
        group=group, email="ana@demo.example", role=Role.MEMBER, organisation=organisation, by=author.person
    )
    Membership.objects.filter(pk=author.pk).update(ends_on="2025-01-01")
    page.goto(reverse("group-invitations", args=["div"]))
    expect(page.locator("main")).to_contain_text("Des invitations sans auteur")
    axe(page)
    screenshot(page, "groupe-invitations-orphelines")
    page.get_by_role("link", name="Renvoyer").click()
    heading(page, "Renvoyer l’invitation\u202f?")
    axe(page)
    screenshot(page, "groupe-invitation-renvoyer")
    page.get_by_role("button", name="Renvoyer l’invitation").click()
    expect(page.locator("main")).not_to_contain_text("Des invitations sans auteur")
    page.get_by_role("link", name="Retirer").click()
    heading(page, "Retirer l’invitation\u202f?")
    axe(page)
    screenshot(page, "groupe-invitation-retirer")
    page.get_by_role("button", name="Retirer l’invitation").click()
    expect(page.locator("main table")).to_contain_text("Retirée")


def test_list_is_checked_and_confirmed_without_javascript(browser, browser_context_args, sign_in, group, organisation):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, AdministratorFactory())
    page.goto(reverse("gather"))
    page.locator("[name=file]").set_input_files(
        {
            "name": "liste.csv",
            "mimeType": "text/csv",
            "buffer": "groupe;courriel;rôle;organisation\nDIV;ana@demo.example;pilote;SIDIV".encode("cp1252"),
        }
    )
    page.get_by_role("button", name="Vérifier la liste").click()
    expect(page.locator("main")).to_contain_text("Une invitation part par courriel.")
    page.get_by_role("button", name="Confirmer et inviter").click()
    page.wait_for_url("**" + reverse("invitations"))
    expect(page.locator("main table")).to_contain_text("ana@demo.example")
    assert InvitedMandate.objects.get().role == Role.PILOT
    context.close()
