"""OpenID Connect as ProConnect speaks it, on allauth's provider: what we ask, and how we believe the answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.signin.openid import tokens
from accounts.signin.openid.configuration import configuration
from accounts.signin.openid.identity import Identity
from accounts.signin.openid.refusals import UNREADABLE, Refusal

SIGNED = "application/jwt"
LONGEST_SUBJECT: int = SocialAccount._meta.get_field("uid").max_length


@contextmanager
def understood() -> Iterator[None]:
    """An answer of an unexpected shape is refused, not a failure of ours."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Refusal(UNREADABLE, status=502, why=f"{type(error).__name__}: {error}") from error


class Exchange(OpenIDConnectOAuth2Adapter):
    """The conversation between the two servers."""

    @property
    def openid_config(self) -> dict[str, Any]:
        with understood():
            config: dict[str, Any] = super().openid_config
            if config["issuer"].rstrip("/") != configuration().issuer:
                raise Refusal(UNREADABLE, status=502, why="discovery speaks for another issuer")
            return config

    @property
    def basic_auth(self) -> bool:
        # Where the document says nothing, the specification says basic.
        methods = self.openid_config.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_post" not in methods

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.BASE_URL}{reverse('openid_connect_callback')}"

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        with understood():
            data: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
            return data

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Only used in the next seconds, and never stored."""
        with understood():
            return SocialToken(token=data["access_token"])

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        with understood():
            identity = self._identity(app, str(token.token), kwargs["response"]["id_token"])
            login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"sub": identity.subject})
            login.identity = identity
        return login

    def _identity(self, app: SocialApp, access_token: str, id_token: str) -> Identity:
        issuer, keys = self.openid_config["issuer"], self._get(self.openid_config["jwks_uri"]).json()
        expected = {"keys": keys, "issuer": issuer, "audience": app.client_id}
        signed = tokens.claims_of(id_token, **expected, require=("exp", "iat", "nonce"))
        answer = self._get(self.openid_config["userinfo_endpoint"], Authorization=f"Bearer {access_token}")
        if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == SIGNED:
            about = tokens.claims_of(answer.content.strip(), **expected, require=())
        else:
            about = answer.json()
        if about["sub"] != signed["sub"]:
            raise Refusal(UNREADABLE, why="the two answers speak of two people")
        subject, email = str(signed["sub"]), str(about.get("email") or signed.get("email") or "")
        if not 0 < len(subject) <= LONGEST_SUBJECT or not f"{subject}{email}".isprintable():
            raise Refusal(UNREADABLE, why="a subject or an address that cannot be kept")
        return Identity(
            issuer=issuer,
            subject=subject,
            email=email,
            email_verified=about.get("email_verified", signed.get("email_verified")),
            acr=str(signed.get("acr") or ""),
            amr=tuple(map(str, signed.get("amr") or ())),
            nonce=str(signed["nonce"]),
            id_token=id_token,
        )

    def _get(self, address: str, **headers: str) -> Any:
        with get_adapter().get_requests_session() as session:
            response = session.get(address, headers=headers)
            response.raise_for_status()
        return response


class Provider(OpenIDConnectProvider):
    """What we ask. Nothing of it can be chosen by who follows a link: neither scopes nor purpose."""

    oauth2_adapter_class = Exchange
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("openid_connect_login")

    def get_callback_url(self) -> str:
        return reverse("openid_connect_callback")

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        asked = super().get_redirect_from_request_kwargs(request)
        return {"process": "login", "next_url": asked.get("next_url")}

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        nonce = get_random_string(32)
        response: HttpResponse = super().redirect(
            request, process, next_url, data, nonce=nonce, auth_params=self._parameters(request, nonce), **kwargs
        )
        return response

    def get_scope(self) -> list[str]:
        return list(configuration().scopes)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is kept of what the provider tells: the link needs the subject alone."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []

    def _parameters(self, request: HttpRequest, nonce: str) -> dict[str, str]:
        parameters = {"nonce": nonce}
        if configuration().acr_values:
            parameters["acr_values"] = " ".join(configuration().acr_values)
        if self.get_oauth2_adapter(request).openid_config.get("claims_parameter_supported"):
            # Told only on request: whether a second factor was asked for over there.
            parameters["claims"] = json.dumps({"id_token": {"amr": {"essential": True}}})
        return parameters
