"""The API of delegations: twins of the pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people.models import User
from filiere.api.lists import FilterSet
from filiere.api.resources import Creatable, Listable, Readable, Resource
from projects.access.enums import Permission
from projects.groups.delegations import services as delegations
from projects.groups.delegations.selectors import delegations_visible_to
from projects.groups.mandates.serializers import DelegationSerializer, NewDelegation
from projects.groups.models import DatedQuerySet, Delegation
from projects.groups.permissions import holding, visible_group


class DelegationFilters(FilterSet):
    group = filters.CharFilter(field_name="group__slug", max_length=60, label=gettext_lazy("Son adresse"))
    on = filters.DateFilter(method="in_force_on", label=gettext_lazy("Celles qui valent ce jour-là"))

    class Meta(FilterSet.Meta):
        model = Delegation
        fields = ["permission", "lender", "borrower"]

    def in_force_on(self, rows: DatedQuerySet, name: str, value: Any) -> DatedQuerySet:
        return rows.in_force(value)


class DelegationResource(Listable, Readable, Creatable, Resource):
    """Délégations des groupes que vous voyez\u00a0: une permission prêtée à un membre, entre deux jours compris."""

    serializer_class = DelegationSerializer
    create_serializer_class = NewDelegation
    # Whoever holds one may end it, pilot or not: the service decides.
    permission_classes = [holding(Permission.SEE)]
    filterset_class = DelegationFilters
    ordering_fields = ("starts_on", "ends_on")

    def get_queryset(self) -> QuerySet[Delegation]:
        return delegations_visible_to(self.person)

    def create_object(self, data: dict[str, Any]) -> Delegation:
        """Déléguer une permission que l’on tient de son propre mandat."""
        try:
            group = visible_group(self.person, data.pop("group"))
        except Http404 as error:
            raise ValidationError({"group": _("Ce groupe n’existe pas.")}) from error
        # Who never sat there is refused in the same words as who does not exist.
        borrower = User.objects.filter(pk=data.pop("borrower"), mandates__group=group).distinct().first()
        if borrower is None:
            raise delegations.not_a_borrower()
        return delegations.lend(group=group, borrower=borrower, by=self.person, **data)

    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Terminer une délégation, aussitôt"""
        delegation = self.get_object()
        self.written()
        ended = delegations.take_back(delegation=delegation, by=self.person, seen=self.seen(delegation))
        return self.item(self.again(ended))
