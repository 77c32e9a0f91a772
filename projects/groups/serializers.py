from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.contracts.models import Contract, Project
from projects.groups.models import WorkingGroup
from projects.groups.services import PRESENTED


class GroupSerializer(ModelSerializer):
    """A group, as this reader may know it."""

    # DRF takes declared fields off the class: none of them hides the attribute of the same name.
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text=_("Vide aussi quand vous n’avez pas à le connaître.")
    )
    projects = serializers.SerializerMethodField(help_text=_("Ceux que le groupe sert."))
    permissions = serializers.SerializerMethodField(help_text=_("Ce que vous pouvez faire dans ce groupe aujourd’hui."))

    class Meta:
        model = WorkingGroup
        fields = [
            "id",
            "contract",
            "slug",
            "name",
            "kind",
            "parent",
            "projects",
            "presentation",
            "cadence",
            "approval_rule",
            "default_confidentiality",
            "archived_at",
            "permissions",
            "changed_at",
        ]
        read_only_fields = fields

    def get_parent(self, group: WorkingGroup) -> str | None:
        standing = standing_of(self.context["request"].user)
        if group.parent_id is None:
            return None
        seen = Permission.SEE in standing.everywhere or group.parent_id in standing.groups(Permission.SEE)
        return str(group.parent_id) if seen else None

    def get_projects(self, group: WorkingGroup) -> list[UUID]:
        served = vars(group).get("served")
        return [project.pk for project in (group.projects.all() if served is None else served)]

    def get_permissions(self, group: WorkingGroup) -> list[str]:
        held = standing_of(self.context["request"].user).all_in(group)
        return [permission.value for permission in Permission if permission in held]


class SeenGroup(serializers.PrimaryKeyRelatedField[WorkingGroup]):
    """Among those that the sender may see: a hidden one does not exist here either."""

    def get_queryset(self) -> Any:
        return WorkingGroup.objects.visible_to(self.context["request"].user)


class GroupInput(ModelSerializer):
    """Pilots change `name`, `presentation` and `cadence`; the rest belongs to coordinators."""

    parent = SeenGroup(  # type: ignore[assignment]
        queryset=WorkingGroup.objects.none(), allow_null=True, required=False
    )
    projects = serializers.PrimaryKeyRelatedField(queryset=Project.objects.all(), many=True, required=False)

    class Meta:
        model = WorkingGroup
        fields = [*sorted(PRESENTED), "kind", "parent", "projects", "approval_rule", "default_confidentiality"]


class NewGroupInput(GroupInput):
    contract = serializers.PrimaryKeyRelatedField(queryset=Contract.objects.all())
    slug = serializers.SlugField(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text=_("Le dernier mot de son adresse, qui ne change plus\u202f; tiré du nom quand il manque."),
    )

    class Meta(GroupInput.Meta):
        fields = ["contract", "slug", *GroupInput.Meta.fields]
