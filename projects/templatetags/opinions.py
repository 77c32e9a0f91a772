"""What was said of a version, wherever a page shows it: `{% opinions_on version %}`."""

from typing import Any

from django import template
from django.template import Context

from projects.access.enums import Permission
from projects.deliverables.opinions.selectors import opinions_shown
from projects.deliverables.versions.models import Version
from projects.groups.permissions import may

register = template.Library()


@register.inclusion_tag("projects/deliverables/opinions/list.html", takes_context=True)
def opinions_on(context: Context, version: Version) -> dict[str, Any]:
    """The version comes with its deliverable and its group; one query, none for who does not follow the work."""
    request: Any = context["request"]
    deliverable = version.deliverable
    current = version.pk == deliverable.current_id and not deliverable.is_stopped
    return {
        "version": version,
        "deliverable": deliverable,
        "opinions": opinions_shown(version, request.user),
        "may_ask": current and may(request.user, Permission.CONTRIBUTE, deliverable.group),
        "may_give": current and may(request.user, Permission.DISCUSS, deliverable.group),
        "reader": request.user,
    }
