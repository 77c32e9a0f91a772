from django.urls import get_resolver, resolve, reverse

from accounts.signin import urls
from filiere.checks import patterns

# allauth's names that lead somewhere. Sign-up, changes of address, telephones, connected accounts: none.
EXPOSED = {
    "account_change_password": "/mot-de-passe/changer/",
    "account_inactive": "/connexion/compte-ferme/",
    "account_login": "/connexion/",
    "account_logout": "/deconnexion/",
    "account_reauthenticate": "/confirmer-identite/",
    "account_reset_password": "/mot-de-passe/oublie/",
    "account_reset_password_done": "/mot-de-passe/oublie/envoye/",
    "account_reset_password_from_key": "/mot-de-passe/oublie/",
    "account_reset_password_from_key_done": "/mot-de-passe/oublie/change/",
    "account_set_password": "/mot-de-passe/choisir/",
    "mfa_activate_totp": "/compte/securite/application/",
    "mfa_add_webauthn": "/compte/securite/cles/ajouter/",
    "mfa_authenticate": "/connexion/code/",
    "mfa_deactivate_totp": "/compte/securite/application/retirer/",
    "mfa_edit_webauthn": "/compte/securite/cles/1/renommer/",
    "mfa_generate_recovery_codes": "/compte/securite/codes/renouveler/",
    "mfa_index": "/compte/securite/",
    "mfa_login_webauthn": "/connexion/cle/",
    "mfa_reauthenticate": "/confirmer-identite/code/",
    "mfa_reauthenticate_webauthn": "/confirmer-identite/cle/",
    "mfa_remove_webauthn": "/compte/securite/cles/1/retirer/",
    "mfa_view_recovery_codes": "/compte/securite/codes/",
    "openid_connect_callback": "/connexion/openid/retour/",
    "openid_connect_login": "/connexion/openid/",
    "usersessions_list": "/compte/sessions/",
}
OURS = {"unlink-identity"}
ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "0" * 32, "key": "a-b"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}


def test_allauth_is_reachable_where_it_is_listed_and_nowhere_else():
    prefixes = ("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_", "headless_", "idp_")
    names = {pattern.name for _, pattern in patterns(get_resolver()) if (pattern.name or "").startswith(prefixes)}
    assert names == set(EXPOSED)


def test_no_view_of_allauth_is_reachable_under_a_name_of_ours():
    for route, pattern in patterns(get_resolver()):
        view = getattr(pattern.callback, "view_class", pattern.callback)
        if view.__module__.startswith("allauth."):
            assert pattern.name in EXPOSED, route


def test_sign_in_declares_nothing_else():
    names = {pattern.name for pattern in _flat(urls.urlpatterns)}
    assert names == set(EXPOSED) | OURS


def test_addresses_are_those_that_stay_fixed():
    for name, address in EXPOSED.items():
        found = reverse(name, kwargs=ARGUMENTS.get(name))
        assert found.startswith(address) if name == "account_reset_password_from_key" else found == address
        assert resolve(found).url_name == name


def test_there_is_no_sign_up(client):
    for path in ("/inscription/", "/signup/", "/accounts/signup/", "/accounts/login/", "/connexion/inscription/"):
        assert client.get(path).status_code == 404


def _flat(entries):
    for entry in entries:
        yield from _flat(entry.url_patterns) if hasattr(entry, "url_patterns") else [entry]
