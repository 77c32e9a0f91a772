"""Setting up, using and removing second factors, without a browser; passkeys have theirs in tests/e2e."""

import json
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from projects.activity.models import Event
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.signin import SECRET, ApplicationFactory, code_now, recovery_codes

pytestmark = pytest.mark.django_db
SECURITY = "/compte/securite/"
APPLICATION, REMOVE = f"{SECURITY}application/", f"{SECURITY}application/retirer/"
CODES, RENEW = f"{SECURITY}codes/", f"{SECURITY}codes/renouveler/"
ADD_KEY = f"{SECURITY}cles/ajouter/"


@pytest.fixture
def inside(client, person, typed):
    typed()
    return person


def key_of(person, name="Clé du bureau"):
    data = {"name": name, "credential": {"clientExtensionResults": {}}}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)


def text(response):
    return response.content.decode()


def add_application(client):
    secret = re.search(r'id="secret">(\w+)<', text(client.get(APPLICATION)))[1]
    return secret, client.post(APPLICATION, {"code": code_now(secret)})


def later(time_machine, minutes=20):
    """Long enough after entering for identity to be asked again."""
    time_machine.move_to(timezone.now() + timedelta(minutes=minutes))


def test_application_is_added_with_recovery_codes(client, inside, mail):
    with mail() as messages:
        secret, response = add_application(client)
    assert response.url == CODES
    application = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert (application.user, application.data["secret"]) == (inside, secret)
    assert Event.objects.get().verb == "person.second_factor_added"
    assert [message.subject for message in messages] == ["Une vérification en deux étapes a été ajoutée"]


def test_application_is_not_added_with_a_wrong_code(client, inside):
    client.get(APPLICATION)
    response = client.post(APPLICATION, {"code": "000000"})
    assert response.status_code == 200
    assert "Ce code n’est pas le bon" in text(response)
    assert not Authenticator.objects.exists()
    assert not Event.objects.exists()


def test_drawing_is_black_on_white_in_a_picture_of_its_own(client, inside):
    page = text(client.get(APPLICATION))
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<svg:svg" not in page
    assert "no-store" in client.get(APPLICATION)["Cache-Control"]


def test_application_form_sent_twice_at_once_adds_one(client, inside, monkeypatch):
    secret = re.search(r'id="secret">(\w+)<', text(client.get(APPLICATION)))[1]
    ApplicationFactory(user=inside, data={"secret": SECRET})
    # The check passes before the other request has written.
    monkeypatch.setattr("allauth.mfa.totp.views.is_mfa_enabled", lambda *_: False)
    assert client.post(APPLICATION, {"code": code_now(secret)}).url == SECURITY
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).count() == 1


def test_second_application_leads_to_the_first(client, inside):
    ApplicationFactory(user=inside)
    assert client.get(APPLICATION).url == REMOVE


def test_application_is_removed_with_its_recovery_codes(client, inside, mail):
    ApplicationFactory(user=inside)
    recovery_codes(inside)
    assert "Retirer l’application" in text(client.get(REMOVE))
    with mail() as messages:
        assert client.post(REMOVE).url == SECURITY
    assert not Authenticator.objects.exists()
    assert Event.objects.get().verb == "person.second_factor_removed"
    assert len(messages) == 1


def test_last_factor_of_who_must_have_one_stays(client, settings, typed):
    settings.REQUIRE_MFA = True
    person = AdministratorFactory()
    ApplicationFactory(user=person)
    typed(email=person.email)
    client.post("/connexion/code/", {"code": code_now()})
    page = text(client.get(REMOVE))
    assert "Votre rôle demande une vérification en deux étapes" in page
    assert "button-danger" not in page
    assert client.post(REMOVE).status_code == 200
    assert Authenticator.objects.count() == 1


def test_last_key_of_who_must_have_one_stays(client, settings):
    settings.REQUIRE_MFA = True
    person = AdministratorFactory()
    client.force_login(person)
    key = key_of(person)
    # Having just shown it, as the entrance would have made them do.
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 4e9, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    assert "ajoutez-en une autre" in text(client.get(f"{SECURITY}cles/{key.pk}/retirer/"))
    client.post(f"{SECURITY}cles/{key.pk}/retirer/")
    assert Authenticator.objects.get() == key
    other = key_of(person)
    client.post(f"{SECURITY}cles/{key.pk}/retirer/")
    assert Authenticator.objects.get() == other


def test_key_is_renamed_and_removed(client, inside):
    key = key_of(inside)
    response = client.post(f"{SECURITY}cles/{key.pk}/renommer/", {"name": "Clé de la maison"})
    assert response.url == SECURITY
    assert "Clé de la maison" in text(client.get(SECURITY))
    assert client.post(f"{SECURITY}cles/{key.pk}/retirer/").url == SECURITY
    assert not Authenticator.objects.exists()
    assert Event.objects.get().changes == {"kind": ["cle", None]}


@pytest.mark.parametrize("act", ["renommer", "retirer"])
def test_key_of_another_person_does_not_exist(client, inside, act):
    key = key_of(UserFactory())
    assert client.get(f"{SECURITY}cles/{key.pk}/{act}/").status_code == 404
    assert client.post(f"{SECURITY}cles/{key.pk}/{act}/", {"name": "Volée"}).status_code == 404
    assert str(Authenticator.objects.get()) == "Clé du bureau"


def test_key_name_is_shown_as_text(client, inside):
    key_of(inside, name="<script>alert(1)</script>")
    assert "<script>alert" not in text(client.get(SECURITY))


def test_recovery_codes_are_shown_once(client, inside):
    ApplicationFactory(user=inside)
    codes = recovery_codes(inside)
    first = client.get(CODES)
    page = text(first)
    assert all(code in page for code in codes)
    assert "no-store" in first["Cache-Control"]
    saved = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)"', page)[1]
    assert unquote(saved).split() == codes
    again = text(client.get(CODES))
    assert not any(code in again for code in codes)
    assert "Il vous reste 10 codes" in again.replace("\xa0", " ")


def test_recovery_codes_of_who_has_none_do_not_exist(client, inside):
    assert client.get(CODES).status_code == 404


def test_recovery_codes_are_renewed(client, inside, mail):
    ApplicationFactory(user=inside)
    former = recovery_codes(inside)
    client.get(CODES)
    with mail() as messages:
        assert client.post(RENEW).url == CODES
    page = text(client.get(CODES))
    assert not any(code in page for code in former)
    assert Event.objects.get().verb == "person.recovery_codes_renewed"
    assert [message.subject for message in messages] == ["Vos codes de secours ont été renouvelés"]


def test_recovery_codes_need_a_second_factor_to_stand_for(client, inside):
    response = client.post(RENEW)
    assert response.status_code == 200
    assert "Ajoutez d’abord une application" in text(response)
    assert not Authenticator.objects.exists()


def test_recovery_code_enters_once_and_says_so(client, person, typed, mail):
    ApplicationFactory(user=person)
    codes = recovery_codes(person)
    typed()
    with mail() as messages:
        assert client.post("/connexion/code/", {"code": codes[0]}).url == "/"
    assert Event.objects.get().changes == {"remaining": [10, 9]}
    assert [message.subject for message in messages] == ["Un code de secours a été utilisé"]
    client.post("/deconnexion/")
    typed()
    assert "il a déjà servi" in text(client.post("/connexion/code/", {"code": codes[0]}))
    assert client.post("/connexion/code/", {"code": codes[1]}).url == "/"


@pytest.mark.parametrize("path", [APPLICATION, ADD_KEY, RENEW])
def test_change_long_after_entering_asks_who_is_there(client, inside, time_machine, path):
    ApplicationFactory(user=UserFactory())
    later(time_machine)
    response = client.get(path)
    assert response.url == f"/confirmer-identite/?next={path.replace('/', '%2F')}"
    assert client.post(response.url, {"password": "mauvais"}).status_code == 200
    assert client.post(response.url, {"password": "filiere-demo"}).url == path
    assert client.get(path).status_code == 200


def test_change_just_after_entering_asks_nothing_more(client, inside):
    assert client.get(APPLICATION).status_code == 200


def test_identity_is_confirmed_by_code_too(client, inside, time_machine):
    ApplicationFactory(user=inside)
    later(time_machine)
    page = text(client.get(f"/confirmer-identite/?next={RENEW}"))
    assert "/confirmer-identite/code/?next=" in page
    response = client.post(f"/confirmer-identite/code/?next={RENEW}", {"code": code_now()})
    assert response.url == RENEW
    assert client.get(RENEW).status_code == 200


def test_identity_of_who_has_no_password_is_confirmed_otherwise(client, inside, time_machine):
    inside.set_unusable_password()
    inside.save()
    client.force_login(inside)
    ApplicationFactory(user=inside)
    later(time_machine)
    assert client.get("/confirmer-identite/").url == "/confirmer-identite/code/"


@pytest.mark.parametrize(
    "path",
    [
        SECURITY,
        APPLICATION,
        REMOVE,
        ADD_KEY,
        CODES,
        RENEW,
        f"{SECURITY}cles/1/renommer/",
        f"{SECURITY}cles/1/retirer/",
        "/confirmer-identite/",
        "/confirmer-identite/code/",
        "/confirmer-identite/cle/",
    ],
)
def test_pages_of_security_are_for_who_is_signed_in(client, path):
    assert client.get(path).url.startswith("/connexion/")
    assert client.post(path).url.startswith("/connexion/")


def test_security_page_costs_the_same_whatever_the_number_of_keys(client, person, django_assert_num_queries):
    client.force_login(person)
    client.get(SECURITY)
    key_of(person)
    with django_assert_num_queries(4):
        client.get(SECURITY)
    for number in range(29):
        key_of(person, name=f"Clé {number}")
    with django_assert_num_queries(4):
        client.get(SECURITY)


def _answer(**response):
    return json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response})


NONSENSE = [
    *("", "{}", "[]", "null", "3", '"texte"', "{", '{"id": "a"}'),
    _answer(),
    json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": []}),
    _answer(
        clientDataJSON="AAAA", attestationObject="AAAA", authenticatorData="AAAA", signature="AAAA", userHandle="AAAA"
    ),
    _answer(
        clientDataJSON="e30", attestationObject="oA", authenticatorData="A" * 80, signature="AAAA", userHandle="w6k"
    ),
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_for_a_new_key_is_refused(client, inside, credential):
    client.get(ADD_KEY)
    response = client.post(ADD_KEY, {"name": "Clé", "credential": credential})
    assert response.status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_for_a_key_at_the_entrance_is_refused(client, person, credential):
    key_of(person)
    options = client.get("/connexion/cle/", headers={"Accept": "application/json"}).json()["request_options"]
    assert options["publicKey"]["userVerification"] == "required"
    assert options["publicKey"].get("allowCredentials", []) == []
    response = client.post("/connexion/cle/", {"credential": credential})
    assert response.url == "/connexion/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_for_a_key_as_second_factor_is_refused(client, person, typed, credential):
    ApplicationFactory(user=person)
    typed()
    client.get("/connexion/code/")
    response = client.post("/connexion/code/", {"credential": credential})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_for_a_key_that_confirms_identity_is_refused(client, inside, credential, monkeypatch):
    ApplicationFactory(user=inside)
    monkeypatch.setattr(
        "accounts.signin.adapters.AccountAdapter.get_reauthentication_methods",
        lambda *_: [{"id": "key", "description": "Clé", "url": "/confirmer-identite/cle/"}],
    )
    client.get("/confirmer-identite/cle/")
    response = client.post("/confirmer-identite/cle/?next=/aide/", {"credential": credential})
    assert response.url == "/confirmer-identite/cle/?next=/aide/"


def test_key_options_are_asked_for_by_scripts_alone(client):
    assert client.get("/connexion/cle/").url == "/connexion/"


def test_key_needs_the_name_of_this_site(client, inside):
    page = text(client.get(ADD_KEY))
    options = json.loads(re.search(r'id="passkey-options" type="application/json">([^<]+)<', page)[1])
    assert options["creation_options"]["publicKey"]["rp"] == {"id": "testserver", "name": "Filière"}


def test_pages_carry_no_code_of_their_own(client, inside):
    """The policy forbids it; what stands between script tags is data."""
    ApplicationFactory(user=inside)
    for path in (SECURITY, ADD_KEY, "/compte/sessions/", "/mot-de-passe/changer/", "/confirmer-identite/"):
        for attributes in re.findall(r"<script([^>]*)>", text(client.get(path))):
            assert "src=" in attributes or 'type="application/json"' in attributes, path
