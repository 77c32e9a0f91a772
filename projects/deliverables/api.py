"""The API of deliverables: twins of the pages, same permissions, same selectors, same services."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.organisations.selectors import known
from filiere.api.lists import FORMAT
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Removable, Resource, is_id
from projects.access.enums import Permission
from projects.activity.models import Event
from projects.activity.selectors import events_of_object
from projects.activity.serializers import EventSerializer
from projects.activity.telling import tell
from projects.contracts.selectors import projects_visible_to
from projects.deliverables import dependencies
from projects.deliverables.approvals import services as approvals
from projects.deliverables.approvals.serializers import RecusalSerializer
from projects.deliverables.filters import DeliverableFilters
from projects.deliverables.insight import Insight, insights
from projects.deliverables.models import Deliverable, Dependency, HealthNote
from projects.deliverables.permissions import deliverables_of
from projects.deliverables.resources import DELIVERABLE, DeliverablePart, writing
from projects.deliverables.serializers import (
    DeliverableChange,
    DeliverableSerializer,
    DependencyInput,
    DependencySerializer,
    HealthNoteSerializer,
    NewDeliverable,
    RecusalInput,
    SightSerializer,
)
from projects.deliverables.sight import sight_of
from projects.deliverables.whole import change_whole, create_whole
from projects.groups.access.explanations import ever_in
from projects.groups.mandates.person_selectors import people_known_to
from projects.groups.permissions import may_explain, visible_group

CHANGES = writing(Permission.PLAN, Permission.CONTRIBUTE, Permission.APPROVE)


class DeliverableResource(Listable, Readable, Creatable, Changeable, Resource):
    """Livrables\u00a0: ce qui en est attendu, où ils en sont, qui doit agir."""

    serializer_class = DeliverableSerializer
    write_serializer_class = DeliverableChange
    create_serializer_class = NewDeliverable
    permission_classes = [CHANGES]
    filterset_class = DeliverableFilters
    search_fields = ("searchable",)
    ordering_fields = {
        "due": "due_order",
        "title": "alphabetical",
        "code": "code",
        "progress": "progress",
        "created_at": "created_at",
        "changed_at": "changed_at",
    }
    insights: dict[UUID, Insight]

    def get_queryset(self) -> QuerySet[Any]:
        return deliverables_of(self.person).prefetch_related("criteria")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.insights = insights(page or [], self.person)
        return page

    def representation(self, instance: Deliverable) -> dict[str, Any]:
        self.insights = insights([instance], self.person)
        return super().representation(instance)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "insights": getattr(self, "insights", {})}

    def create_object(self, data: dict[str, Any]) -> Deliverable:
        """Inscrire un livrable. Réservé à qui prépare les travaux du groupe, et aux délégués permanents."""
        try:
            group = visible_group(self.person, data.pop("group"))
        except Http404 as error:
            raise ValidationError({"group": _("Ce groupe n’existe pas.")}) from error
        return create_whole(group=group, by=self.person, **self._chosen(data))

    def change_object(self, instance: Deliverable, data: dict[str, Any], seen: str | None) -> Deliverable:
        """Tout ou rien

        Chaque champ demande le droit de l’acte qu’il fait. Suspendre ou abandonner demande `reason`\u202f; `health`
        s’accompagne de `health_sentence`. Une liste envoyée remplace toute la liste.
        """
        return change_whole(deliverable=instance, by=self.person, seen=seen, **self._chosen(data))

    @extend_schema(responses={201: RecusalSerializer})
    @action(
        detail=True,
        methods=["post"],
        permission_classes=[writing(Permission.APPROVE)],
        body_serializer_class=RecusalInput,
    )
    def recusal(self, request: Request, pk: str) -> Response:
        """Se déporter d’un livrable

        Qui pourrait l’approuver s’en abstient, et dit pourquoi. Ce qu’il avait approuvé d’une version encore soumise
        ne compte plus\u202f; une version déjà approuvée le reste.
        """
        deliverable = self.get_object()
        made = approvals.declare_recusal(deliverable=deliverable, by=self.person, reason=self.written()["reason"])
        return Response(RecusalSerializer(made).data, status=201)

    @extend_schema(request=None, responses={204: None})
    @recusal.mapping.delete
    def lift_recusal(self, request: Request, pk: str) -> Response:
        """Lever son déport"""
        approvals.lift_recusal(deliverable=self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(
        parameters=[
            OpenApiParameter("person", OpenApiTypes.UUID, description=gettext_lazy("Vous-même, si rien n’est dit."))
        ],
        responses=SightSerializer,
    )
    @action(detail=True, methods=["get"])
    def access(self, request: Request, pk: str) -> Response:
        """Pourquoi cette personne voit-elle ce livrable\u202f?

        De soi-même, ou de toute personne du groupe pour qui en règle les droits ou en prête.
        """
        deliverable = self.get_object()
        if unknown := sorted(request.query_params.keys() - {"person", FORMAT}):
            raise ValidationError({name: _("Paramètre inconnu.") for name in unknown})
        asked = request.query_params.get("person", "").lower() or str(self.person.pk)
        if asked == str(self.person.pk):
            return Response(SightSerializer(sight_of(self.person, deliverable)).data)
        if not may_explain(self.person, deliverable.group):
            raise PermissionDenied(_("Vous pouvez demander ce que vous voyez ici, pas ce que d’autres y voient."))
        person = ever_in(deliverable.group).filter(pk=asked).first() if is_id(asked) else None
        if person is None:
            raise ValidationError({"person": _("Cette personne n’a jamais siégé dans ce groupe.")})
        return Response(SightSerializer(sight_of(person, deliverable)).data)

    def _chosen(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the body names by its identifier, among what the sender may know of."""
        if "projects" in data:
            data["projects"] = _all(
                projects_visible_to(self.person), data, "projects", _("Un de ces projets n’existe pas.")
            )
        if "owners" in data:
            data["owners"] = _all(people_known_to(self.person), data, "owners", _("Une de ces personnes n’existe pas."))
        if "organisations" in data:
            found = _all(known(), data, "organisations", _("Une de ces organisations n’existe pas."))
            data["organisations"] = list({each.pk: each for each in (one.merged_into or one for one in found)}.values())
        if data.get("parent"):
            (data["parent"],) = _all(
                deliverables_of(self.person), {"parent": [data["parent"]]}, "parent", _("Ce livrable n’existe pas.")
            )
        return data


def _all(among: QuerySet[Any], data: dict[str, Any], field: str, otherwise: str) -> list[Any]:
    wanted: Iterable[UUID] = set(data[field])
    found = list(among.filter(pk__in=wanted))
    if len(found) < len(set(wanted)):
        raise ValidationError({field: otherwise})
    return found


@extend_schema(parameters=[DELIVERABLE])
class HealthResource(Listable, DeliverablePart):
    """Météo d’un livrable au fil du temps, avec la phrase de qui la donnait."""

    serializer_class = HealthNoteSerializer
    demands = {"list": Permission.READ_WORK}
    ordering_fields = ("at",)

    def get_queryset(self) -> QuerySet[HealthNote]:
        found: QuerySet[HealthNote] = HealthNote.objects.visible_to(self.person)
        return found.filter(deliverable=self.deliverable).select_related("by")


@extend_schema(parameters=[DELIVERABLE])
class HistoryResource(Listable, DeliverablePart):
    """Histoire d’un livrable\u00a0: ce qui lui est arrivé, et ce qui est arrivé à ses versions."""

    queryset = Event.objects.none()
    serializer_class = EventSerializer
    demands = {"list": Permission.READ_WORK}
    ordering_fields = {"at": "id"}

    def get_queryset(self) -> QuerySet[Event]:
        return events_of_object(self.deliverable)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return tell(super().paginate_queryset(queryset) or [], self.person)


@extend_schema(parameters=[DELIVERABLE])
class DependencyResource(Listable, Readable, Creatable, Removable, DeliverablePart):
    """Ce qu’un livrable attend d’autres livrables, de son groupe ou d’ailleurs."""

    serializer_class = DependencySerializer
    write_serializer_class = DependencyInput
    demands = {
        "list": Permission.READ_WORK,
        "retrieve": Permission.READ_WORK,
        "create": Permission.PLAN,
        "destroy": Permission.PLAN,
    }

    def get_queryset(self) -> QuerySet[Dependency]:
        """What waits for something hidden waits for nothing, to this reader."""
        found: QuerySet[Dependency] = Dependency.objects.visible_to(self.person)
        known_to = Deliverable.objects.visible_to(self.person)
        return found.filter(deliverable=self.deliverable, needs__in=known_to).select_related("needs__group")

    def create_object(self, data: dict[str, Any]) -> Dependency:
        """Noter une dépendance. Un cercle est refusé, même de loin."""
        needs = deliverables_of(self.person).filter(pk=data["needs"]).first()
        if needs is None:
            raise ValidationError({"needs": _("Ce livrable n’existe pas.")})
        return dependencies.depend(deliverable=self.deliverable, needs=needs, by=self.person, why=data.get("why", ""))

    def remove_object(self, instance: Dependency, seen: str | None) -> None:
        """Retirer une dépendance"""
        dependencies.stop_depending(dependency=instance, by=self.person)
