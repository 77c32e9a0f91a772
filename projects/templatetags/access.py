"""What pages of a group say of who reads it without a mandate."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from projects.access.enums import Permission
from projects.groups.access.emergencies import emergencies_of
from projects.groups.models import WorkingGroup
from projects.groups.permissions import may

register = template.Library()


@register.inclusion_tag("projects/access/open_emergencies.html", takes_context=True)
def open_emergencies(context: Context, group: WorkingGroup) -> dict[str, Any]:
    """Shown to those who read the journal of the group; one query."""
    request: Any = context["request"]
    shown = may(request.user, Permission.READ_JOURNAL, group)
    return {"group": group, "readings": emergencies_of(group).open_at(timezone.now()) if shown else ()}
