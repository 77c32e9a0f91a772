"""What the pages of one group have in common."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filiere.web.components import Tab
from projects.access.enums import Permission
from projects.groups.enums import Gap
from projects.groups.gaps import gaps_of
from projects.groups.models import WorkingGroup
from projects.groups.permissions import may

register = template.Library()

HOME = "group"
# Label, name of the address, and the permission without which the page is closed.
TABS = (
    (_("Accueil"), HOME, Permission.SEE),
    (_("Livrables"), "group-deliverables", Permission.SEE),
    (_("Membres"), "group-members", Permission.SEE),
    (_("Délégations"), "group-delegations", Permission.SEE),
    (_("Invitations"), "group-invitations", Permission.INVITE),
    (_("Journal"), "group-journal", Permission.READ_JOURNAL),
    (_("Qui peut quoi"), "group-access", Permission.SEE),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def group_tabs(context: Context, group: WorkingGroup) -> dict[str, Any]:
    request: Any = context["request"]
    shown = [
        Tab(label, href, current=request.path == href or (url_name != HOME and request.path.startswith(href)))
        for label, url_name, permission in TABS
        if may(request.user, permission, group)
        for href in [reverse(url_name, kwargs={"slug": group.slug})]
    ]
    return {"items": shown, "label": _("Pages du groupe")}


@register.simple_tag(takes_context=True)
def group_door(context: Context, group: WorkingGroup, url_name: str = HOME) -> str:
    """Nothing for who may not know of the group: what it opened to all leads back to no page of its own."""
    request: Any = context["request"]
    return reverse(url_name, kwargs={"slug": group.slug}) if may(request.user, Permission.SEE, group) else ""


@register.simple_tag
def group_gaps(group: WorkingGroup) -> list[Gap]:
    return gaps_of(group)
