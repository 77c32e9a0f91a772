"""The API of mandates: twins of the pages, same permission, same selectors, same services."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.organisations.models import Organisation
from accounts.organisations.selectors import known
from accounts.people.models import User
from filiere.api.lists import FilterSet
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Resource
from filiere.days import today
from projects.access.enums import Permission
from projects.groups.mandates import services as mandates
from projects.groups.mandates.person_selectors import account_at, people_known_to
from projects.groups.mandates.serializers import MemberChange, MemberEnd, MemberSerializer, NewMember
from projects.groups.models import MandateQuerySet, Membership
from projects.groups.permissions import holding, visible_group

GROUP = OpenApiParameter(
    "group",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description=gettext_lazy("Identifiant du groupe, ou le dernier mot de son adresse."),
)


class MemberFilters(FilterSet):
    on = filters.DateFilter(
        method="in_force_on", label=gettext_lazy("Qui siégeait ce jour-là\u202f; sinon aujourd’hui")
    )

    class Meta(FilterSet.Meta):
        model = Membership
        fields = ["role", "college", "organisation", "person"]

    def in_force_on(self, rows: MandateQuerySet, name: str, value: date) -> MandateQuerySet:
        return rows.in_force(value)


@extend_schema(parameters=[GROUP])
class MemberResource(Listable, Readable, Creatable, Changeable, Resource):
    """Mandats d’un groupe\u00a0: qui y siège, dans quel rôle, pour quelle organisation, entre quelles dates."""

    serializer_class = MemberSerializer
    create_serializer_class = NewMember
    write_serializer_class = MemberChange
    permission_classes = [holding(Permission.SEE, writing=Permission.INVITE)]
    filterset_class = MemberFilters
    search_fields = ("person__searchable",)
    ordering_fields = {"name": "person__searchable", "role": "role", "starts_on": "starts_on", "ends_on": "ends_on"}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        self.group = visible_group(self.person, self.kwargs["group"])

    def get_queryset(self) -> QuerySet[Membership]:
        found: MandateQuerySet = Membership.objects.filter(group=self.group)
        if self.action == "list" and "on" not in self.request.query_params:
            found = found.in_force(today())
        return found.select_related("group", "person", "organisation").order_by("person__searchable", "pk")

    def create_object(self, data: dict[str, Any]) -> Membership:
        """Confier un mandat. Chacun confie les rôles que le sien permet de confier."""
        holder = data.pop("substitute_for", None)
        return mandates.give_mandate(
            group=self.group,
            person=self._person(data),
            organisation=_organisation(data.pop("organisation")),
            substitute_for=self._seat("substitute_for", holder) if holder else None,
            by=self.person,
            **data,
        )

    def change_object(self, instance: Membership, data: dict[str, Any], seen: str | None) -> Membership:
        """Changer de rôle, d’organisation ou de fin

        Un autre rôle ou une autre organisation, à partir d’un jour, ouvre un autre mandat, dont la réponse porte
        l’identifiant\u202f; celui qui était finit la veille.
        """
        end = data.get("ends_on")
        if data.keys() == {"ends_on"} and end is not None and end < today():
            return mandates.end_mandate(mandate=instance, on=end, by=self.person, seen=seen)
        if "organisation" in data:
            data["organisation"] = _organisation(data["organisation"])
        return mandates.change_mandate(mandate=instance, by=self.person, seen=seen, **data)

    @action(
        detail=True,
        methods=["post"],
        permission_classes=[holding(Permission.SEE)],  # anybody may leave
        body_serializer_class=MemberEnd,
    )
    def end(self, request: Request, **kwargs: str) -> Response:
        """Terminer un mandat, et transmettre ce qui reste à faire à un successeur"""
        mandate = self.get_object()
        data = self.written()
        successor = data.get("successor")
        ended = mandates.end_mandate(
            mandate=mandate,
            on=data.get("ends_on"),
            successor=self._seat("successor", successor) if successor else None,
            by=self.person,
            seen=self.seen(mandate),
        )
        return self.item(ended)

    @action(detail=True, methods=["post"], permission_classes=[holding(Permission.SEE)])
    def withdraw(self, request: Request, **kwargs: str) -> Response:
        """Retirer un mandat avant qu’il commence"""
        mandate = self.get_object()
        self.written()
        return self.item(mandates.withdraw_mandate(mandate=mandate, by=self.person, seen=self.seen(mandate)))

    def location(self, instance: Any) -> str:
        return self.reverse_action("detail", args=[self.kwargs["group"], instance.pk])

    def _person(self, data: dict[str, Any]) -> User:
        """By id among those the reader may know; by whole address otherwise, as on the page."""
        pk, email = data.pop("person", None), data.pop("email", None)
        if (pk is None) == (email is None):
            raise ValidationError(
                {"person": _("Désignez la personne par «\u00a0person\u00a0» ou par «\u00a0email\u00a0».")}
            )
        found = people_known_to(self.person).filter(pk=pk).first() if pk else account_at(email)
        if found is None:
            field = "person" if pk else "email"
            raise ValidationError({field: _("Aucun compte ouvert n’y correspond\u00a0: invitez plutôt la personne.")})
        return found

    def _seat(self, field: str, pk: UUID) -> Membership:
        found: Membership | None = Membership.objects.filter(group=self.group, pk=pk).first()
        if found is None:
            raise ValidationError({field: _("Ce mandat n’existe pas dans ce groupe.")})
        return found


def _organisation(pk: UUID) -> Organisation:
    found: Organisation | None = known().filter(pk=pk).first()
    if found is None:
        raise ValidationError({"organisation": _("Cette organisation n’existe pas.")})
    return found
