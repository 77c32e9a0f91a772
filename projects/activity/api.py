from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django_filters import rest_framework as filters

from filiere.api.lists import FilterSet
from filiere.api.permissions import SignedIn
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
        fields = ["group", "actor", "verb", "object_type", "object_id", "request_id"]

    def narrow_to_waiting(self, events: QuerySet[Event], name: str, value: bool) -> QuerySet[Event]:
        return events.filter(selectors.WAITING) if value else events.exclude(selectors.WAITING)


class EventResource(Listable, Readable, Resource):
    """Le journal\u00a0: qui a fait quoi, en quelle qualité, quand. En lecture seule.

    Les administrateurs le lisent en entier\u202f; les autres, ce qui concerne les groupes dont ils lisent le journal.
    """

    permission_classes = [SignedIn]
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    filterset_class = EventFilters
    ordering_fields = {"at": "id"}  # identifiers follow time, and the index is theirs

    def get_queryset(self) -> QuerySet[Event]:
        """What may be read of it is known by the features above: the setting names who answers."""
        if self.person.is_staff:
            return selectors.journal()
        narrowed: QuerySet[Event] = import_string(settings.JOURNAL_ACCESS)(selectors.journal(), self.person)
        return narrowed

    def get_object(self) -> Told:
        return self._told([super().get_object()])[0]

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return list(self._told(super().paginate_queryset(queryset) or []))

    def _told(self, events: list[Event]) -> list[Told]:
        return tell(events, self.person, of_groups=not self.person.is_staff)
