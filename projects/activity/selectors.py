"""Reading the journal. Every queryset comes with its actors and links: telling a page of events costs no more."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet

from filiere.text import fold
from projects.activity.models import AppendOnlyQuerySet, Event, PendingLink
from projects.activity.sealing import head
from projects.activity.telling import TOLD_TO_GROUPS

if TYPE_CHECKING:
    from accounts.people.models import User

# A word that so many people share names nobody in particular.
MOST_PEOPLE = 500
# By the waiting line, which is short: looking for events without a link would read all of them.
WAITING = Q(pk__in=PendingLink.objects.values("event_id"))


class Journal(AppendOnlyQuerySet):
    def count(self) -> int:
        """The chain counts itself: the whole journal is not read to number its pages."""
        if self._result_cache is None and not self.query.where and not self.query.is_sliced:
            return head().position + PendingLink.objects.count()
        return super().count()


def journal() -> QuerySet[Event]:
    """Everything, newest first: for administrators."""
    return Journal(Event).select_related("actor", "link")


def events_of_object(target: Model) -> QuerySet[Event]:
    """What was done to one object. Whoever may see the object may see this."""
    return journal().filter(object_type=target._meta.label_lower, object_id=str(target.pk))


def events_of_person(person: "User", limit: int = 20) -> QuerySet[Event]:
    """What one person did last."""
    return journal().filter(actor=person)[:limit]


def events_of_groups(events: QuerySet[Event], groups: Iterable[UUID] | None = None) -> QuerySet[Event]:
    """What the journals of these groups tell (of all groups, when none is named): never an object that is kept from
    some of their readers, so that a page is full and its number the same for all of them."""
    told = events.filter(object_type__in=TOLD_TO_GROUPS)
    return told.filter(group__isnull=False) if groups is None else told.filter(group__in=list(groups))


def done_by(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Those of the people whose name or address holds every word."""
    people: QuerySet[Any] = get_user_model().objects.all()
    for word in fold(text).split():
        people = people.filter(searchable__contains=word)
    # Their ids first: the index of events by actor then serves, where a join reads the whole journal.
    return events.filter(actor__in=list(people.values_list("pk", flat=True)[:MOST_PEOPLE]))


def numbered(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Those of one request, or about one object, by the number that stands in a log, an error page or an address."""
    return events.filter(Q(request_id=text) | Q(object_id=text.lower()))
