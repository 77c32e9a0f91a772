"""What the API says of who may do what in a group, and of emergency readings."""

from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.access.enums import Permission
from projects.access.models import EmergencyReading


class AnswerSerializer(Serializer):
    permission = serializers.ChoiceField(Permission.choices)
    wording = serializers.CharField(source="permission.label")
    holds = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())


class ExplanationSerializer(Serializer):
    person = serializers.UUIDField()
    group = serializers.UUIDField()
    day = serializers.DateField()
    answers = AnswerSerializer(many=True)


class EmergencySerializer(ModelSerializer):
    class Meta:
        model = EmergencyReading
        fields = ["id", "person", "group", "reason", "opened_at", "closes_at", "changed_at"]
        read_only_fields = fields


class EmergencyInput(Serializer):
    reason = serializers.CharField(min_length=20, max_length=1000)
