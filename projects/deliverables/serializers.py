"""Deliverables as the API shows them to one reader, and what it takes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.organisations.enums import College
from filiere.api.serializers import ModelSerializer, Serializer
from projects.access.enums import Confidentiality
from projects.deliverables.enums import ApprovalState, Health, Progress
from projects.deliverables.insight import Awaited, Insight
from projects.deliverables.models import AcceptanceCriterion, Deliverable, Dependency, HealthNote
from projects.deliverables.services import MOST_CRITERIA
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import Move

LONGEST_LIST = 200
AS_A_WHOLE = gettext_lazy("La liste entière\u00a0: elle remplace celle qui était là.")


class CriterionSerializer(ModelSerializer):
    met = serializers.BooleanField(
        allow_null=True, read_only=True, help_text=gettext_lazy("Vide pour qui ne lit que ce qui est validé.")
    )

    class Meta:
        model = AcceptanceCriterion
        fields = ["text", "met"]
        read_only_fields = fields


class VersionBrief(ModelSerializer):
    class Meta:
        model = Version
        fields = ["id", "number", "name", "format", "size", "sha256", "state"]
        read_only_fields = fields


class AwaitedSerializer(Serializer):
    move = serializers.ChoiceField(Move.choices, help_text=gettext_lazy("Ce qui est attendu."))
    person = serializers.UUIDField(
        source="person.pk", default=None, allow_null=True, help_text=gettext_lazy("Vide pour le Bureau.")
    )
    name = serializers.SerializerMethodField()
    organisation = serializers.UUIDField(source="organisation.pk", default=None, allow_null=True)

    def get_name(self, awaited: Awaited) -> str:
        return awaited.person.get_full_name() if awaited.person else _("Bureau")


class DeliverableSerializer(ModelSerializer):
    """A deliverable, as this reader may know it: its insight is in the context, by its key."""

    group = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    # Of the model's own field the document would promise that there is always one.
    code = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()
    projects = serializers.SerializerMethodField()
    owners = serializers.SerializerMethodField()
    organisations = serializers.SerializerMethodField()
    # DRF takes declared fields off the class: none of them hides the attribute of the same name.
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text=gettext_lazy("Vide aussi quand vous n’avez pas à le connaître.")
    )
    late = serializers.BooleanField(source="is_late", read_only=True)
    health = serializers.SerializerMethodField()
    stopped_because = serializers.SerializerMethodField()
    approval_state = serializers.SerializerMethodField()
    current_version = serializers.SerializerMethodField(help_text=gettext_lazy("La dernière que vous pouvez lire."))
    validated_version = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField(help_text=gettext_lazy("Ce que vous pouvez faire maintenant."))
    waiting_for = serializers.SerializerMethodField(help_text=gettext_lazy("Qui doit agir, et pour quoi."))
    waiting_since = serializers.SerializerMethodField()
    recused = serializers.SerializerMethodField(help_text=gettext_lazy("Vous vous en êtes déporté."))

    class Meta:
        model = Deliverable
        fields = [
            "id",
            "group",
            "code",
            "title",
            "description",
            "criteria",
            "projects",
            "owners",
            "organisations",
            "parent",
            "due",
            "due_start",
            "due_end",
            "due_precision",
            "late",
            "progress",
            "recurrent",
            "stopped_because",
            "stopped_on",
            "resumes_on",
            "health",
            "confidentiality",
            "college",
            "needs_bureau",
            "approval_state",
            "current_version",
            "validated_version",
            "moves",
            "waiting_for",
            "waiting_since",
            "recused",
            "created_at",
            "changed_at",
        ]
        read_only_fields = fields

    def _insight(self, deliverable: Deliverable) -> Insight:
        found: Insight = self.context["insights"][deliverable.pk]
        return found

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, deliverable: Deliverable) -> Any:
        found: Any = CriterionSerializer(deliverable.criteria.all(), many=True).data
        if self._insight(deliverable).works:
            return found
        return [{**criterion, "met": None} for criterion in found]

    def get_code(self, deliverable: Deliverable) -> str:
        return deliverable.code

    def get_projects(self, deliverable: Deliverable) -> list[UUID]:
        return self._insight(deliverable).links.of("project", deliverable.pk)

    def get_owners(self, deliverable: Deliverable) -> list[UUID]:
        return self._insight(deliverable).links.of("owner", deliverable.pk)

    def get_organisations(self, deliverable: Deliverable) -> list[UUID]:
        return self._insight(deliverable).links.of("organisation", deliverable.pk)

    def get_parent(self, deliverable: Deliverable) -> UUID | None:
        parent = deliverable.parent_id
        return parent if parent and self._insight(deliverable).links.of("parent", parent) else None

    @extend_schema_field(serializers.ChoiceField(Health.choices, allow_blank=True))
    def get_health(self, deliverable: Deliverable) -> str:
        return deliverable.health if self._insight(deliverable).works else ""

    def get_stopped_because(self, deliverable: Deliverable) -> str:
        return deliverable.stopped_because if self._insight(deliverable).works else ""

    @extend_schema_field(serializers.ChoiceField(ApprovalState.choices))
    def get_approval_state(self, deliverable: Deliverable) -> str:
        return self._insight(deliverable).state

    @extend_schema_field(VersionBrief(allow_null=True))
    def get_current_version(self, deliverable: Deliverable) -> Any:
        return _brief(self._insight(deliverable).current)

    @extend_schema_field(VersionBrief(allow_null=True))
    def get_validated_version(self, deliverable: Deliverable) -> Any:
        return _brief(self._insight(deliverable).validated)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Move.choices)))
    def get_moves(self, deliverable: Deliverable) -> list[str]:
        return [move.value for move in self._insight(deliverable).moves]

    @extend_schema_field(AwaitedSerializer(many=True))
    def get_waiting_for(self, deliverable: Deliverable) -> Any:
        return AwaitedSerializer(self._insight(deliverable).awaited, many=True).data

    def get_waiting_since(self, deliverable: Deliverable) -> datetime | None:
        return self._insight(deliverable).awaited_since

    def get_recused(self, deliverable: Deliverable) -> bool:
        return self._insight(deliverable).recused


def _brief(version: Version | None) -> Any:
    return VersionBrief(version).data if version else None


# --- What is written ---


class CriterionInput(Serializer):
    text = serializers.CharField(max_length=500)
    met = serializers.BooleanField(required=False)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": 500},
            {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": 500},
                    "met": {"type": "boolean"},
                },
                "required": ["text"],
                "additionalProperties": False,
            },
        ]
    }
)
class CriterionField(serializers.Field[Any, Any, Any, Any]):
    """Its words alone, or with whether it is met."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | Mapping):
            raise serializers.ValidationError(
                _("Un critère est un texte, ou un objet avec «\u00a0text\u00a0» et «\u00a0met\u00a0».")
            )
        given = CriterionInput(data={"text": data} if isinstance(data, str) else data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class DeliverableChange(Serializer):
    """Who plans writes what is expected; members move the progress and tick criteria; pilots give the météo, suspend,
    abandon and take up again."""

    code = serializers.SlugField(max_length=40, required=False, allow_blank=True)
    title = serializers.CharField(max_length=300)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    criteria = serializers.ListField(
        child=CriterionField(), required=False, max_length=MOST_CRITERIA, help_text=AS_A_WHOLE
    )
    projects = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )
    owners = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )
    organisations = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]  # the word of the model
    due = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Comme on l’écrit\u00a0: «\u00a0T1 2027\u00a0», «\u00a0d’ici fin 2026\u00a0»."),
    )
    progress = serializers.ChoiceField(
        Progress.choices,
        required=False,
        help_text=gettext_lazy(
            "Suspendre et abandonner demandent `reason`\u202f; un autre état reprend ce qui l’était."
        ),
    )
    reason = serializers.CharField(
        max_length=2000, required=False, help_text=gettext_lazy("D’une suspension ou d’un abandon.")
    )
    resumes_on = serializers.DateField(
        required=False, allow_null=True, help_text=gettext_lazy("Quand on pense reprendre ce qui est suspendu.")
    )
    recurrent = serializers.BooleanField(required=False)
    health = serializers.ChoiceField(Health.choices, required=False)
    health_sentence = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Accompagne `health`\u202f; demandée quand le ciel n’est pas clair."),
    )
    confidentiality = serializers.ChoiceField(Confidentiality.choices, required=False)
    college = serializers.ChoiceField(College.choices, required=False, allow_blank=True)
    needs_bureau = serializers.BooleanField(required=False)


class NewDeliverable(DeliverableChange):
    group = serializers.CharField(
        max_length=60, help_text=gettext_lazy("Son identifiant, ou le dernier mot de son adresse.")
    )


class RecusalInput(Serializer):
    reason = serializers.CharField(max_length=2000)


# --- What stands beside ---


class HealthNoteSerializer(ModelSerializer):
    by_name = serializers.CharField(source="by.get_full_name", default="", read_only=True)

    class Meta:
        model = HealthNote
        fields = ["id", "health", "sentence", "by", "by_name", "capacity", "at"]
        read_only_fields = fields


class DependencySerializer(ModelSerializer):
    """What is waited for, as far as the reader may know of it."""

    group = serializers.CharField(source="needs.group.slug", read_only=True)
    title = serializers.CharField(source="needs.title", read_only=True)
    progress = serializers.ChoiceField(Progress.choices, source="needs.progress", read_only=True)
    due = serializers.CharField(source="needs.due", read_only=True)
    late = serializers.BooleanField(source="needs.is_late", read_only=True)

    class Meta:
        model = Dependency
        fields = ["id", "deliverable", "needs", "group", "title", "progress", "due", "late", "why"]
        read_only_fields = fields


class DoorSerializer(Serializer):
    what = serializers.CharField()
    open = serializers.BooleanField(source="is_open")
    reasons = serializers.ListField(child=serializers.CharField())


class SightSerializer(Serializer):
    person = serializers.UUIDField(source="person.pk")
    reads = serializers.BooleanField(help_text=_("Lit au moins ce qui est validé, ou porté devant le Bureau."))
    works = serializers.BooleanField(help_text=_("Lit tout le travail."))
    doors = DoorSerializer(many=True)


class DependencyInput(Serializer):
    needs = serializers.UUIDField()
    why = serializers.CharField(max_length=300, required=False, allow_blank=True)
