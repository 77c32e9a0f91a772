from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from filiere.api.lists import FilterSet
from filiere.api.permissions import Administrators
from filiere.api.resources import Listable, Readable, Resource
from projects.activity import selectors
from projects.activity.models import Event
from projects.activity.serializers import EventSerializer
from projects.activity.telling import Told, tell


class EventFilters(FilterSet):
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")
    waiting = filters.BooleanFilter(method="narrow_to_waiting")

    class Meta(FilterSet.Meta):
        model = Event
        fields = ["actor", "verb", "object_type", "object_id", "request_id"]

    def narrow_to_waiting(self, events: QuerySet[Event], name: str, value: bool) -> QuerySet[Event]:
        return events.filter(selectors.WAITING) if value else events.exclude(selectors.WAITING)


class EventResource(Listable, Readable, Resource):
    """Le journal\u00a0: qui a fait quoi, en quelle qualité, quand. Pour les administrateurs, en lecture seule."""

    permission_classes = [Administrators]
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    filterset_class = EventFilters
    ordering_fields = {"at": "id"}  # identifiers follow time, and the index is theirs

    def get_queryset(self) -> QuerySet[Event]:
        return selectors.journal()

    def get_object(self) -> Told:
        return tell([super().get_object()], self.person)[0]

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return tell(super().paginate_queryset(queryset) or [], self.person)
