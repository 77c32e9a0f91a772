from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from filiere.api.lists import FilterSet
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Resource
from projects.access.enums import Permission
from projects.groups import services
from projects.groups.models import WorkingGroup
from projects.groups.permissions import holding
from projects.groups.selectors import SERVED
from projects.groups.serializers import GroupInput, GroupSerializer, NewGroupInput


class GroupFilters(FilterSet):
    archived = filters.BooleanFilter(field_name="archived_at", lookup_expr="isnull", exclude=True)
    project = filters.UUIDFilter(field_name="projects")
    axis = filters.UUIDFilter(field_name="projects__axis", distinct=True)

    parent = filters.UUIDFilter(method="under")

    class Meta(FilterSet.Meta):
        model = WorkingGroup
        fields = ["contract", "kind"]

    def under(self, groups: QuerySet[WorkingGroup], name: str, value: UUID) -> QuerySet[WorkingGroup]:
        """A parent that is hidden has no children either."""
        return groups.filter(parent__in=WorkingGroup.objects.visible_to(self.request.user).filter(pk=value))


class GroupResource(Listable, Readable, Creatable, Changeable, Resource):
    """Groupes que vous pouvez voir\u00a0: chacun répond à son identifiant et au dernier mot de son adresse."""

    serializer_class = GroupSerializer
    write_serializer_class = GroupInput
    create_serializer_class = NewGroupInput
    permission_classes = [holding(Permission.SEE, writing=Permission.EDIT_GROUP)]
    filterset_class = GroupFilters
    search_fields = ("alphabetical",)
    ordering_fields = {"name": "alphabetical", "kind": "kind", "archived_at": "archived_at"}
    name_field = "slug"

    def get_queryset(self) -> QuerySet[WorkingGroup]:
        groups: QuerySet[WorkingGroup] = WorkingGroup.objects.visible_to(self.person)
        return groups.prefetch_related(SERVED)

    def create_object(self, data: dict[str, Any]) -> WorkingGroup:
        """Créer un groupe. Réservé aux administrateurs et aux délégués permanents."""
        return services.create_group(by=self.person, **data)

    def change_object(self, instance: WorkingGroup, data: dict[str, Any], seen: str | None) -> WorkingGroup:
        """Modifier un groupe. Ceux qui le pilotent en changent le nom, la présentation et le rythme."""
        return services.change_group(group=instance, by=self.person, seen=seen, **data)

    @action(detail=True, methods=["post"], permission_classes=[holding(Permission.MANAGE_GROUP)])
    def archive(self, request: Request, pk: str) -> Response:
        """Archiver le groupe

        On n’y écrit plus\u202f; tout y reste lisible.
        """
        group = self.get_object()
        self.written()
        return self.item(self.again(services.archive_group(group=group, by=self.person, seen=self.seen(group))))

    @action(detail=True, methods=["post"], permission_classes=[holding(Permission.MANAGE_GROUP)])
    def reopen(self, request: Request, pk: str) -> Response:
        """Rouvrir un groupe archivé"""
        group = self.get_object()
        self.written()
        return self.item(self.again(services.reopen_group(group=group, by=self.person, seen=self.seen(group))))
