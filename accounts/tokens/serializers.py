from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.tokens.models import ApiToken
from filiere.api.serializers import ModelSerializer


class TokenSerializer(ModelSerializer):
    class Meta:
        model = ApiToken
        fields = ["id", "name", "scope", "prefix", "created_at", "expires_at", "last_used_at"]
        read_only_fields = fields


class NewTokenSerializer(TokenSerializer):
    """What a creation answers: the view adds the value, which no field could find again."""

    token = serializers.CharField(
        allow_null=True,
        help_text=_(
            "La valeur du jeton, montrée cette seule fois\u00a0; nulle quand la réponse est répétée "
            "pour une même clé d’idempotence."
        ),
    )

    class Meta(TokenSerializer.Meta):
        fields = [*TokenSerializer.Meta.fields, "token"]
        read_only_fields = fields


class TokenInput(ModelSerializer):
    class Meta:
        model = ApiToken
        fields = ["name", "scope", "expires_at"]
