"""What the admin site shows of the work."""

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from filiere.admin import ReadOnlyAdmin, site
from projects.activity import selectors
from projects.activity.models import Event, Link


@register(Event, site=site)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "verb", "object_type", "object_id", "request_id", "position"]
    list_filter = ["verb"]
    search_fields = ["request_id__exact", "object_id__exact"]
    # Not `changes`: they may hold the content of groups, which administering gives no right to.
    fields = ["id", "at", "actor", "capacity", "verb", "object_type", "object_id", "request_id", "position", "digest"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return selectors.journal()

    @display(description=_("position"))
    def position(self, event: Event) -> int | None:
        link: Link | None = getattr(event, "link", None)
        return link.position if link else None


@register(Link, site=site)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ["position", "event", "hash"]
    list_select_related = ["event"]
    ordering = ["-position"]
