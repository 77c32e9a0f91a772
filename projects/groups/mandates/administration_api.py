"""The API of every mandate of the contract: twin of the pages where coordinators keep them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.organisations.permissions import Coordinators
from filiere.api.resources import Listable, Resource
from projects.groups.mandates.api import MemberFilters
from projects.groups.mandates.selectors import all_mandates, still_running
from projects.groups.mandates.serializers import EndedTogether, EndTogether, MemberSerializer
from projects.groups.mandates.services import end_mandates
from projects.groups.models import Membership


class MandateFilters(MemberFilters):
    group = filters.CharFilter(field_name="group__slug", max_length=60, label=gettext_lazy("Son adresse"))


class MandateResource(Listable, Resource):
    """Mandats de tous les groupes, passés et à venir compris\u00a0: pour qui coordonne le contrat."""

    serializer_class = MemberSerializer
    permission_classes = [Coordinators]
    filterset_class = MandateFilters
    search_fields = ("person__searchable",)
    ordering_fields = {"name": "person__searchable", "role": "role", "starts_on": "starts_on", "ends_on": "ends_on"}

    def get_queryset(self) -> QuerySet[Membership]:
        return all_mandates().order_by("person__searchable", "pk")

    @extend_schema(responses=EndedTogether)
    @action(detail=False, methods=["post"], body_serializer_class=EndTogether)
    def end(self, request: Request) -> Response:
        """Donner une fin à plusieurs mandats\u00a0: à tous, ou à aucun

        Celui qui est terminé ou retiré, ou qui finit plus tôt, reste comme il est.
        """
        data: dict[str, Any] = self.written()
        wanted = set(data["mandates"])
        found = Membership.objects.filter(pk__in=wanted)
        if unknown := sorted(map(str, wanted - set(found.values_list("pk", flat=True)))):
            raise ValidationError({"mandates": _("Ces mandats n’existent pas\u00a0: %s.") % ", ".join(unknown)})
        running = still_running(found.filter(withdrawn_at=None))
        ended = end_mandates(mandates=running, on=data.get("ends_on"), by=self.person)
        return Response(EndedTogether({"ended": ended, "left_alone": len(wanted) - ended}).data)
