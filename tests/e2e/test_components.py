"""Components no page shows all at once: drawn by the server's own templates, on a page that only exists here."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import expect

from accounts.models import User
from filiere.web.components import AVATAR_COLOURS, TONES, Tab, TimelineEntry
from filiere.web.forms import DateInput, TimeInput, VersionedForm

SOURCE = (Path(__file__).parent / "components.html").read_text(encoding="utf-8")
ADDRESS = "/composants/"
NOW = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


class EveryControl(VersionedForm):
    given_name = forms.CharField(label="Prénom", help_text="Tel qu’on le lit.")
    email = forms.EmailField(label="Adresse")
    password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)
    rhythm = forms.ChoiceField(label="Rythme", choices=[("j", "Jour"), ("s", "Semaine")], widget=forms.RadioSelect)
    topics = forms.MultipleChoiceField(
        label="Rubriques", choices=[("l", "Livrables"), ("r", "Réunions")], widget=forms.CheckboxSelectMultiple
    )
    zone = forms.ChoiceField(label="Fuseau", choices=[("p", "Paris"), ("r", "La Réunion")])
    note = forms.CharField(label="Mot", widget=forms.Textarea)
    day = forms.DateField(label="Jour", widget=DateInput)
    hour = forms.TimeField(label="Heure", widget=TimeInput)
    is_staff = forms.BooleanField(label="Administre", help_text="Voit le journal.")
    file = forms.FileField(label="Fichier")


def people():
    """One for every colour."""
    for number in range(AVATAR_COLOURS):
        yield User(id=uuid.UUID(int=number), given_name="Anaïs", family_name=f"B{number}", changed_at=NOW)


@pytest.fixture
def drawn():
    """The page as the server draws it; `refused` has every field in error and a conflict."""

    def draw(*, refused=False):
        request = RequestFactory().get(ADDRESS)
        request.user = AnonymousUser()
        shown = list(people())
        form = EveryControl(QueryDict("given_name=Anne") if refused else None, instance=shown[0])
        if refused:
            form.is_valid()
            form.show_conflict(shown[0])
        context = {
            "tones": TONES,
            "people": shown,
            "tabs": [Tab("Vue d’ensemble", "#", True), Tab("Membres", "#", count=1234)],
            "entries": [TimelineEntry(NOW, tone, "Une phrase.", shown[0], "#", "check", tone) for tone in TONES],
            "form": form,
        }
        return engines["django"].from_string(SOURCE).render(context, request)

    return draw


@pytest.fixture
def opened(page, drawn):
    def show(**options):
        page.route(f"**{ADDRESS}*", lambda route: route.fulfill(content_type="text/html", body=drawn(**options)))
        page.goto(ADDRESS)
        return page

    return show


@pytest.fixture
def without_javascript(browser, browser_context_args, drawn):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.route(f"**{ADDRESS}*", lambda route: route.fulfill(content_type="text/html", body=drawn()))
    page.goto(ADDRESS)
    yield page
    context.close()


@pytest.mark.parametrize("refused", [False, True])
def test_components_have_no_accessibility_fault(opened, axe, screenshot, refused):
    page = opened(refused=refused)
    axe(page)
    screenshot(page, f"composants{'-refuses' if refused else ''}")


def test_components_keep_their_shape_in_forced_colours(opened, axe):
    page = opened()
    page.emulate_media(forced_colors="active")
    assert page.locator(".badge").first.evaluate("badge => getComputedStyle(badge).borderTopWidth") == "1px"
    expect(page.get_by_role("progressbar", name="Axe 1")).to_be_visible()


def test_components_keep_still_for_whoever_asks(opened):
    page = opened()
    moving = (
        "[...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0.01)"
    )
    assert page.evaluate(f"{moving}.length") == 0


# --- Dialogs ---


def test_dialog_opens_takes_the_focus_and_gives_it_back(opened, axe):
    page = opened()
    opener = page.get_by_role("link", name="Clore", exact=True)
    opener.click()
    dialog = page.get_by_role("dialog", name="Clore le livrable")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.matches(':modal') && dialog.contains(document.activeElement)")
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_dialog_closes_by_its_button(opened):
    page = opened()
    page.get_by_role("link", name="Clore", exact=True).click()
    page.get_by_role("link", name="Fermer").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_dialog_opens_from_its_address(opened):
    page = opened()
    page.goto("about:blank")
    page.goto(f"{ADDRESS}#clore")
    assert page.get_by_role("dialog").evaluate("dialog => dialog.matches(':modal')")


def test_dialog_opens_and_closes_without_javascript(without_javascript):
    page = without_javascript
    dialog = page.locator("#clore")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Clore", exact=True).click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="Fermer").click()
    expect(dialog).to_be_hidden()


# --- Forms ---


def test_value_is_copied(opened, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened()
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "fil_0123456789"


def test_copy_button_is_not_offered_without_javascript(without_javascript):
    expect(without_javascript.get_by_role("button", name="Copier")).to_be_hidden()


def test_leaving_a_form_with_unsaved_words_is_asked(opened):
    page = opened()
    page.get_by_label("Prénom").fill("Anne")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/aide/")
    assert asked == ["beforeunload"]


def test_leaving_an_untouched_form_is_not_asked(opened):
    page = opened()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/aide/")
    assert asked == []


def test_refused_fields_say_why_to_who_listens(opened):
    page = opened(refused=True)
    expect(page.get_by_label("Prénom")).to_have_accessible_description("Tel qu’on le lit.")
    expect(page.get_by_label("Adresse")).to_have_accessible_description("Ce champ est obligatoire.")
    expect(page.get_by_role("group", name="Rythme")).to_have_accessible_description("Ce champ est obligatoire.")


def test_conflict_shows_both_texts(opened):
    page = opened(refused=True)
    row = page.locator(".conflict tbody tr", has_text="Prénom")
    expect(row.locator("td").first).to_have_text("Anne")
    expect(row.locator("td").last).to_have_text("Anaïs")


def test_form_is_sent_from_a_text_area_by_two_keys(opened):
    page = opened()
    page.locator("textarea").focus()
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Control+Enter")
    # Left before the answer on purpose: what `close_at_rest` is for, see conftest.py.


# --- Paper ---


def test_printed_page_leaves_out_what_one_clicks(opened):
    page = opened()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".top-nav")).to_be_hidden()
    expect(page.locator(".foot")).to_be_hidden()
    expect(page.get_by_role("button", name="Primaire")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("body")).to_have_css("color", "rgb(24, 33, 36)")
