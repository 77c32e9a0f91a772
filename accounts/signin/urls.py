"""Sign-in: our addresses, allauth's names, since its code looks them up. What is not named here cannot be reached."""

from allauth.account import views as account
from allauth.mfa.base import views as codes
from allauth.mfa.webauthn import views as keys
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache

from accounts.signin import pages
from accounts.signin.openid import pages as openid
from filiere.web.access import everyone, signed_in

_RESET_KEY = r"(?P<uidb36>[0-9a-f]{32})-(?P<key>[0-9A-Za-z-]+)"

_connexion = [
    path("", everyone(pages.SignIn.as_view()), name="account_login"),
    path("code/", codes.authenticate, name="mfa_authenticate"),
    path("cle/", keys.login_webauthn, name="mfa_login_webauthn"),
    path("compte-ferme/", account.account_inactive, name="account_inactive"),
    path("openid/", openid.go, name="openid_connect_login"),
    path("openid/retour/", openid.come_back, name="openid_connect_callback"),
]
_password = [
    path("changer/", account.password_change, name="account_change_password"),
    path("choisir/", account.password_set, name="account_set_password"),
    path("oublie/", account.password_reset, name="account_reset_password"),
    path("oublie/envoye/", account.password_reset_done, name="account_reset_password_done"),
    path("oublie/change/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        rf"^oublie/{_RESET_KEY}/$", never_cache(account.password_reset_from_key), name="account_reset_password_from_key"
    ),
]
_confirmation = [
    path("", account.reauthenticate, name="account_reauthenticate"),
    path("code/", codes.reauthenticate, name="mfa_reauthenticate"),
    path("cle/", signed_in(pages.ConfirmWithKey.as_view()), name="mfa_reauthenticate_webauthn"),
]
_security = [
    path("", pages.security, name="mfa_index"),
    path("delier/", pages.unlink_identity, name="unlink-identity"),
    path("application/", signed_in(never_cache(pages.AddApplication.as_view())), name="mfa_activate_totp"),
    path("application/retirer/", signed_in(pages.RemoveApplication.as_view()), name="mfa_deactivate_totp"),
    path("cles/ajouter/", signed_in(never_cache(pages.AddKey.as_view())), name="mfa_add_webauthn"),
    path("cles/<int:pk>/renommer/", signed_in(pages.RenameKey.as_view()), name="mfa_edit_webauthn"),
    path("cles/<int:pk>/retirer/", signed_in(pages.RemoveKey.as_view()), name="mfa_remove_webauthn"),
    path("codes/", signed_in(never_cache(pages.ShowCodes.as_view())), name="mfa_view_recovery_codes"),
    path("codes/renouveler/", signed_in(pages.RenewCodes.as_view()), name="mfa_generate_recovery_codes"),
]

urlpatterns = [
    path("connexion/", include(_connexion)),
    path("deconnexion/", everyone(pages.SignOut.as_view()), name="account_logout"),
    path("mot-de-passe/", include(_password)),
    path("confirmer-identite/", include(_confirmation)),
    path("compte/securite/", include(_security)),
    path("compte/sessions/", pages.sessions, name="usersessions_list"),
]
