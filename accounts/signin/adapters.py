"""Where allauth asks us: what it says, what it may do, and what it hands to our services."""

import time
from typing import TYPE_CHECKING, Any, ClassVar

import qrcode  # type: ignore[import-untyped]
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context, ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]

from accounts.people.models import User
from accounts.signin import known_devices, second_factor, services
from accounts.signin.devices import client_address, device, origin
from accounts.signin.notices import Notice
from accounts.signin.openid.adapter import SocialAccountAdapter

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator

__all__ = ["AccountAdapter", "MFAAdapter", "SocialAccountAdapter"]

TOO_MANY = gettext_lazy("Trop d’essais en peu de temps. Patientez quelques minutes avant de recommencer.")
WRONG_CODE = gettext_lazy("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant et recommencez.")


class AccountAdapter(DefaultAccountAdapter):
    _first_time = True
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("Adresse ou mot de passe incorrect."),
        "enter_current_password": gettext_lazy("Ce n’est pas votre mot de passe actuel."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("Ce n’est pas votre mot de passe."),
        "invalid_password_reset": gettext_lazy("Ce lien n’est plus valable."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_login_stages(self) -> list[str]:
        return ["accounts.signin.stages.SecondFactorStage"]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just signed in is not asked again a minute later."""
        request = context.request
        records = get_authentication_records(request, request.user)
        recent = bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not recent

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Utiliser mon mot de passe"),
            "mfa_reauthenticate": _("Utiliser un code"),
            "mfa_reauthenticate:webauthn": _("Utiliser une clé d’accès"),
        }
        return [{**method, "description": words[method["id"]]} for method in super().get_reauthentication_methods(user)]

    def set_password(self, user: User, password: str) -> None:
        request = context.request
        if request.user.is_authenticated and request.user.pk == user.pk:
            services.change_password(
                person=user, password=password, kept=request.session.session_key or "", origin=origin(request)
            )
        else:
            services.reset_password(person=user, password=password, origin=origin(request))
            ratelimit.clear(
                request, action="login_failed", key=self._get_login_attempts_cache_key(request, email=user.email)
            )

    def login(self, request: HttpRequest, user: User) -> None:
        self._first_time = user.last_login is None
        if "_session_expiry" not in request.session:
            # Only who asked for it on the form stays signed in after closing the browser.
            request.session.set_expiry(0)
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **hooks: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **hooks)
        if not known_devices.knows(request, user):
            known_devices.remember(request, response, user)
            if not self._first_time:
                services.notify(user, Notice.NEW_DEVICE, origin(request))
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count for an account, whatever host name the attacker gives."""
        return str(credentials.get("email", "")).strip().lower()


class MFAAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Votre rôle demande une vérification en deux étapes\u00a0: ajoutez-en une autre avant de retirer celle-ci."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Ajoutez d’abord une application de codes ou une clé d’accès."),
        "incorrect_code": WRONG_CODE,
    }

    def can_delete_authenticator(self, authenticator: "Authenticator") -> bool:
        return second_factor.may_lose(authenticator)

    def build_totp_svg(self, url: str) -> str:
        """On white, whatever the theme of the page: a camera reads nothing else."""
        drawing: str = qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
        return drawing

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002  allauth's word
        return device(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}
