"""Pages where coordinators keep the groups: all of them at once, and acts on several."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.organisations.permissions import coordinators
from filiere.ids import those_in
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_said_to
from filiere.web.french import number_fr
from projects.groups import selectors, services
from projects.groups.models import WorkingGroup
from projects.groups.tables import AdministrationTable

ARCHIVE, REOPEN = "archiver", "rouvrir"


@coordinators
@require_safe
def groups(request: PersonRequest) -> HttpResponseBase:
    table = AdministrationTable(request, selectors.groups_to_administer())
    return table.answer("projects/groups/administration.html", {"archive": ARCHIVE, "reopen": REOPEN})


@coordinators
def together(request: PersonRequest) -> HttpResponse:
    """What was ticked is in the address: the page says what will happen, and its button does it."""
    asked: Any = request.POST if request.method == "POST" else request.GET
    archiving = asked.get("acte") != REOPEN
    ticked = WorkingGroup.objects.visible_to(request.user).filter(pk__in=those_in(asked.getlist("groupe")))
    chosen = list(ticked.filter(archived_at__isnull=archiving))
    if not chosen:
        nothing = (
            _("Cochez d’abord des groupes à archiver.") if archiving else _("Cochez d’abord des groupes à rouvrir.")
        )
        messages.info(request, nothing)
        return redirect("groups-administration")
    if request.method == "POST":
        act = services.archive_groups if archiving else services.reopen_groups
        with refusals_said_to(request):
            messages.success(request, _done(act(groups=chosen, by=request.user), archiving=archiving))
        return redirect("groups-administration")
    context = {
        "chosen": chosen,
        "archiving": archiving,
        "act": ARCHIVE if archiving else REOPEN,
        "left_alone": ticked.count() - len(chosen),
        "stopped": selectors.what_archiving_stops(chosen),
    }
    return render(request, "projects/groups/together.html", context)


def _done(number: int, *, archiving: bool) -> str:
    if archiving:
        said = ngettext("%s groupe est archivé.", "%s groupes sont archivés.", number)
    else:
        said = ngettext("%s groupe est rouvert.", "%s groupes sont rouverts.", number)
    return said % number_fr(number)
