import re

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import AdministratorFactory, UserFactory
from tests.factories.signin import ApplicationFactory, AttemptFactory, SessionFactory, code_now, recovery_codes
from tests.providers import openid

PASSWORD = "filiere-demo"


def type_in(page, person, password=PASSWORD):
    page.goto(reverse("account_login"))
    page.get_by_label("Adresse électronique").fill(person.email)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def authenticator(page, **options):
    """A key the browser can use without a hand: Chromium's virtual authenticator."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    given = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **options,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": given})["authenticatorId"]


def sign_out(page):
    page.goto(reverse("account_logout"))
    page.locator("main").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/**")


def test_person_signs_in_and_out(page, axe, screenshot):
    person = UserFactory(email="claire@demo.example", given_name="Claire", family_name="Dumont")
    page.goto("/")
    heading(page, "Connexion")
    axe(page)
    screenshot(page, "connexion")
    type_in(page, person, "un-autre-mot-de-passe")
    expect(page.get_by_role("alert")).to_contain_text("Adresse ou mot de passe incorrect.")
    axe(page)
    screenshot(page, "connexion-refusee")
    type_in(page, person)
    page.wait_for_url("/")
    page.goto(reverse("account_logout"))
    heading(page, "Se déconnecter")
    axe(page)
    screenshot(page, "deconnexion")
    sign_out(page)
    page.goto(reverse("usersessions_list"))
    heading(page, "Connexion")


def test_second_factor_by_application_is_set_up_and_asked_for(page, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    page.goto(reverse("mfa_index"))
    heading(page, "Sécurité du compte")
    axe(page)
    screenshot(page, "securite-vide")
    page.get_by_role("link", name="Ajouter une application").click()
    heading(page, "Ajouter une application de codes")
    axe(page)
    screenshot(page, "application")
    secret = page.locator("#secret").text_content()
    page.get_by_label("Code affiché par l’application").fill(code_now(secret))
    page.get_by_role("button", name="Activer").click()
    heading(page, "Codes de secours")
    axe(page)
    screenshot(page, "codes")
    assert len(re.findall(r"^\d{8}$", page.locator("#codes").text_content(), re.MULTILINE)) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Enregistrer le fichier").click()
    kept = saved.value.path().read_text().split()
    page.goto(reverse("mfa_index"))
    axe(page)
    screenshot(page, "securite")
    sign_out(page)
    type_in(page, person)
    heading(page, "Vérification en deux étapes")
    axe(page)
    screenshot(page, "second-facteur")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas le bon")
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Entrer").click()
    page.wait_for_url("/")
    sign_out(page)
    type_in(page, person)
    page.get_by_label("Code").fill(kept[0])
    page.get_by_role("button", name="Entrer").click()
    page.wait_for_url("/")
    sign_out(page)
    type_in(page, person)
    page.get_by_label("Code").fill(kept[0])
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("alert")).to_contain_text("il a déjà servi")


def test_key_is_a_second_factor(page, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    authenticator(page)
    page.goto(reverse("mfa_add_webauthn"))
    heading(page, "Ajouter une clé d’accès")
    axe(page)
    screenshot(page, "cle-ajouter")
    page.get_by_label("Nom de la clé").fill("Ordinateur du bureau")
    page.get_by_role("button", name="Créer la clé").click()
    heading(page, "Codes de secours")
    page.goto(reverse("mfa_index"))
    expect(page.get_by_role("strong")).to_have_text("Ordinateur du bureau")
    axe(page)
    screenshot(page, "securite-cle")
    sign_out(page)
    type_in(page, person)
    axe(page)
    screenshot(page, "second-facteur-cle")
    page.get_by_role("button", name="Présenter ma clé d’accès").click()
    page.wait_for_url("/")


def test_key_alone_lets_in(page):
    person = UserFactory()
    type_in(page, person)
    authenticator(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Entrer avec cette clé seule").check()
    page.get_by_role("button", name="Créer la clé").click()
    heading(page, "Codes de secours")
    sign_out(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    page.wait_for_url("/")
    page.goto(reverse("usersessions_list"))
    heading(page, "Sessions ouvertes")


def test_key_that_does_not_answer_is_told(page):
    page.goto(reverse("account_login"))
    authenticator(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.get_by_text("La clé n’a pas répondu")).to_be_visible()
    expect(page.get_by_role("button", name="Entrer avec une clé d’accès")).to_be_enabled()


def test_key_is_renamed_and_removed(page, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    authenticator(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Nom de la clé").fill("Ancienne")
    page.get_by_role("button", name="Créer la clé").click()
    heading(page, "Codes de secours")
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Renommer Ancienne").click()
    axe(page)
    page.get_by_label("Nom de la clé").fill("Nouvelle")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Retirer Nouvelle").click()
    heading(page, "Retirer une clé d’accès")
    axe(page)
    screenshot(page, "cle-retirer")
    page.get_by_role("button", name="Retirer la clé").click()
    heading(page, "Sécurité du compte")
    expect(page.get_by_role("strong")).to_have_count(0)


def test_session_ended_elsewhere_is_out_at_its_next_click(page, new_context, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    other = new_context().new_page()
    type_in(other, person)
    other.wait_for_url("/")
    page.goto(reverse("usersessions_list"))
    axe(page)
    screenshot(page, "sessions")
    page.get_by_role("button", name="Fermer cette session").click()
    expect(page.get_by_text("La session est fermée.")).to_be_visible()
    other.get_by_role("link", name="Aide").first.click()
    other.goto(reverse("mfa_index"))
    heading(other, "Connexion")
    page.goto(reverse("mfa_index"))
    heading(page, "Sécurité du compte")


def test_lockout_says_how_long_to_wait(page, axe, screenshot):
    person = UserFactory(email="claire@demo.example")
    AttemptFactory(username=person.email, failures_since_start=7)
    type_in(page, person, "un-mauvais-mot-de-passe")
    heading(page, "Trop d’essais")
    expect(page.get_by_text("suspendue pendant 15 minutes")).to_be_visible()
    axe(page)
    screenshot(page, "suspendu")
    type_in(page, person)
    heading(page, "Trop d’essais")


def test_administrator_without_second_factor_is_led_to_one(page, settings, axe, screenshot):
    settings.REQUIRE_MFA = True
    person = AdministratorFactory()
    type_in(page, person)
    heading(page, "Sécurité du compte")
    expect(page.get_by_text("Une vérification en deux étapes est nécessaire")).to_be_visible()
    axe(page)
    screenshot(page, "exige")
    page.goto(reverse("people"))
    heading(page, "Sécurité du compte")
    page.get_by_role("link", name="Ajouter une application").click()
    secret = page.locator("#secret").text_content()
    page.get_by_label("Code affiché par l’application").fill(code_now(secret))
    page.get_by_role("button", name="Activer").click()
    heading(page, "Codes de secours")
    page.goto(reverse("people"))
    heading(page, "Personnes")


def test_password_is_changed(page, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    page.goto(reverse("account_change_password"))
    axe(page)
    screenshot(page, "mot-de-passe")
    page.locator("[name=oldpassword]").fill(PASSWORD)
    page.locator("[name=password1]").fill("trop court")
    page.locator("[name=password2]").fill("trop court")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("12")
    axe(page)
    screenshot(page, "mot-de-passe-refuse")
    page.locator("[name=oldpassword]").fill(PASSWORD)
    page.locator("[name=password1]").fill("quatre mots pour entrer")
    page.locator("[name=password2]").fill("quatre mots pour entrer")
    page.get_by_role("button", name="Enregistrer").click()
    heading(page, "Sécurité du compte")
    sign_out(page)
    type_in(page, person, "quatre mots pour entrer")
    page.wait_for_url("/")


def test_forgotten_password_pages(page, axe, screenshot):
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Mot de passe oublié").click()
    heading(page, "Mot de passe oublié")
    axe(page)
    screenshot(page, "oublie")
    page.get_by_label("Adresse électronique").fill("personne@demo.example")
    page.get_by_role("button", name="Recevoir un lien").click()
    heading(page, "Regardez votre courrier")
    axe(page)
    screenshot(page, "oublie-envoye")


def test_entrance_works_without_javascript(new_context):
    person = UserFactory()
    ApplicationFactory(user=person)
    codes = recovery_codes(person)
    page = new_context(java_script_enabled=False).new_page()
    type_in(page, person)
    heading(page, "Vérification en deux étapes")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Entrer").click()
    page.wait_for_url("/")
    SessionFactory(user=person)
    page.goto(reverse("usersessions_list"))
    page.get_by_role("button", name="Fermer toutes les autres").click()
    expect(page.get_by_text("1 autre session est fermée.")).to_be_visible()


def test_link_received_by_mail_leads_to_a_new_password(page, axe, screenshot):
    person = UserFactory()
    key = default_token_generator.make_token(person)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": person.pk.hex, "key": key})
    page.goto(link)
    heading(page, "Nouveau mot de passe")
    axe(page)
    screenshot(page, "nouveau-mot-de-passe")
    page.locator("[name=password1]").fill("quatre mots pour entrer")
    page.locator("[name=password2]").fill("quatre mots pour entrer")
    page.get_by_role("button", name="Enregistrer").click()
    heading(page, "Mot de passe enregistré")
    axe(page)
    page.goto(link)
    heading(page, "Ce lien n’est plus valable")
    axe(page)
    screenshot(page, "lien-perime")
    type_in(page, person, "quatre mots pour entrer")
    page.wait_for_url("/")


def test_identity_is_confirmed_by_password_code_or_key(page, settings, axe, screenshot):
    person = UserFactory()
    type_in(page, person)
    authenticator(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_role("button", name="Créer la clé").click()
    heading(page, "Codes de secours")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page.goto(reverse("mfa_generate_recovery_codes"))
    heading(page, "Confirmez que c’est vous")
    axe(page)
    screenshot(page, "confirmer")
    page.get_by_role("link", name="Utiliser un code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Utiliser une clé d’accès").click()
    expect(page.get_by_role("button", name="Présenter ma clé d’accès")).to_be_visible()
    axe(page)
    screenshot(page, "confirmer-cle")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    page.get_by_role("button", name="Présenter ma clé d’accès").click()
    heading(page, "Créer de nouveaux codes de secours")
    axe(page)


def test_closed_account_is_told(page, axe, screenshot):
    type_in(page, UserFactory(is_active=False))
    heading(page, "Compte fermé")
    axe(page)
    screenshot(page, "compte-ferme")


def test_identity_provider_leads_in_and_out(page, live_server, settings, axe, screenshot):
    settings.BASE_URL = live_server.url
    UserFactory(email="claire@demo.example")
    with openid.running() as provider:
        settings.OIDC = provider.configuration()
        page.goto(reverse("account_login"))
        axe(page)
        screenshot(page, "connexion-fournisseur")
        page.get_by_role("button", name="Entrer avec ProConnect").click()
        page.wait_for_url("/")
        page.goto(reverse("mfa_index"))
        expect(page.get_by_text("Votre compte est relié à ProConnect")).to_be_visible()
        axe(page)
        sign_out(page)
        assert len(provider.ended) == 1
        provider.acr = "eidas0"
        page.goto(reverse("account_login"))
        page.get_by_role("button", name="Entrer avec ProConnect").click()
        heading(page, "Connexion refusée")
        axe(page)
        screenshot(page, "fournisseur-refuse")
