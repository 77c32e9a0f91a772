"""What people say of a thing, where the thing is shown."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from filiere.web.rich_text import rich as rich_text
from projects.access.enums import Permission
from projects.deliverables.versions.models import Version
from projects.discussions.forms import NewThreadForm
from projects.discussions.selectors import may_be_mentioned, threads_about
from projects.discussions.subjects import SUBJECTS
from projects.groups.permissions import may

register = template.Library()


@register.inclusion_tag("projects/discussions/discussion.html", takes_context=True)
def discussion(context: Context, version: Version) -> dict[str, Any]:
    """The threads of one version, and the way to open one. Three queries, however many were written."""
    request: Any = context["request"]
    thing = SUBJECTS["version"].thing(version)
    may_discuss = may(request.user, Permission.DISCUSS, thing.group)
    found = list(threads_about("version", [version], request.user))
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "threads": found,
        "unsettled": sum(thread.resolved_at is None for thread in found),
        "may_discuss": may_discuss,
        "moderates": may(request.user, Permission.APPROVE, thing.group),
        "people": [str(person) for person in may_be_mentioned(thing, request.user)] if may_discuss else [],
        "form": NewThreadForm() if may_discuss else None,
        "open": reverse("thread-open", kwargs={"field": "version", "pk": version.pk}),
    }


@register.filter
def rich(text: str) -> SafeString:
    return rich_text(text)
