"""The frame every page shares: menus, themes, lists, messages, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import AdministratorFactory, UserFactory

PEOPLE = "**/administration/personnes/**"
PAPER = {"light": "rgb(246, 246, 243)", "dark": "rgb(18, 24, 26)"}


@pytest.fixture
def without_javascript(browser, browser_context_args):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def unlucky(browser, browser_context_args):
    """A page whose requests fail on purpose: htmx writes that in the console, where `page` would see a fault."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def administrator():
    return AdministratorFactory(given_name="Camille", family_name="Ménager")


@pytest.fixture
def crowd():
    for number, name in enumerate(["Anaïs Bérenger", "Bruno Castelnau", "Élodie Ferrand"]):
        given, family = name.split()
        UserFactory(given_name=given, family_name=family, email=f"p{number}@demo.example")
    UserFactory.create_batch(60, family_name="Zélande")


def theme_of(page):
    return page.evaluate("document.documentElement.dataset.theme ?? ''")


@pytest.mark.parametrize("address", ["/", "/aide/", "/administration/", "/nulle-part/"])
def test_page_has_no_accessibility_fault(page, sign_in, axe, screenshot, administrator, address):
    sign_in(page, administrator)
    page.goto(address)
    axe(page)
    screenshot(page, f"page{address.replace('/', '-')}")


def test_visitor_page_has_no_accessibility_fault(page, axe):
    page.goto("/aide/")
    axe(page)


def test_accessibility_fault_is_named(page, axe):
    page.goto("/aide/")
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    with pytest.raises(AssertionError, match=r"(?s)/aide/ 1280 light.*every form element has a label"):
        axe(page)


def test_open_menus_have_no_accessibility_fault(page, sign_in, axe, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    page.evaluate("document.querySelectorAll('[data-menu]').forEach((menu) => (menu.open = true))")
    axe(page)


def test_list_has_no_accessibility_fault(page, sign_in, axe, screenshot, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    axe(page)
    screenshot(page, "liste")
    page.goto("/administration/personnes/?q=introuvable")
    axe(page)


# --- The frame ---


def test_first_tab_leads_past_the_navigation(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_person_menu_opens_and_closes_from_the_keyboard(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    summary = page.locator(".top-person summary")
    summary.focus()
    page.keyboard.press("Enter")
    preferences = page.locator(".top-person").get_by_role("link", name="Préférences")
    expect(preferences).to_be_visible()
    page.keyboard.press("Tab")
    expect(preferences).to_be_focused()
    page.keyboard.press("Escape")
    expect(preferences).to_be_hidden()
    expect(summary).to_be_focused()


def test_menu_closes_when_one_clicks_elsewhere(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    page.locator(".top-person summary").click()
    page.get_by_role("heading", level=1).click()
    expect(page.locator(".top-person .menu-card")).to_be_hidden()


def test_phone_menu_leads_everywhere_without_javascript(without_javascript, sign_in, administrator):
    page = without_javascript
    page.set_viewport_size({"width": 320, "height": 700})
    sign_in(page, administrator)
    page.goto("/aide/")
    page.locator(".top-phone summary").click()
    page.locator(".top-phone").get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Administration")


def test_person_signs_out_from_the_menu(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    page.locator(".top-person summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/**")


# --- Light and dark ---


def test_theme_changes_at_once_and_stays(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/aide/")
    page.locator(".top-person summary").click()
    with page.expect_response("**/apparence/"):
        page.get_by_role("button", name="Sombre").click()
    assert theme_of(page) == "dark"
    assert page.url.endswith("/aide/")
    expect(page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_css("background-color", PAPER["dark"])
    page.reload()
    assert theme_of(page) == "dark"


def test_theme_changes_without_javascript(without_javascript):
    page = without_javascript
    page.goto("/aide/?a=1")
    page.set_viewport_size({"width": 390, "height": 700})
    page.locator(".top-phone summary").click()
    page.get_by_role("button", name="Sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/aide/?a=1")


def test_theme_follows_the_system_until_one_is_chosen(page):
    page.goto("/aide/")
    for scheme, paper in PAPER.items():
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_css("background-color", paper)


# --- Lists ---


def test_list_narrows_while_one_types_and_keeps_the_focus(page, sign_in, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.keyboard.press("Control+k")
    search = page.get_by_label("Rechercher")
    expect(search).to_be_focused()
    search.press_sequentially("elodie")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Élodie Ferrand")
    expect(search).to_be_focused()
    expect(search).to_have_value("elodie")
    assert page.url.endswith("/administration/personnes/?q=elodie")
    expect(page.locator("#personnes-annonce")).to_contain_text("1")


def test_list_comes_back_whole_with_the_back_button(page, sign_in, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.get_by_label("Rechercher").fill("elodie")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Élodie Ferrand").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Personnes")
    expect(page.get_by_label("Rechercher")).to_have_value("elodie")
    expect(page.get_by_role("row")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(51)


def test_list_sorts_and_turns_its_pages_without_reloading(page, sign_in, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("link", name="Adresse électronique").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Adresse électronique")
    expect(page.get_by_role("link", name="Adresse électronique")).to_be_focused()
    page.get_by_role("link", name="Suivante").click()
    expect(page.locator(".pagination [aria-current=page]")).to_have_text(re.compile("2"))
    assert "tri=email" in page.url
    assert "page=2" in page.url
    assert page.evaluate("window.sameDocument")


def test_list_does_everything_without_javascript(without_javascript, sign_in, administrator, crowd):
    page = without_javascript
    sign_in(page, administrator)
    page.goto("/administration/personnes/?tri=-email")
    page.get_by_label("Rechercher").fill("elodie")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("row")).to_have_count(2)
    assert "tri=-email" in page.url
    page.get_by_role("link", name="Effacer les filtres").click()
    expect(page.get_by_role("row")).to_have_count(51)
    page.get_by_role("link", name="Suivante").click()
    expect(page.locator(".pagination [aria-current=page]")).to_have_text(re.compile("2"))


def test_list_is_a_stack_of_cards_on_a_phone(page, sign_in, administrator, crowd):
    page.set_viewport_size({"width": 320, "height": 700})
    sign_in(page, administrator)
    page.goto("/administration/personnes/?q=elodie")
    cell = page.locator("td[data-label='Adresse électronique']")
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"Adresse électronique"')
    expect(page.locator(".cell-wide").first).to_be_hidden()


def test_list_is_exported_as_it_stands(page, sign_in, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/?q=elodie")
    with page.expect_download() as download:
        page.get_by_role("link", name="Exporter (CSV)").click()
    assert download.value.suggested_filename.startswith("personnes-")
    assert "Élodie Ferrand" in download.value.path().read_text(encoding="utf-8-sig")


# --- Nobody is left without an answer ---


def test_failed_request_says_so_in_the_servers_words(unlucky, sign_in, administrator, crowd):
    page = unlucky
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    answer = '<div class="toast"><p data-said>Trop de demandes. Patientez.</p></div>'
    page.route(PEOPLE, lambda route: route.fulfill(status=429, content_type="text/html", body=answer))
    page.get_by_role("link", name="Adresse électronique").click()
    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("Trop de demandes. Patientez.")
    toast.locator("summary").click()
    expect(toast).to_have_count(0)


def test_problem_document_is_told_by_its_detail_and_as_text(unlucky, sign_in, administrator, crowd):
    page = unlucky
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    body = '{"status": 410, "detail": "Le mandat est clos. <img src=x onerror=alert(1)>"}'
    page.route(PEOPLE, lambda route: route.fulfill(status=410, content_type="application/problem+json", body=body))
    page.get_by_role("link", name="Adresse électronique").click()
    expect(page.get_by_role("alert")).to_contain_text("Le mandat est clos. <img src=x onerror=alert(1)>")


def test_failure_without_words_is_said_in_ours(unlucky, sign_in, administrator, crowd):
    page = unlucky
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.route(PEOPLE, lambda route: route.fulfill(status=503, content_type="text/html", body=""))
    page.get_by_role("link", name="Adresse électronique").click()
    expect(page.get_by_role("alert")).to_contain_text("La demande n’a pas abouti.")


def test_lost_connection_is_said(unlucky, sign_in, administrator, crowd):
    page = unlucky
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.route(PEOPLE, lambda route: route.abort())
    page.get_by_role("link", name="Adresse électronique").click()
    expect(page.get_by_role("alert")).to_contain_text("Le serveur ne répond pas.")
    expect(page.locator("#waiting")).not_to_have_class(re.compile("under-way"))


def test_signed_out_in_another_tab_leads_to_the_sign_in_and_back(page, sign_in, administrator, crowd):
    sign_in(page, administrator)
    page.goto("/administration/personnes/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("link", name="Adresse électronique").click()
    page.wait_for_url("**/connexion/?next=/administration/personnes/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


# --- Forms ---


def test_password_can_be_shown_and_hidden(page):
    page.goto("/connexion/")
    password = page.locator("[name=password]")
    password.fill("secret")
    page.get_by_role("button", name="Afficher le mot de passe").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Afficher le mot de passe").click()
    expect(password).to_have_attribute("type", "password")


def test_refused_form_is_read_from_its_reasons(page, sign_in, administrator):
    sign_in(page, administrator)
    page.goto("/compte/preferences/")
    page.get_by_label("Prénom").fill("x" * 5)
    page.locator("[name=given_name]").evaluate("input => { input.removeAttribute('required'); input.value = '' }")
    page.locator("main").get_by_role("button", name="Enregistrer").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Prénom").click()
    expect(page.locator("[name=given_name]")).to_be_focused()


def test_message_after_an_act_stays_until_it_is_dismissed(page, sign_in, axe, administrator):
    sign_in(page, administrator)
    page.goto("/compte/preferences/")
    page.locator("main").get_by_role("button", name="Enregistrer").click()
    toast = page.locator(".toast").first
    expect(toast).to_contain_text("enregistrées")
    axe(page)
    page.keyboard.press("Escape")
    expect(toast).to_be_hidden()


def test_message_can_be_dismissed_without_javascript(without_javascript, sign_in, administrator):
    page = without_javascript
    sign_in(page, administrator)
    page.goto("/compte/preferences/")
    page.locator("main").get_by_role("button", name="Enregistrer").click()
    toast = page.locator(".toasts .toast")
    expect(toast).to_be_visible()
    toast.locator("summary").click()
    expect(toast).to_be_hidden()
