"""Authorization: Token flr_… — and the one place where a token that only reads is kept from writing."""

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import User
from accounts.signin import second_factor
from accounts.tokens.last_use import note_use
from accounts.tokens.models import ApiToken, Scope
from accounts.tokens.selectors import token_behind


class TokenAuthentication(BaseAuthentication):
    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, value = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = token_behind(value.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(_("Ce jeton est inconnu, révoqué ou expiré."))
        # Authentication is what no view can leave out, so the scope is held here rather than by a permission.
        if token.scope != Scope.WRITE and request.method not in SAFE_METHODS:
            raise exceptions.PermissionDenied(_("Ce jeton ne permet que la lecture."))
        if second_factor.missing_for(token.person):
            raise exceptions.PermissionDenied(second_factor.explanation())
        note_use(token=token)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
