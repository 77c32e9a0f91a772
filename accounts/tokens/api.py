from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.tokens import selectors, services
from accounts.tokens.models import ApiToken
from accounts.tokens.permissions import OwnTokens
from accounts.tokens.serializers import NewTokenSerializer, TokenInput, TokenSerializer
from filiere.api.resources import Creatable, Listable, Readable, Removable, Resource


class TokenResource(Listable, Readable, Creatable, Removable, Resource):
    """Vos jetons d’API."""

    serializer_class = TokenSerializer
    write_serializer_class = TokenInput
    permission_classes = [OwnTokens]
    ordering_fields = ("name", "created_at", "expires_at", "last_used_at")
    secret_fields = ("token",)

    def get_queryset(self) -> "QuerySet[ApiToken]":
        return selectors.tokens_of(self.person)

    @extend_schema(responses={201: NewTokenSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Créer

        Depuis une session seulement. La réponse contient le jeton, qui ne sera plus jamais montré.
        """
        token, value = services.create_token(person=self.person, by=self.person, **self.written())
        response = self.item(token, 201, Location=self.location(token))
        response.data["token"] = value
        return response

    def remove_object(self, instance: ApiToken, seen: str | None) -> None:
        """Le jeton est révoqué\u00a0: il ne sert plus dès la requête suivante."""
        services.revoke_token(token=instance, by=self.person)
