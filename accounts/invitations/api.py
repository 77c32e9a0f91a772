from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.invitations import selectors, services
from accounts.invitations.enums import State
from accounts.invitations.models import Invitation
from accounts.invitations.serializers import InvitationInput, InvitationSerializer
from accounts.organisations.permissions import Coordinators
from filiere.api.lists import Filters, FilterSet, Ordering, Search
from filiere.api.resources import Creatable, Listable, Readable, Resource


class InvitationFilters(FilterSet):
    state = filters.ChoiceFilter(choices=State.choices)

    class Meta:
        model = Invitation
        fields = ["as_administrator", "as_delegate", "invited_by"]


class NameOrAddress(Search):
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return selectors.matching(queryset, " ".join(self.get_search_terms(request)))


class InvitationResource(Listable, Readable, Creatable, Resource):
    """Invitations à ouvrir un compte\u00a0: la seule façon d’entrer."""

    serializer_class = InvitationSerializer
    write_serializer_class = InvitationInput
    permission_classes = [Coordinators]
    filter_backends = [Filters, NameOrAddress, Ordering]
    filterset_class = InvitationFilters
    search_fields = ("searchable",)
    ordering_fields = ("created_at", "sent_at", "expires_at")

    def get_queryset(self) -> QuerySet[Invitation]:
        return selectors.invitations()

    def create_object(self, data: dict[str, Any]) -> Invitation:
        return services.invite(by=self.person, **data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Envoyer un nouveau lien\u00a0; le précédent n’ouvre plus rien."""
        return self._act(services.resend)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Révoquer\u00a0: le lien n’ouvre plus rien."""
        return self._act(services.revoke)

    def _act(self, service: Callable[..., Invitation]) -> Response:
        invitation = self.get_object()
        return self.item(self.again(service(invitation=invitation, by=self.person, seen=self.seen(invitation))))
