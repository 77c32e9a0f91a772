"""People in a browser: one's own preferences and data, and what an administrator does to accounts."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.people.acts import ACTS
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.people import fail_sign_in, give_second_factor, give_token, open_session

PHONE = {"width": 320, "height": 720}


@pytest.fixture
def administrator():
    return AdministratorFactory(given_name="Angèle", family_name="Aubier")


@pytest.fixture
def person():
    return UserFactory(given_name="Aglaé", family_name="Sureau", email="aglae@demo.example")


def page_of(person: User, name: str = "person", **more) -> str:
    return reverse(name, kwargs={"pk": person.pk, **more})


def test_two_windows_on_one_person_show_both_texts(page: Page, sign_in, axe, screenshot, administrator, person):
    sign_in(page, administrator)
    address = page_of(person, "person-edit")
    other = page.context.new_page()
    page.goto(address)
    other.goto(address)

    other.get_by_label("Prénom").fill("Agnès")
    other.get_by_role("button", name="Enregistrer").click()
    expect(other.get_by_text("Les changements sont enregistrés.")).to_be_visible()

    page.get_by_label("Prénom").fill("Agathe")
    page.get_by_role("button", name="Enregistrer").click()
    conflict = page.locator(".conflict")
    expect(conflict.get_by_text("Agathe")).to_be_visible()
    expect(conflict.get_by_text("Agnès")).to_be_visible()
    expect(page.get_by_label("Prénom")).to_have_value("Agathe")
    axe(page)
    screenshot(page, "people-conflict")

    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agathe Sureau")
    person.refresh_from_db()
    assert person.given_name == "Agathe"


def test_preferences_are_saved_on_a_phone(page: Page, sign_in, person):
    page.set_viewport_size(PHONE)
    sign_in(page, person)
    page.goto(reverse("preferences"))
    page.get_by_label("Fuseau horaire").select_option(label="La Réunion")
    page.get_by_label("Courriels de rappel").select_option(label="Une fois par semaine")
    page.get_by_label("Silence à partir de").fill("20:00")
    page.get_by_role("button", name="Enregistrer").click()
    # Half a silence is none: the sentence stands beside the hour that lacks, and the rest is still there.
    expect(page.get_by_label("Silence jusqu’à")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Silence à partir de")).to_have_value("20:00")
    page.get_by_label("Silence jusqu’à").fill("07:30")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vos préférences sont enregistrées.")).to_be_visible()
    person.refresh_from_db()
    assert (person.time_zone, person.digest) == ("Indian/Reunion", "hebdomadaire")
    assert (str(person.quiet_from), str(person.quiet_until)) == ("20:00:00", "07:30:00")


def test_a_person_takes_their_data_away(page: Page, sign_in, person, tmp_path: Path):
    sign_in(page, person)
    page.goto(reverse("preferences"))
    page.get_by_role("link", name="Mes données").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger").click()
    downloading.value.save_as(tmp_path / "data.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "data.zip").read_bytes())) as folder:
        assert json.loads(folder.read("donnees.json"))["identite"]["adresse"] == "aglae@demo.example"


def test_people_are_found_while_typing(page: Page, sign_in, administrator, person):
    sign_in(page, administrator)
    page.goto(reverse("people"))
    expect(page.get_by_role("link", name="Angèle Aubier")).to_be_visible()
    page.get_by_label("Rechercher").press_sequentially("aglae")
    expect(page.get_by_role("link", name="Angèle Aubier")).to_be_hidden()
    page.get_by_role("link", name="Aglaé Sureau").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aglaé Sureau")


def test_an_account_is_closed_and_reopened_without_javascript(
    browser: Browser, browser_context_args, sign_in, administrator, person
):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, administrator)
    page.goto(page_of(person))
    page.get_by_role("link", name="Fermer le compte").click()
    expect(page.get_by_text("Ses jetons d’API sont révoqués, définitivement.")).to_be_visible()
    page.get_by_role("button", name="Fermer le compte").click()
    expect(page.get_by_text("Le compte est fermé.")).to_be_visible()
    page.get_by_role("link", name="Rouvrir le compte").click()
    page.get_by_role("button", name="Rouvrir le compte").click()
    expect(page.get_by_text("Le compte est rouvert.")).to_be_visible()
    context.close()


def test_a_closed_person_is_out_at_their_next_click(
    page: Page, browser: Browser, browser_context_args, sign_in, administrator, person
):
    sign_in(page, person)
    page.goto(reverse("preferences"))
    elsewhere = browser.new_context(**browser_context_args).new_page()
    sign_in(elsewhere, administrator)
    elsewhere.goto(page_of(person, "person-act", slug="fermer"))
    elsewhere.get_by_role("button", name="Fermer le compte").click()
    expect(elsewhere.get_by_text("Le compte est fermé.")).to_be_visible()
    page.get_by_role("link", name="Mes données").click()
    expect(page).to_have_url(re.compile(reverse("account_login")))
    elsewhere.context.close()


def test_a_person_is_anonymised_once_their_address_is_typed(page: Page, sign_in, administrator, person):
    sign_in(page, administrator)
    page.goto(page_of(person))
    page.get_by_role("link", name="Anonymiser…").click()
    field = page.get_by_label("Recopiez l’adresse de cette personne pour confirmer")
    field.fill("oui")
    page.get_by_role("button", name="Anonymiser définitivement").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("aglae@demo.example")
    page.get_by_role("button", name="Anonymiser définitivement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Personne anonymisée")
    expect(page.get_by_text("Sureau")).to_have_count(0)


def test_every_page_about_people_is_accessible(page: Page, sign_in, axe, screenshot, administrator, person):
    fail_sign_in(person.email, times=8)
    open_session(person)
    give_second_factor(person)
    give_token(person)
    UserFactory.create_batch(3, is_active=False)
    sign_in(page, administrator)
    addresses = {
        "preferences": reverse("preferences"),
        "personal-data": reverse("personal-data"),
        "people": reverse("people"),
        "people-none": f"{reverse('people')}?q=personne+ici",
        "person": page_of(person),
        "person-edit": page_of(person, "person-edit"),
        "person-anonymise": page_of(person, "person-anonymise"),
        **{f"person-{act.slug}": page_of(person, "person-act", slug=act.slug) for act in (ACTS[0], ACTS[-2])},
    }
    for name, address in addresses.items():
        page.goto(address)
        axe(page)
        screenshot(page, name)
