"""Versions as the API shows them to one reader, and what its acts take."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.deliverables.enums import TextState
from projects.deliverables.insight import Insight
from projects.deliverables.versions.models import Version, VersionText
from projects.deliverables.workflow import Move


class VersionSerializer(ModelSerializer):
    author_name = serializers.CharField(source="author.get_full_name", default="", read_only=True)
    submitted_by_name = serializers.CharField(source="submitted_by.get_full_name", default="", read_only=True)
    replaced_at = serializers.SerializerMethodField(
        help_text=_("Vide aussi quand vous n’avez pas à connaître celle qui l’a remplacée.")
    )
    text_state = serializers.ChoiceField(TextState.choices, source="text.state", read_only=True)
    moves = serializers.SerializerMethodField(help_text=_("Ce que vous pouvez en faire maintenant."))

    class Meta:
        model = Version
        fields = [
            "id",
            "deliverable",
            "number",
            "name",
            "format",
            "size",
            "sha256",
            "note",
            "author",
            "author_name",
            "capacity",
            "deposited_at",
            "state",
            "submitted_by",
            "submitted_by_name",
            "submitted_at",
            "validated_at",
            "replaced_at",
            "scan",
            "threat",
            "text_state",
            "moves",
            "changed_at",
        ]
        read_only_fields = fields

    def _insight(self, version: Version) -> Insight:
        found: Insight = self.context["insights"][version.deliverable_id]
        return found

    def get_replaced_at(self, version: Version) -> datetime | None:
        return version.replaced_at if self._insight(version).works else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Move.choices)))
    def get_moves(self, version: Version) -> list[str]:
        insight = self._insight(version)
        if version.pk != insight.deliverable.current_id:
            return []
        return [move.value for move in insight.moves if move != Move.DEPOSIT]


class VersionInput(Serializer):
    # An empty one is refused by who looks at files, in the words of a page.
    file = serializers.FileField(allow_empty_file=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text=_("Ce qui change."))


class ApprovalInput(Serializer):
    sha256 = serializers.CharField(
        max_length=200, help_text=_("De ce que vous avez lu\u00a0: l’approbation ne vaut que pour ce contenu.")
    )
    capacity = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text=_("L’identifiant de la délégation par laquelle vous approuvez\u202f; vide pour votre propre mandat."),
    )
    reason = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, help_text=_("Un mot pour accompagner l’approbation.")
    )


class ChangesInput(Serializer):
    reason = serializers.CharField(max_length=2000, help_text=_("Ce qu’il faut changer."))
    capacity = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text=_("L’identifiant de la délégation par laquelle vous décidez\u202f; vide pour votre propre mandat."),
    )


class TextSerializer(ModelSerializer):
    class Meta:
        model = VersionText
        fields = ["state", "words", "problem", "read_at"]
        read_only_fields = fields
