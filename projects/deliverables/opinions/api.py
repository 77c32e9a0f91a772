"""The API of opinions: given by oneself, or asked of others. Twins of the pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from filiere.api.lists import FilterSet
from filiere.api.resources import Creatable, Listable, Readable, Removable
from projects.access.enums import Permission
from projects.deliverables.enums import OpinionKind
from projects.deliverables.opinions import services
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.opinions.serializers import AskedSerializer, OpinionInput, OpinionSerializer, QuestionInput
from projects.deliverables.resources import VERSION, VersionPart
from projects.groups.mandates.person_selectors import people_known_to


class OpinionFilters(FilterSet):
    given = filters.BooleanFilter(field_name="given_at", lookup_expr="isnull", exclude=True)
    kind = filters.ChoiceFilter(choices=OpinionKind.choices)

    class Meta(FilterSet.Meta):
        model = Opinion
        fields = ["person"]


@extend_schema(parameters=[VERSION])
class OpinionResource(Listable, Readable, Creatable, Removable, VersionPart):
    """Avis sur une version\u00a0: donnés, ou seulement demandés. Un avis n’approuve rien et ne bloque rien."""

    serializer_class = OpinionSerializer
    write_serializer_class = OpinionInput
    filterset_class = OpinionFilters
    ordering_fields = ("asked_at", "given_at", "due_on")
    demands = {
        "list": Permission.READ_WORK,
        "retrieve": Permission.READ_WORK,
        "create": Permission.DISCUSS,
        "destroy": Permission.CONTRIBUTE,
        "ask": Permission.CONTRIBUTE,
    }

    def get_queryset(self) -> QuerySet[Opinion]:
        found: QuerySet[Opinion] = Opinion.objects.visible_to(self.person)
        return found.filter(version=self.version, withdrawn_at=None).select_related(
            "person", "organisation", "version__deliverable__group"
        )

    def create_object(self, data: dict[str, Any]) -> Opinion:
        """Donner son avis

        Celui qui était demandé, ou de soi-même. Donné de nouveau, il remplace ce que l’on disait de cette version.
        """
        return services.give(version=self.version, by=self.person, **data)

    def remove_object(self, instance: Opinion, seen: str | None) -> None:
        """Retirer une demande restée sans réponse. Par qui l’a faite, ou par un pilote."""
        services.take_back(opinion=instance, by=self.person)

    @extend_schema(responses={201: AskedSerializer})
    @action(detail=False, methods=["post"], body_serializer_class=QuestionInput)
    def ask(self, request: Request, **kwargs: str) -> Response:
        """Demander leur avis à des membres"""
        data = self.written()
        people = list(people_known_to(self.person).filter(pk__in=data["people"]))
        if len(people) < len(set(data["people"])):
            raise ValidationError({"people": _("Une de ces personnes n’existe pas.")})
        asked = services.ask(version=self.version, people=people, by=self.person, due_on=data.get("due_on"))
        return Response(AskedSerializer({"asked": asked}).data, status=201)
