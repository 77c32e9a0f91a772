from rest_framework import serializers

from accounts.invitations.enums import State
from accounts.invitations.models import Invitation
from filiere.api.serializers import ModelSerializer, Serializer


class InvitationSerializer(ModelSerializer):
    """Never the link: it is known to its receiver alone."""

    email = serializers.CharField(source="address", read_only=True)
    state = serializers.ChoiceField(choices=State.choices, read_only=True)

    class Meta:
        model = Invitation
        fields = [
            "id",
            "email",
            "given_name",
            "family_name",
            "message",
            "as_administrator",
            "as_delegate",
            "state",
            "invited_by",
            "accepted_by",
            "created_at",
            "sent_at",
            "expires_at",
            "revoked_at",
            "accepted_at",
            "changed_at",
        ]
        read_only_fields = fields


class InvitationInput(Serializer):
    email = serializers.CharField(max_length=254)
    given_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    family_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    as_administrator = serializers.BooleanField(required=False)
    as_delegate = serializers.BooleanField(required=False)
