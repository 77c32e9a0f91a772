import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.invitations.services import invite_first_administrator
from accounts.models import Invitation, User
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.invitations import a_sent_invitation

PASSWORD = "lanterne verte au plafond"


# No worker runs beside the tests.
pytestmark = pytest.mark.usefixtures("tasks_at_once")


@pytest.fixture
def visitor(browser, browser_context_args):
    """Somebody else's browser."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def administrator():
    return AdministratorFactory(given_name="Ingrid", family_name="Solal")


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def link_in_mail(live_server, message):
    path = re.search(r"http://localhost(/invitation/[\w-]+/)", message.body)[1]
    return live_server.url + path


def path_of(link):
    return link.removeprefix("http://localhost")


def invite(page, email, **fields):
    page.goto(reverse("invitation-new"))
    page.get_by_label("Adresse électronique").fill(email)
    for label, words in fields.items():
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Envoyer l’invitation").click()


def answer(page, given="Ana", family="Ortiz", password=PASSWORD):
    page.get_by_label("Prénom").fill(given)
    page.locator("[name=family_name]").fill(family)
    page.locator("[name=password1]").fill(password)
    page.locator("[name=password2]").fill(password)
    page.get_by_role("button", name="Ouvrir mon compte").click()


def test_invited_person_enters_and_the_link_then_opens_nothing(
    page, visitor, sign_in, axe, screenshot, live_server, administrator
):
    sign_in(page, administrator)
    page.goto(reverse("invitations"))
    heading(page, "Invitations")
    axe(page)
    screenshot(page, "invitations-vides")
    page.get_by_role("link", name="Inviter quelqu’un").first.click()
    heading(page, "Inviter quelqu’un")
    axe(page)
    screenshot(page, "invitation-nouvelle")
    invite(page, "ana@demo.example", Prénom="Ana", **{"Mot d’accueil": "Heureuse de vous compter parmi nous."})
    heading(page, "ana@demo.example")
    expect(page.locator("main")).to_contain_text("Envoyée")
    axe(page)
    screenshot(page, "invitation-envoyee")

    link = link_in_mail(live_server, mail.outbox[0])
    visitor.goto(link)
    expect(visitor).to_have_url(re.compile(r"/invitation/$"))
    heading(visitor, "Bienvenue")
    expect(visitor.locator("main")).to_contain_text("Ingrid Solal vous invite")
    expect(visitor.get_by_label("Adresse électronique")).to_have_value("ana@demo.example")
    expect(visitor.get_by_label("Prénom")).to_have_value("Ana")
    axe(visitor)
    screenshot(visitor, "invitation-acceptation")
    answer(visitor, password="court")
    expect(visitor.get_by_role("alert")).to_contain_text("trop court")
    axe(visitor)
    screenshot(visitor, "invitation-refusee")
    answer(visitor)
    visitor.wait_for_url(live_server.url + "/")
    person = User.objects.get(email="ana@demo.example")
    assert person.get_full_name() == "Ana Ortiz"
    visitor.goto(reverse("preferences"))
    expect(visitor.get_by_label("Prénom")).to_have_value("Ana")

    visitor.context.clear_cookies()
    response = visitor.goto(link)
    assert response.status == 404
    heading(visitor, "Ce lien n’est pas valable")
    axe(visitor)
    screenshot(visitor, "invitation-sans-valeur")

    page.goto(reverse("invitations"))
    expect(page.locator("main table")).to_contain_text("Acceptée")


def test_invitation_is_accepted_without_javascript(browser, browser_context_args, live_server, administrator):
    _invitation, token = a_sent_invitation("ana@demo.example", invited_by=administrator)
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(reverse("invitation-link", args=[token]))
    answer(page)
    page.wait_for_url(live_server.url + "/")
    context.close()
    assert User.objects.filter(email="ana@demo.example").exists()


def test_token_reaches_no_other_address(visitor, administrator):
    _invitation, token = a_sent_invitation("ana@demo.example", invited_by=administrator)
    told = []
    visitor.on("request", lambda request: told.append((request.url, request.headers.get("referer", ""))))
    visitor.goto(reverse("invitation-link", args=[token]))
    answer(visitor)
    visitor.wait_for_url("**/")
    assert [url for url, _referer in told if token in url] == [told[0][0]]
    assert not [referer for _url, referer in told if token in referer]
    assert {re.match(r"https?://[^/:]+", url)[0] for url, _referer in told} == {"http://localhost"}


def test_invitation_sent_again_voids_the_first_link(page, visitor, sign_in, live_server, administrator):
    sign_in(page, administrator)
    invite(page, "ana@demo.example")
    page.get_by_role("link", name="Renvoyer").click()
    heading(page, "Renvoyer l’invitation ?".replace(" ?", "\u202f?"))
    page.get_by_role("button", name="Renvoyer l’invitation").click()
    heading(page, "ana@demo.example")
    first, second = (link_in_mail(live_server, message) for message in mail.outbox)
    visitor.goto(first)
    heading(visitor, "Ce lien n’est pas valable")
    visitor.goto(second)
    heading(visitor, "Bienvenue")


def test_invitation_revoked_while_the_page_is_open_is_refused(page, visitor, sign_in, axe, screenshot, administrator):
    sent, token = a_sent_invitation("ana@demo.example", invited_by=administrator)
    visitor.goto(reverse("invitation-link", args=[token]))
    sign_in(page, administrator)
    page.goto(reverse("invitation", args=[sent.pk]))
    page.get_by_role("link", name="Révoquer").click()
    axe(page)
    screenshot(page, "invitation-revoquer")
    page.get_by_role("button", name="Révoquer l’invitation").click()
    expect(page.locator("main")).to_contain_text("Révoquée")
    answer(visitor)
    heading(visitor, "Ce lien n’est pas valable")
    assert not User.objects.filter(email="ana@demo.example").exists()


def test_someone_already_invited_leads_to_their_invitation(page, sign_in, axe, screenshot, administrator):
    sent, _token = a_sent_invitation("ana@demo.example", invited_by=administrator)
    sign_in(page, administrator)
    invite(page, "Ana@demo.example")
    expect(page.get_by_role("alert")).to_contain_text("Une invitation est déjà en cours")
    axe(page)
    screenshot(page, "invitation-deja")
    page.get_by_role("link", name="Voir l’invitation en cours").click()
    page.wait_for_url("**" + reverse("invitation", args=[sent.pk]))


def test_signed_in_person_signs_out_before_accepting(page, sign_in, axe, screenshot, administrator):
    _invitation, token = a_sent_invitation("ana@demo.example", invited_by=administrator)
    sign_in(page, UserFactory(given_name="Déjà", family_name="Là"))
    page.goto(reverse("invitation-link", args=[token]))
    heading(page, "Vous êtes déjà connecté")
    axe(page)
    screenshot(page, "invitation-deja-connecte")
    page.get_by_role("button", name="Me déconnecter et continuer").click()
    heading(page, "Bienvenue")


def test_first_administrator_enters_by_the_link_of_the_command(page, axe, screenshot, live_server):
    page.goto(path_of(invite_first_administrator()))
    heading(page, "Bienvenue")
    axe(page)
    screenshot(page, "premier-administrateur")
    page.get_by_label("Adresse électronique").fill("ingrid@demo.example")
    answer(page, "Ingrid", "Solal")
    page.wait_for_url(live_server.url + "/")
    page.goto(reverse("invitations"))
    expect(page.locator("main table")).to_contain_text("ingrid@demo.example")


def test_administrator_is_led_to_a_second_factor_where_one_is_required(page, settings, administrator):
    settings.REQUIRE_MFA = True
    _invitation, token = a_sent_invitation("ana@demo.example", invited_by=administrator, as_administrator=True)
    page.goto(reverse("invitation-link", args=[token]))
    answer(page)
    page.wait_for_url("**" + reverse("mfa_index"))


def test_list_of_invitations_is_filtered_by_state(page, sign_in, axe, screenshot, administrator):
    now = timezone.now()
    a_sent_invitation("envoyee@demo.example", invited_by=administrator)
    a_sent_invitation("revoquee@demo.example", revoked_at=now, invited_by=administrator)
    a_sent_invitation("expiree@demo.example", expires_at=now, invited_by=administrator)
    a_sent_invitation("echec@demo.example", sending="echec", invited_by=administrator, as_delegate=True)
    sign_in(page, administrator)
    page.goto(reverse("invitations"))
    axe(page)
    screenshot(page, "invitations")
    page.get_by_label("État").select_option("Échec d’envoi")
    expect(page.locator("main table")).not_to_contain_text("envoyee@demo.example")
    expect(page.locator("main table")).to_contain_text("echec@demo.example")
    page.get_by_role("link", name="echec@demo.example").click()
    expect(page.locator("main")).to_contain_text("Le courriel n’a pas pu être remis")
    axe(page)
    screenshot(page, "invitation-echec")
    assert Invitation.objects.count() == 4
