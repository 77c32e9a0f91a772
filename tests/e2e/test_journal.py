from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from projects.activity.services import record
from tests.factories import AdministratorFactory, OrganisationFactory


def test_administrator_reads_the_journal_and_verifies_its_chain(page: Page, sign_in, axe, screenshot):
    administrator = AdministratorFactory()
    with transaction.atomic():
        record(actor=administrator, verb="organisation.created", target=OrganisationFactory(acronym="SNITEM"))
    sign_in(page, administrator)
    page.goto(reverse("journal"))
    expect(page.locator("main table")).to_contain_text("SNITEM")
    page.get_by_role("button", name="Vérifier la chaîne").click()
    expect(page).to_have_url(reverse("journal-verification"))
    expect(page.locator("main")).to_contain_text("intact")
    axe(page)
    screenshot(page, "journal-verification")
