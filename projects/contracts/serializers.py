"""The contract as the API shows it, and what it accepts. Codes are given once: what changes something has none."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.contracts.budget import envelopes, totals
from projects.contracts.entries import Lead, Line, Taker
from projects.contracts.enums import BudgetKind, Part
from projects.contracts.models import Amendment, Axis, BudgetLine, Contract, Participation, Project, ProjectLink
from projects.contracts.sheet_lists import LONGEST_LIST

AS_A_WHOLE = gettext_lazy("La liste entière\u00a0: elle remplace celle qui était là.")


class ContractSerializer(ModelSerializer):
    last_day = serializers.DateField(read_only=True, help_text=gettext_lazy("La fin, avenants compris."))

    class Meta:
        model = Contract
        fields = [
            "id",
            "code",
            "title",
            "sector",
            "presentation",
            "starts_on",
            "ends_on",
            "last_day",
            "organisations",
            "changed_at",
        ]
        read_only_fields = fields


class ContractChange(ModelSerializer):
    organisations = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )

    class Meta:
        model = Contract
        fields = ["title", "sector", "presentation", "starts_on", "ends_on", "organisations"]


class ContractInput(ContractChange):
    code = serializers.SlugField(max_length=40)

    class Meta(ContractChange.Meta):
        fields = ["code", *ContractChange.Meta.fields]


class AmendmentSerializer(ModelSerializer):
    class Meta:
        model = Amendment
        fields = ["id", "contract", "number", "title", "summary", "signed_on", "ends_on", "changed_at"]
        read_only_fields = fields


class AmendmentInput(ModelSerializer):
    number = serializers.IntegerField(min_value=1, max_value=32_767)

    class Meta:
        model = Amendment
        fields = ["number", "title", "summary", "signed_on", "ends_on"]


class AxisSerializer(ModelSerializer):
    class Meta:
        model = Axis
        fields = ["id", "contract", "code", "title", "position", "changed_at"]
        read_only_fields = fields


class AxisChange(Serializer):
    title = serializers.CharField(max_length=300)
    position = serializers.IntegerField(
        min_value=1,
        max_value=32_767,
        required=False,
        help_text=gettext_lazy("À partir de 1\u00a0: les autres font place."),
    )


class AxisInput(AxisChange):
    contract = serializers.UUIDField()
    code = serializers.SlugField(max_length=40)


# --- Projects: what is read ---


class TakerSerializer(ModelSerializer):
    class Meta:
        model = Participation
        fields = ["organisation", "part"]
        read_only_fields = fields


class LeadSerializer(ModelSerializer):
    project = serializers.PrimaryKeyRelatedField[Project](source="to_project", read_only=True, allow_null=True)
    axis = serializers.PrimaryKeyRelatedField[Axis](source="to_axis", read_only=True, allow_null=True)

    class Meta:
        model = ProjectLink
        fields = ["project", "axis", "why"]
        read_only_fields = fields


class LedFromSerializer(ModelSerializer):
    project = serializers.PrimaryKeyRelatedField[Project](source="from_project", read_only=True)

    class Meta:
        model = ProjectLink
        fields = ["project", "why"]
        read_only_fields = fields


class BudgetLineSerializer(ModelSerializer):
    class Meta:
        model = BudgetLine
        fields = ["id", "parent", "kind", "label", "amount", "as_written"]
        read_only_fields = fields


class TotalSerializer(Serializer):
    kind = serializers.ChoiceField(choices=BudgetKind.choices)
    amount = serializers.DecimalField(
        max_digits=18,
        decimal_places=2,
        source="worth.amount",
        allow_null=True,
        help_text=gettext_lazy("Rien quand tout reste à définir."),
    )
    at_least = serializers.BooleanField(
        source="worth.at_least", help_text=gettext_lazy("Quelque chose reste à définir en plus de ce montant.")
    )


class ProjectSerializer(ModelSerializer):
    other_titles = serializers.SerializerMethodField()
    participations = TakerSerializer(many=True, read_only=True)
    links = LeadSerializer(many=True, read_only=True)
    linked_from = LedFromSerializer(many=True, read_only=True)
    budget_lines = BudgetLineSerializer(many=True, read_only=True)
    budget_totals = serializers.SerializerMethodField(
        help_text=gettext_lazy("Par nature\u00a0; ce qui est compris dans une enveloppe n’est pas compté deux fois.")
    )
    criteria = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="text")
    groups = serializers.SlugRelatedField[Any](
        many=True, read_only=True, slug_field="slug", help_text=gettext_lazy("Ceux que vous pouvez voir.")
    )

    class Meta:
        model = Project
        fields = [
            "id",
            "contract",
            "axis",
            "code",
            "number",
            "title",
            "other_titles",
            "summary",
            "participations",
            "links",
            "linked_from",
            "budget_lines",
            "budget_totals",
            "criteria",
            "groups",
            "changed_at",
        ]
        read_only_fields = fields

    def get_other_titles(self, project: Project) -> list[str]:
        return project.other_titles.splitlines()

    @extend_schema_field(TotalSerializer(many=True))
    def get_budget_totals(self, project: Project) -> Any:
        return TotalSerializer(totals(envelopes(project.budget_lines.all())), many=True).data


# --- Projects: what is written ---


class Entry(Serializer):
    """An entry of a list that is sent whole. A PATCH forgives what its body leaves out; an entry's fields are owed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            owed = [name for name, field in self.fields.items() if field.required and name not in data]
            if owed:
                raise serializers.ValidationError({name: [_("Ce champ est obligatoire.")] for name in owed})
        return super().to_internal_value(data)


class TakerInput(Entry):
    organisation = serializers.UUIDField()
    part = serializers.ChoiceField(choices=Part.choices)


class LeadInput(Entry):
    why = serializers.CharField(max_length=500)
    project = serializers.UUIDField(allow_null=True, required=False)
    axis = serializers.UUIDField(allow_null=True, required=False)


class BudgetLineInput(Entry):
    id = serializers.UUIDField(
        allow_null=True,
        required=False,
        help_text=gettext_lazy(
            "D’une ligne qui existe. Pour une nouvelle, un UUID de votre choix permet à ses parts de la nommer\u00a0; "
            "elle en reçoit ensuite un autre."
        ),
    )
    parent = serializers.UUIDField(  # type: ignore[assignment]  # the word of the model
        allow_null=True, required=False, help_text=gettext_lazy("L’id, dans cette liste, de la ligne qui la comprend.")
    )
    kind = serializers.ChoiceField(choices=BudgetKind.choices)
    label = serializers.CharField(  # type: ignore[assignment]  # the word of the model
        max_length=300, allow_blank=True, required=False
    )
    amount = serializers.DecimalField(
        max_digits=15,
        decimal_places=2,
        min_value=0,
        allow_null=True,
        required=False,
        help_text=gettext_lazy("En euros\u00a0; rien quand il reste à définir."),
    )
    as_written = serializers.CharField(max_length=500, allow_blank=True, required=False)


class ProjectChange(Serializer):
    axis = serializers.UUIDField()
    number = serializers.IntegerField(min_value=1, max_value=32_767)
    title = serializers.CharField(max_length=300)
    other_titles = serializers.ListField(
        child=serializers.CharField(max_length=300), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )
    summary = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    participations = TakerInput(many=True, required=False, help_text=AS_A_WHOLE)
    links = LeadInput(many=True, required=False, help_text=AS_A_WHOLE)
    budget_lines = BudgetLineInput(many=True, required=False, help_text=AS_A_WHOLE)
    criteria = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, max_length=LONGEST_LIST, help_text=AS_A_WHOLE
    )


class ProjectInput(ProjectChange):
    contract = serializers.UUIDField()
    code = serializers.SlugField(max_length=40)


def sheet_from(data: Mapping[str, Any]) -> dict[str, Any]:
    """A checked body, in the terms of the services."""
    made = dict(data)
    if "other_titles" in made:
        made["other_titles"] = "\n".join(made["other_titles"])
    for name, kind in (("participations", Taker), ("links", Lead), ("budget_lines", Line)):
        if name in made:
            made[name] = [kind(**entry) for entry in made[name]]
    return made
