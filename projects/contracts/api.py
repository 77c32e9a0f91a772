from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.reverse import reverse

from filiere.api.resources import Changeable, Creatable, Listable, Readable, Removable, Resource, is_id
from projects.contracts import chapters, selectors, services, sheets
from projects.contracts.models import Amendment, Axis, Contract, Project
from projects.contracts.permissions import ReadInFiliereWrittenByCoordinators
from projects.contracts.serializers import (
    AmendmentInput,
    AmendmentSerializer,
    AxisChange,
    AxisInput,
    AxisSerializer,
    ContractChange,
    ContractInput,
    ContractSerializer,
    ProjectChange,
    ProjectInput,
    ProjectSerializer,
    sheet_from,
)


class ContractPart(Resource):
    """Whatever belongs to a contract: one rule for all of it."""

    permission_classes = [ReadInFiliereWrittenByCoordinators]

    def named_contract(self, pk: UUID) -> Contract:
        found: Contract | None = selectors.contracts_visible_to(self.person).filter(pk=pk).first()
        if found is None:
            raise ValidationError({"contract": _("Ce contrat n’existe pas.")})
        return found


class ContractResource(Listable, Readable, Creatable, Changeable, ContractPart):
    """Contrats de filière, tels que leurs avenants les ont modifiés"""

    serializer_class = ContractSerializer
    create_serializer_class = ContractInput
    write_serializer_class = ContractChange
    ordering_fields = ("starts_on", "ends_on", "code", "title")
    name_field = "code"

    def get_queryset(self) -> QuerySet[Contract]:
        return selectors.contracts_visible_to(self.person).prefetch_related("organisations")

    def create_object(self, data: dict[str, Any]) -> Contract:
        return services.create_contract(by=self.person, **data)

    def change_object(self, instance: Contract, data: dict[str, Any], seen: str | None) -> Contract:
        """Le code ne change jamais."""
        return services.change_contract(contract=instance, by=self.person, seen=seen, **data)


CONTRACT = OpenApiParameter(
    "contract",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description=gettext_lazy("Identifiant du contrat, ou son code."),
)


@extend_schema(parameters=[CONTRACT])
class AmendmentResource(Listable, Readable, Creatable, Changeable, ContractPart):
    """Avenants d’un contrat."""

    serializer_class = AmendmentSerializer
    write_serializer_class = AmendmentInput
    ordering_fields = ("number", "signed_on")

    def get_queryset(self) -> QuerySet[Amendment]:
        return selectors.amendments_visible_to(self.person).filter(contract=self._contract())

    def create_object(self, data: dict[str, Any]) -> Amendment:
        return services.add_amendment(contract=self._contract(), by=self.person, **data)

    def change_object(self, instance: Amendment, data: dict[str, Any], seen: str | None) -> Amendment:
        """Un avenant se corrige, il ne se supprime pas."""
        return services.change_amendment(amendment=instance, by=self.person, seen=seen, **data)

    def location(self, instance: Any) -> str:
        return reverse("amendment-detail", args=[instance.contract_id, instance.pk], request=self.request)

    def _contract(self) -> Contract:
        name = str(self.kwargs["contract"])
        found: Contract = get_object_or_404(
            selectors.contracts_visible_to(self.person), **{"pk" if is_id(name) else "code": name}
        )
        return found


class AxisResource(Listable, Readable, Creatable, Changeable, Removable, ContractPart):
    """Axes des contrats"""

    serializer_class = AxisSerializer
    create_serializer_class = AxisInput
    write_serializer_class = AxisChange
    filterset_fields = ["contract", "code"]
    ordering_fields = ("position", "code", "title")

    def get_queryset(self) -> QuerySet[Axis]:
        return selectors.axes_visible_to(self.person)

    def create_object(self, data: dict[str, Any]) -> Axis:
        """Prend la dernière place, sauf si une autre est donnée."""
        contract = self.named_contract(data.pop("contract"))
        return chapters.add_axis(contract=contract, by=self.person, **data)

    def change_object(self, instance: Axis, data: dict[str, Any], seen: str | None) -> Axis:
        return chapters.change_axis(axis=instance, by=self.person, seen=seen, **data)

    def remove_object(self, instance: Axis, seen: str | None) -> None:
        """Seulement un axe sans projet. Les liens qui y menaient disparaissent avec lui."""
        chapters.remove_axis(axis=instance, by=self.person, seen=seen)


class ProjectResource(Listable, Readable, Creatable, Changeable, ContractPart):
    """Projets structurants, avec leur fiche\u00a0: organisations, liens, budget, critères"""

    serializer_class = ProjectSerializer
    create_serializer_class = ProjectInput
    write_serializer_class = ProjectChange
    filterset_fields = ["contract", "axis", "code"]
    search_fields = ("searchable",)
    ordering_fields = ("number", "code", "title")

    def get_queryset(self) -> QuerySet[Project]:
        return selectors.with_whole_sheet(selectors.projects_visible_to(self.person), self.person)

    def create_object(self, data: dict[str, Any]) -> Project:
        sheet = self._sheet(data)
        contract = self.named_contract(sheet.pop("contract"))
        return sheets.add_project(contract=contract, by=self.person, **sheet)

    def change_object(self, instance: Project, data: dict[str, Any], seen: str | None) -> Project:
        """Une liste envoyée remplace toute la liste\u00a0; une liste absente reste comme elle est."""
        return sheets.change_project(project=instance, by=self.person, seen=seen, **self._sheet(data))

    def _sheet(self, data: dict[str, Any]) -> dict[str, Any]:
        sheet = sheet_from(data)
        if "axis" in sheet:
            axis: Axis | None = selectors.axes_visible_to(self.person).filter(pk=sheet["axis"]).first()
            if axis is None:
                raise ValidationError({"axis": _("Cet axe n’existe pas.")})
            sheet["axis"] = axis
        return sheet
