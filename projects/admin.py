"""What the admin site shows of the work."""

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

import projects.deliverables.admin  # noqa: F401  registers its models
from filiere.admin import ReadOnlyAdmin, site
from projects.access.models import EmergencyReading, Grant
from projects.activity import selectors
from projects.activity.models import Event, Link
from projects.contracts.models import Amendment, Axis, Contract, Project
from projects.groups.models import Delegation, Membership, WorkingGroup


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


@register(Contract, site=site)
class ContractAdmin(ReadOnlyAdmin):
    list_display = ["title", "code", "sector", "starts_on", "ends_on"]
    search_fields = ["title", "code"]
    fields = ["id", "code", "title", "sector", "presentation", "starts_on", "ends_on", "organisations", "changed_at"]


@register(Amendment, site=site)
class AmendmentAdmin(ReadOnlyAdmin):
    list_display = ["title", "number", "contract", "signed_on", "ends_on"]
    list_select_related = ["contract"]
    search_fields = ["title"]
    fields = ["id", "contract", "number", "title", "summary", "signed_on", "ends_on", "changed_at"]


@register(Axis, site=site)
class AxisAdmin(ReadOnlyAdmin):
    list_display = ["title", "code", "position", "contract"]
    list_select_related = ["contract"]
    search_fields = ["title", "code"]
    fields = ["id", "contract", "code", "title", "position", "changed_at"]


@register(Project, site=site)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ["title", "number", "code", "axis", "contract"]
    list_filter = ["axis"]
    list_select_related = ["axis", "contract"]
    search_fields = ["searchable"]
    fields = ["id", "contract", "axis", "code", "number", "title", "other_titles", "summary", "changed_at"]


@register(WorkingGroup, site=site)
class WorkingGroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "slug", "kind", "parent", "archived_at"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["alphabetical", "slug"]
    # Not its presentation: administering gives no right to the content of groups.
    fields = [
        "id",
        "contract",
        "slug",
        "name",
        "kind",
        "parent",
        "cadence",
        "approval_rule",
        "default_confidentiality",
        "archived_at",
        "changed_at",
    ]


@register(Membership, site=site)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["person", "group", "role", "organisation", "college", "starts_on", "ends_on"]
    list_filter = ["role", "college"]
    list_select_related = ["person", "group", "organisation"]
    search_fields = ["person__searchable", "group__alphabetical"]
    fields = [
        "id",
        "person",
        "group",
        "role",
        "organisation",
        "college",
        "starts_on",
        "ends_on",
        "substitute_for",
        "changed_at",
    ]


@register(Delegation, site=site)
class DelegationAdmin(ReadOnlyAdmin):
    list_display = ["group", "lender", "borrower", "permission", "starts_on", "ends_on", "revoked_at"]
    list_filter = ["permission"]
    list_select_related = ["group", "lender", "borrower"]
    search_fields = ["lender__searchable", "borrower__searchable", "group__alphabetical"]
    fields = [
        "id",
        "group",
        "lender",
        "borrower",
        "permission",
        "starts_on",
        "ends_on",
        "revoked_at",
        "created_at",
        "changed_at",
    ]


@register(Grant, site=site)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ["user", "content_object", "permission"]
    # A permission is named after the model it belongs to.
    list_select_related = ["user", "content_object", "permission__content_type"]
    search_fields = ["user__searchable", "content_object__alphabetical"]
    fields = ["id", "user", "content_object", "permission"]


@register(EmergencyReading, site=site)
class EmergencyReadingAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "person", "group", "closes_at"]
    list_select_related = ["person", "group"]
    search_fields = ["person__searchable", "group__alphabetical"]
    fields = ["id", "person", "group", "reason", "opened_at", "closes_at", "changed_at"]
