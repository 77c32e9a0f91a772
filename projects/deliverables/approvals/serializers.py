"""Decisions and recusals as the API shows them."""

from rest_framework import serializers

from filiere.api.serializers import ModelSerializer
from projects.deliverables.approvals.models import Approval, Recusal


class ApprovalSerializer(ModelSerializer):
    person_name = serializers.CharField(source="person.get_full_name", default="", read_only=True)
    voice_name = serializers.CharField(source="voice.get_full_name", default="", read_only=True)
    organisation_name = serializers.CharField(source="organisation.name", default="", read_only=True)

    class Meta:
        model = Approval
        fields = [
            "id",
            "version",
            "sha256",
            "verdict",
            "reason",
            "person",
            "person_name",
            "voice",
            "voice_name",
            "delegation",
            "organisation",
            "organisation_name",
            "capacity",
            "reference",
            "given_at",
            "voided_at",
            "voided_because",
        ]
        read_only_fields = fields


class RecusalSerializer(ModelSerializer):
    class Meta:
        model = Recusal
        fields = ["id", "deliverable", "person", "reason", "capacity", "declared_at", "lifted_at"]
        read_only_fields = fields
