"""What the admin site shows of deliverables, and to whom."""

from typing import Any

from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest

from filiere.admin import ReadOnlyAdmin, site
from projects.access.confidentiality import NOTHING
from projects.access.standing import standing_of
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.models import Deliverable, Dependency, HealthNote, seen_by
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.versions.models import Version
from projects.discussions.models import Comment, Thread


class WorkAdmin(ReadOnlyAdmin):
    """Administering gives no right to the content of groups: one reads here what one works on, or opened in an
    emergency, and the rest does not exist."""

    # From the model to the deliverable it tells of.
    way = "deliverable__"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        return found.filter(seen_by(standing_of(request.user), path=self.way, validated=NOTHING))


@register(Deliverable, site=site)
class DeliverableAdmin(WorkAdmin):
    way = ""
    list_display = ["title", "code", "group", "due", "progress", "approval_state", "confidentiality"]
    list_filter = ["progress", "approval_state", "confidentiality", "needs_bureau"]
    list_select_related = ["group"]
    search_fields = ["searchable"]
    # Not what it is part of: that may be hidden where the part is not.
    fields = [
        "id",
        "group",
        "code",
        "title",
        "description",
        "confidentiality",
        "college",
        "due",
        "due_start",
        "due_end",
        "due_precision",
        "progress",
        "recurrent",
        "stopped_because",
        "stopped_on",
        "resumes_on",
        "health",
        "needs_bureau",
        "approval_state",
        "current",
        "validated",
        "changed_at",
    ]


@register(HealthNote, site=site)
class HealthNoteAdmin(WorkAdmin):
    list_display = ["at", "deliverable", "health", "sentence", "by"]
    list_filter = ["health"]
    list_select_related = ["deliverable", "by"]
    search_fields = ["deliverable__searchable"]
    fields = ["id", "deliverable", "health", "sentence", "by", "capacity", "at"]


@register(Dependency, site=site)
class DependencyAdmin(WorkAdmin):
    list_display = ["deliverable", "needs_id", "why"]
    list_select_related = ["deliverable"]
    search_fields = ["deliverable__searchable"]
    # What is needed by its key alone: not everybody who reads the one may know the other.
    fields = ["id", "deliverable", "needs_id", "why"]


@register(Version, site=site)
class VersionAdmin(WorkAdmin):
    list_display = ["deliverable", "number", "name", "state", "author", "deposited_at", "scan"]
    list_filter = ["state", "scan", "format"]
    list_select_related = ["deliverable", "author"]
    search_fields = ["deliverable__searchable", "sha256__exact"]
    # Not the file: it is handed out by the pages, under their rules.
    fields = [
        "id",
        "deliverable",
        "number",
        "name",
        "format",
        "size",
        "sha256",
        "note",
        "author",
        "capacity",
        "deposited_at",
        "state",
        "submitted_by",
        "submitted_at",
        "validated_at",
        "replaced_at",
        "scan",
        "threat",
        "changed_at",
    ]


class AboutVersionAdmin(WorkAdmin):
    way = "version__deliverable__"
    search_fields = ["version__deliverable__searchable"]


@register(Opinion, site=site)
class OpinionAdmin(AboutVersionAdmin):
    list_display = ["version", "person", "kind", "asked_at", "due_on", "given_at"]
    list_filter = ["kind"]
    list_select_related = ["version__deliverable", "person"]
    fields = [
        "id",
        "version",
        "person",
        "asked_by",
        "asked_at",
        "due_on",
        "kind",
        "text",
        "organisation",
        "capacity",
        "given_at",
        "withdrawn_at",
        "changed_at",
    ]


@register(Approval, site=site)
class ApprovalAdmin(AboutVersionAdmin):
    list_display = ["given_at", "version", "verdict", "person", "voice", "capacity", "voided_at"]
    list_filter = ["verdict", "voided_because"]
    list_select_related = ["version__deliverable", "person", "voice"]
    fields = [
        "id",
        "version",
        "sha256",
        "verdict",
        "reason",
        "person",
        "voice",
        "delegation",
        "organisation",
        "capacity",
        "reference",
        "given_at",
        "voided_at",
        "voided_because",
    ]


@register(Recusal, site=site)
class RecusalAdmin(WorkAdmin):
    list_display = ["declared_at", "deliverable", "person", "lifted_at"]
    list_select_related = ["deliverable", "person"]
    search_fields = ["deliverable__searchable"]
    fields = ["id", "deliverable", "person", "reason", "capacity", "declared_at", "lifted_at"]


@register(Thread, site=site)
class ThreadAdmin(AboutVersionAdmin):
    list_display = ["opened_at", "version", "about", "resolved_at"]
    list_select_related = ["version__deliverable"]
    fields = ["id", "version", "about", "opened_at", "resolved_by", "resolved_at", "changed_at"]


@register(Comment, site=site)
class CommentAdmin(WorkAdmin):
    way = "thread__version__deliverable__"
    list_display = ["written_at", "thread", "author", "withdrawn_at"]
    list_select_related = ["thread", "author"]
    search_fields = ["thread__version__deliverable__searchable"]
    fields = ["id", "thread", "author", "capacity", "text", "written_at", "edited_at", "withdrawn_at", "changed_at"]
