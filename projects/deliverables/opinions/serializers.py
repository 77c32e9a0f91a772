"""Opinions as the API shows them, and what it takes: a question to members, or one's own answer."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.deliverables.enums import OpinionKind
from projects.deliverables.opinions.models import Opinion

MOST_PEOPLE = 200


class OpinionSerializer(ModelSerializer):
    person_name = serializers.CharField(source="person.get_full_name", read_only=True)
    organisation_name = serializers.CharField(source="organisation.name", default="", read_only=True)
    late = serializers.BooleanField(source="is_late", read_only=True)

    class Meta:
        model = Opinion
        fields = [
            "id",
            "version",
            "person",
            "person_name",
            "asked_by",
            "asked_at",
            "due_on",
            "late",
            "kind",
            "text",
            "organisation",
            "organisation_name",
            "capacity",
            "given_at",
            "changed_at",
        ]
        read_only_fields = fields


class OpinionInput(Serializer):
    kind = serializers.ChoiceField(OpinionKind.choices)
    text = serializers.CharField(
        max_length=5000,
        required=False,
        allow_blank=True,
        help_text=_("Demandé pour un avis défavorable, ou avec des réserves."),
    )


class QuestionInput(Serializer):
    people = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_PEOPLE)
    due_on = serializers.DateField(required=False, allow_null=True, help_text=_("Dernier jour, compris."))


class AskedSerializer(Serializer):
    asked = OpinionSerializer(many=True, help_text=_("Sans ceux à qui l’avis était déjà demandé."))
