from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.organisations import selectors, services
from accounts.organisations.models import Organisation
from accounts.organisations.permissions import ReadBySignedInWrittenByCoordinators
from accounts.organisations.serializers import MergeInput, OrganisationInput, OrganisationSerializer
from filiere.api.lists import Filters, Ordering, Search
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Resource


class AnySpelling(Search):
    """The search of the pages: every word in one spelling, best first."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return selectors.matching(queryset, " ".join(self.get_search_terms(request)))


class OrganisationResource(Listable, Readable, Creatable, Changeable, Resource):
    """Organisations représentées dans la filière"""

    serializer_class = OrganisationSerializer
    write_serializer_class = OrganisationInput
    permission_classes = [ReadBySignedInWrittenByCoordinators]
    filter_backends = [Filters, AnySpelling, Ordering]
    filterset_fields = ["kind", "college", "region"]
    search_fields = ("aliases__folded",)
    ordering_fields = {
        "name": "alphabetical",
        **{field: field for field in ("acronym", "kind", "college", "region")},
    }

    def get_queryset(self) -> QuerySet[Organisation]:
        found = selectors.known() if self.detail else selectors.organisations()
        return found.prefetch_related("aliases", "merged_into__aliases")

    def get_object(self) -> Organisation:
        """An absorbed one answers as what it became to who reads, and refuses to be changed."""
        found: Organisation = super().get_object()
        reading = self.request.method in SAFE_METHODS
        return found.merged_into or found if reading else found

    def create_object(self, data: dict[str, Any]) -> Organisation:
        return services.create_organisation(by=self.person, **{"acronym": "", **data})

    def change_object(self, instance: Organisation, data: dict[str, Any], seen: str | None) -> Organisation:
        return services.change_organisation(organisation=instance, by=self.person, seen=seen, **data)

    @extend_schema(request=MergeInput, responses=OrganisationSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Absorber un doublon : tout ce qui le désignait désigne celle-ci, qui répond à tous ses noms."""
        keep = self.get_object()
        absorb = Organisation.objects.filter(pk=self.body(MergeInput)["absorb"]).first()
        if absorb is None:
            raise ValidationError({"absorb": _("Cette organisation n’existe pas.")})
        merged = services.merge_organisations(keep=keep, absorb=absorb, by=self.person, seen=self.seen(keep))
        return self.item(self.again(merged))
