from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.tokens.models import ApiToken


class OwnTokens(BasePermission):
    """A token makes no token: a leaked one would outlive its own expiry and revocation."""

    message = _("Un jeton ne crée pas de jeton\u00a0: passez par la page «\u00a0Jetons d’API\u00a0» de l’application.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        return request.method != "POST" or not isinstance(request.auth, ApiToken)
