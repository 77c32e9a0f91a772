"""Coming in through an identity provider that behaves, and through one that does not."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.signin.openid.refusals import (
    CLOSED,
    OTHER_IDENTITY,
    REFUSED_THERE,
    TOO_LATE,
    UNKNOWN,
    UNREACHABLE,
    UNREADABLE,
    UNVERIFIED,
    WEAK,
)
from projects.activity.models import Event
from tests.factories import UserFactory
from tests.factories.signin import ApplicationFactory, code_now
from tests.providers import openid
from tests.providers.openid import Answer, signed, signed_by_another, signed_with_the_public_key, unsigned

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with openid.running() as provider:
        settings.OIDC = provider.configuration()
        yield provider


def leave(client, **sent):
    """The page that leads to the provider, and the address it leads to."""
    response = client.post("/connexion/openid/", sent)
    assert response.status_code == 200, response.content.decode()
    return html.unescape(re.search(r'content="0;url=([^"]+)"', response.content.decode())[1])


def come_back(client, address):
    back = requests.get(address, allow_redirects=False, timeout=60).headers["Location"]
    assert back.startswith("http://localhost/connexion/openid/retour/")
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def enter(client, **sent):
    return come_back(client, leave(client, **sent))


def refused(response, sentence, status=403):
    assert response.status_code == status
    assert str(sentence) in html.unescape(response.content.decode())
    assert 'lang="fr"' in response.content.decode()
    assert "_auth_user_id" not in response.wsgi_request.session


def signed_in_as(response, person):
    assert response.status_code == 302, response.content.decode()
    assert response.wsgi_request.session["_auth_user_id"] == str(person.pk)


def test_known_person_enters(client, person, provider):
    response = enter(client)
    signed_in_as(response, person)
    assert response.url == "/"
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (person, provider.issuer, "sub-claire")


def test_known_person_comes_back_to_the_page_they_wanted(client, person, provider):
    assert enter(client, next="/aide/").url == "/aide/"


def test_nobody_is_led_to_another_site(client, person, provider):
    assert enter(client, next="https://ailleurs.example/").url == "/"


def test_provider_is_asked_for_what_proconnect_wants(client, person, provider):
    asked = parse_qs(urlsplit(leave(client)).query)
    assert asked["response_type"] == ["code"]
    assert asked["acr_values"] == ["eidas1"]
    assert asked["claims"] == ['{"id_token": {"amr": {"essential": true}}}']
    assert set(asked["scope"][0].split()) == {"openid", "email", "given_name", "usual_name"}
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) == 32
    assert len(asked["state"][0]) >= 16
    assert asked["redirect_uri"] == ["http://localhost/connexion/openid/retour/"]


def test_provider_that_knows_no_claims_parameter_is_not_sent_one(client, provider, monkeypatch):
    known = provider.discovery()
    del known["claims_parameter_supported"]
    monkeypatch.setattr(provider, "discovery", lambda: known)
    assert "claims" not in parse_qs(urlsplit(leave(client)).query)


def test_link_does_not_choose_scopes_nor_purpose(client, person, provider):
    address = html.unescape(
        re.search(
            r'content="0;url=([^"]+)"',
            client.post(
                "/connexion/openid/?scope=admin&process=connect&auth_params=prompt%3Dnone", {"process": "redirect"}
            ).content.decode(),
        )[1]
    )
    asked = parse_qs(urlsplit(address).query)
    assert "admin" not in asked["scope"][0]
    assert "prompt" not in asked
    signed_in_as(come_back(client, address), person)


@pytest.mark.parametrize("basic", [False, True])
def test_client_proves_itself_the_way_the_provider_wants(client, person, provider, basic):
    provider.basic = basic
    signed_in_as(enter(client), person)
    assert provider.token_requests[0]["authorization"].startswith("Basic ") is basic
    assert ("client_secret" in provider.token_requests[0]) is not basic


def test_unsigned_userinfo_of_an_ordinary_provider_is_read(client, person, provider):
    provider.userinfo_signed = False
    signed_in_as(enter(client), person)


def test_second_visit_counts_on_the_subject_alone(client, person, provider):
    enter(client)
    client.post("/deconnexion/")
    provider.claims["email"] = "autre@demo.example"
    UserFactory(email="autre@demo.example")
    signed_in_as(enter(client), person)
    assert SocialAccount.objects.count() == 1


def test_address_is_compared_without_case(client, person, provider):
    provider.claims["email"] = "Claire@Demo.Example"
    signed_in_as(enter(client), person)


def test_link_is_told_in_the_journal_and_by_mail(client, person, provider, mail):
    with mail() as messages:
        enter(client)
    assert Event.objects.get(verb="person.identity_linked").object_id == str(person.pk)
    assert [message.subject for message in messages] == ["Votre compte a été relié à un fournisseur d’identité"]


def test_nothing_the_provider_tells_is_kept(client, person, provider):
    enter(client)
    assert SocialAccount.objects.get().extra_data == {}
    assert not SocialToken.objects.exists()
    assert not EmailAddress.objects.exists()


def test_password_survives_a_first_visit(client, person, provider):
    """allauth's own way of matching addresses erases it."""
    enter(client)
    person.refresh_from_db()
    assert person.check_password("filiere-demo")


def test_unknown_person_is_refused_and_gets_no_account(client, provider):
    refused(enter(client), UNKNOWN)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_closed_account_is_refused(client, person, provider):
    person.is_active = False
    person.save()
    refused(enter(client), CLOSED)
    assert not SocialAccount.objects.exists()


def test_account_closed_since_the_link_is_refused(client, person, provider):
    enter(client)
    client.post("/deconnexion/")
    person.is_active = False
    person.save()
    refused(enter(client), CLOSED)


def test_address_the_provider_did_not_verify_links_nothing(client, person, provider):
    provider.claims["email_verified"] = False
    refused(enter(client), UNVERIFIED)


def test_address_given_to_somebody_else_does_not_open_the_account_of_the_former_holder(client, person, provider):
    enter(client)
    client.post("/deconnexion/")
    provider.claims["sub"] = "sub-une-autre"
    refused(enter(client), OTHER_IDENTITY)


def test_somebody_signed_in_gives_way_to_who_comes_back(client, person, provider):
    client.force_login(UserFactory())
    signed_in_as(enter(client), person)


@pytest.mark.parametrize("acr", ["eidas0", "", "autre"])
def test_weak_assurance_is_refused(client, person, provider, acr):
    provider.acr = acr
    refused(enter(client), WEAK)


@pytest.mark.parametrize("acr", ["eidas1", "eidas1-mfa", "eidas2", "eidas3"])
def test_sufficient_assurance_enters(client, person, provider, acr):
    provider.acr = acr
    signed_in_as(enter(client), person)


def test_second_factor_is_asked_for_after_a_provider_that_asked_for_none(client, person, provider):
    ApplicationFactory(user=person)
    response = enter(client)
    assert response.url == "/connexion/code/"
    assert "_auth_user_id" not in client.session
    signed_in_as(client.post("/connexion/code/", {"code": code_now()}), person)


@pytest.mark.parametrize(("acr", "amr"), [("eidas1-mfa", ["pwd"]), ("eidas2", []), ("eidas1", ["pwd", "mfa"])])
def test_second_factor_shown_to_the_provider_is_not_asked_for_again(client, person, provider, acr, amr):
    ApplicationFactory(user=person)
    provider.acr, provider.amr = acr, amr
    signed_in_as(enter(client), person)


@pytest.mark.parametrize(("acr", "status"), [("eidas1", 302), ("eidas1-mfa", 200)])
def test_administrator_needs_no_second_factor_here_when_the_provider_asked_for_one(
    client, person, provider, settings, acr, status
):
    settings.REQUIRE_MFA = True
    person.is_staff = True
    person.save()
    provider.acr = acr
    enter(client)
    assert client.get("/").status_code == status


def test_second_factor_of_the_provider_does_not_outlive_the_session(client, person, provider, settings):
    settings.REQUIRE_MFA = True
    person.is_staff = True
    person.save()
    provider.acr = "eidas1-mfa"
    enter(client)
    client.post("/deconnexion/")
    client.post("/connexion/", {"login": person.email, "password": "filiere-demo"})
    assert client.get("/").url == "/compte/securite/"


MISBEHAVIOURS = {
    "id token for another request": {"change": {"id_token": lambda claims: {**claims, "nonce": "autre"}}},
    "id token by another issuer": {
        "change": {"id_token": lambda claims: {**claims, "iss": "https://ailleurs.example"}}
    },
    "id token for another client": {"change": {"id_token": lambda claims: {**claims, "aud": "autre"}}},
    "id token shared with another party": {
        "change": {"id_token": lambda claims: {**claims, "aud": [claims["aud"], "autre"], "azp": "autre"}}
    },
    "id token out of date": {"change": {"id_token": lambda claims: {**claims, "exp": claims["exp"] - 600}}},
    "id token from the future": {"change": {"id_token": lambda claims: {**claims, "iat": claims["iat"] + 6000}}},
    "id token without end": {"change": {"id_token": lambda claims: _without(claims, "exp")}},
    "id token without nonce": {"change": {"id_token": lambda claims: _without(claims, "nonce")}},
    "id token without subject": {"change": {"id_token": lambda claims: _without(claims, "sub")}},
    "id token signed by a stranger": {"sign": {"id_token": signed_by_another}},
    "id token without signature": {"sign": {"id_token": unsigned}},
    "id token signed with the public key": {"sign": {"id_token": signed_with_the_public_key}},
    "id token by an unknown key": {"sign": {"id_token": lambda claims: signed(claims, kid="inconnue")}},
    "id token that is none": {"sign": {"id_token": lambda _: "a.b.c"}},
    "userinfo by another issuer": {
        "change": {"userinfo": lambda claims: {**claims, "iss": "https://ailleurs.example"}}
    },
    "userinfo for another client": {"change": {"userinfo": lambda claims: {**claims, "aud": "autre"}}},
    "userinfo about somebody else": {"change": {"userinfo": lambda claims: {**claims, "sub": "autre"}}},
    "userinfo signed by a stranger": {"sign": {"userinfo": signed_by_another}},
    "userinfo without signature": {"sign": {"userinfo": unsigned}},
    "userinfo signed with the public key": {"sign": {"userinfo": signed_with_the_public_key}},
}


def _without(claims, name):
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("wrong", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS.keys())
def test_token_that_cannot_be_believed_is_refused(client, person, provider, wrong):
    provider.change.update(wrong.get("change", {}))
    provider.sign.update(wrong.get("sign", {}))
    refused(enter(client), UNREADABLE)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("claims", [{"sub": "s" * 300}, {"sub": ""}, {"sub": "a\0b"}, {"email": "a\0@demo.example"}])
def test_subject_or_address_that_cannot_be_kept_is_refused(client, person, provider, claims):
    provider.claims.update(claims)
    refused(enter(client), UNREADABLE)


def test_token_without_key_name_is_believed_when_there_is_one_key(client, person, provider):
    provider.sign["id_token"] = lambda claims: signed(claims, kid=None)
    signed_in_as(enter(client), person)


UNREADABLE_ANSWERS = {
    "token without id token": ("/token", b'{"access_token": "a"}'),
    "token without access token": ("/token", b"{}"),
    "token that is a list": ("/token", b'["access_token"]'),
    "token that is nonsense": ("/token", b"<html>"),
    "token with a numeric id token": ("/token", b'{"access_token": "a", "id_token": 3}'),
    "keys that are a list": ("/jwks", b"[]"),
    "keys that are nonsense": ("/jwks", b"<html>"),
    "keys that are none": ("/jwks", b'{"keys": []}'),
    "keys of an unknown kind": ("/jwks", b'{"keys": [{"kty": "autre", "kid": "cle-1"}]}'),
    "userinfo that is a list": ("/userinfo", b"[]"),
    "userinfo that is nonsense": ("/userinfo", b"<html>"),
    "userinfo about nobody": ("/userinfo", b"{}"),
}


@pytest.mark.parametrize(("path", "body"), UNREADABLE_ANSWERS.values(), ids=UNREADABLE_ANSWERS.keys())
def test_answer_of_an_unexpected_shape_is_refused(client, person, provider, path, body):
    address = leave(client)
    provider.answers[path] = Answer(200, body)
    response = come_back(client, address)
    refused(response, UNREADABLE, status=response.status_code)
    assert response.status_code in {403, 502}


def test_token_answer_without_content_type_is_refused(client, person, provider):
    provider.answers["/token"] = Answer(200, b"a", kind="")
    refused(enter(client), UNREADABLE, status=502)


def test_token_endpoint_that_says_no_is_refused(client, person, provider):
    provider.answers["/token"] = Answer(400, b'{"error": "invalid_grant"}')
    refused(enter(client), UNREADABLE, status=502)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/userinfo"])
def test_provider_in_trouble_is_told(client, person, provider, path):
    address = leave(client)
    provider.answers[path] = Answer(500)
    refused(come_back(client, address), UNREACHABLE, status=502)


@pytest.mark.parametrize("body", [b"[]", b"<html>", b"{}", b'{"issuer": "https://ailleurs.example"}'])
def test_description_that_cannot_be_believed_is_refused(client, provider, body):
    provider.answers["/.well-known/openid-configuration"] = Answer(200, body)
    refused(client.post("/connexion/openid/"), UNREADABLE, status=502)


def test_provider_that_is_not_there_is_told(client, settings, provider):
    settings.OIDC = provider.configuration(issuer="http://127.0.0.1:1")
    refused(client.post("/connexion/openid/"), UNREACHABLE, status=502)


def test_person_who_gives_up_is_back_at_the_entrance(client, provider):
    provider.change["callback"] = lambda back: {"error": "access_denied", "state": back["state"]}
    response = enter(client)
    assert response.url == "/connexion/"
    assert "abandonnée" in client.get("/connexion/").content.decode()


def test_provider_that_refuses_is_told(client, provider):
    provider.change["callback"] = lambda back: {"error": "server_error", "state": back["state"]}
    refused(enter(client), REFUSED_THERE)


@pytest.mark.parametrize(
    "change",
    [
        lambda back: {**back, "state": "autre"},
        lambda back: _without(back, "state"),
        lambda back: _without(back, "code"),
    ],
)
def test_answer_to_no_request_of_this_browser_is_refused(client, person, provider, change):
    provider.change["callback"] = change
    refused(enter(client), TOO_LATE)


def test_answer_serves_once(client, person, provider):
    address = leave(client)
    back = urlsplit(requests.get(address, allow_redirects=False, timeout=60).headers["Location"])
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    client.logout()
    refused(client.get(f"{back.path}?{back.query}"), TOO_LATE)


def test_answer_given_to_another_browser_is_refused(client, client_elsewhere, person, provider):
    address = leave(client)
    refused(come_back(client_elsewhere, address), TOO_LATE)


def test_code_of_somebody_else_does_not_fit_this_request(client, client_elsewhere, person, provider):
    """A code stolen from one browser and injected in another's own request: the verifier differs."""
    stolen = requests.get(leave(client_elsewhere), allow_redirects=False, timeout=60).headers["Location"]
    code = parse_qs(urlsplit(stolen).query)["code"][0]
    provider.change["callback"] = lambda back: {**back, "code": code}
    refused(enter(client), UNREADABLE, status=502)


def test_sign_out_ends_the_session_of_the_provider_too(client, person, provider):
    enter(client)
    page = client.post("/deconnexion/")
    assert page.status_code == 200
    address = html.unescape(re.search(r'content="0;url=([^"]+)"', page.content.decode())[1])
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/session/end?")
    assert asked["id_token_hint"][0].count(".") == 2
    assert asked["post_logout_redirect_uri"] == ["http://localhost/connexion/"]
    assert asked["state"]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("answer", [Answer(500), Answer(200, b"<html>")])
def test_sign_out_does_not_depend_on_the_provider(client, person, provider, answer):
    enter(client)
    provider.answers["/.well-known/openid-configuration"] = answer
    assert client.post("/deconnexion/").url == "/connexion/"
    assert "_auth_user_id" not in client.session


def test_sign_out_of_a_provider_that_ends_no_session(client, person, provider, monkeypatch):
    enter(client)
    known = provider.discovery()
    del known["end_session_endpoint"]
    monkeypatch.setattr(provider, "discovery", lambda: known)
    assert client.post("/deconnexion/").url == "/connexion/"


def test_sign_out_after_a_password_goes_nowhere_else(client, person, provider, typed):
    typed()
    assert client.post("/deconnexion/").url == "/connexion/"


def test_entrance_shows_the_provider_only_where_there_is_one(client, provider, settings):
    assert "Entrer avec ProConnect" in client.get("/connexion/").content.decode()
    settings.OIDC = None
    assert "ProConnect" not in client.get("/connexion/").content.decode()


@pytest.mark.parametrize("path", ["/connexion/openid/", "/connexion/openid/retour/"])
def test_addresses_do_not_exist_without_a_provider(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in {404, 405}


def test_leaving_is_asked_for_by_a_form(client, provider):
    assert client.get("/connexion/openid/").url == "/connexion/"
    assert not provider.asked


def test_coming_back_takes_no_form(client, provider):
    assert client.post("/connexion/openid/retour/", {"code": "a", "state": "b"}).status_code == 405


def test_pending_second_factor_keeps_no_copy_of_the_person_in_the_session(client, person, provider):
    ApplicationFactory(user=person)
    enter(client)
    kept = str(Session.objects.get().get_decoded())
    assert person.password not in kept
    assert "jeton-d-acces" not in kept
