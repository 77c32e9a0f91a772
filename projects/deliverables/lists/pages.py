"""Pages of lists: what a group owes, seen three ways, changed several at a time; and what one person owes."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from filiere.ids import those_in
from filiere.versions import Stale
from filiere.web.access import PersonRequest, signed_in
from filiere.web.components import Tab
from filiere.web.forms import refusals_said_to, refusals_shown_in
from filiere.web.french import number_fr
from projects.access.enums import Permission
from projects.deliverables.following import set_progress
from projects.deliverables.lists.board import BoardView
from projects.deliverables.lists.forms import PlanTogetherForm, TogetherForm
from projects.deliverables.lists.services import change_together
from projects.deliverables.lists.tables import DeliverablesTable, OwnDeliverablesTable
from projects.deliverables.lists.timeline import TimelineView
from projects.deliverables.models import Deliverable
from projects.groups.models import WorkingGroup
from projects.groups.permissions import in_group, may

VIEWS = (
    (_("Liste"), "group-deliverables"),
    (_("Tableau"), "group-deliverables-board"),
    (_("Frise"), "group-deliverables-timeline"),
)


@signed_in
@require_safe
def own(request: PersonRequest) -> HttpResponseBase:
    return OwnDeliverablesTable(request, request.user).answer("projects/deliverables/lists/own.html")


@in_group(Permission.SEE)
@require_safe
def listed(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    ticked = may(request.user, Permission.CONTRIBUTE, group)
    table = DeliverablesTable(request, group, request.user, ticked=ticked)
    return table.answer("projects/deliverables/lists/list.html", {**_around(request, group, table), "ticked": ticked})


@in_group(Permission.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def board(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    if request.method == "POST":
        return _moved(request, group)
    view = BoardView(request, group, request.user)
    return view.answer("projects/deliverables/lists/board.html", _around(request, group, view))


@in_group(Permission.SEE)
@require_safe
def timeline(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    view = TimelineView(request, group, request.user)
    return view.answer("projects/deliverables/lists/timeline.html", _around(request, group, view))


@in_group(Permission.CONTRIBUTE)
def together(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    """What was ticked is in the address: the page asks what changes, and its button does it."""
    asked: Any = request.POST if request.method == "POST" else request.GET
    ticked: QuerySet[Any] = Deliverable.objects.visible_to(request.user).filter(group=group)
    chosen = list(ticked.filter(pk__in=those_in(asked.getlist("livrable"))))
    if not chosen:
        messages.info(request, _("Cochez d’abord des livrables."))
        return redirect("group-deliverables", slug=group.slug)
    data = request.POST if request.method == "POST" else None
    plans = may(request.user, Permission.PLAN, group)
    form = PlanTogetherForm(data, group=group) if plans else TogetherForm(data)
    if form.is_valid():
        given = form.cleaned_data
        with refusals_shown_in(form):
            change_together(
                deliverables=chosen,
                by=request.user,
                progress=given["progress"],
                due=given.get("due", ""),
                owners=[given["owner"]] if given.get("owner") else [],
            )
        if form.is_valid():
            said = ngettext("%s livrable est à jour.", "%s livrables sont à jour.", len(chosen))
            messages.success(request, said % number_fr(len(chosen)))
            return redirect("group-deliverables", slug=group.slug)
    context = {"group": group, "chosen": chosen, "form": form}
    return render(request, "projects/deliverables/lists/together.html", context)


def _moved(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    """A card of the board into another column; then the board again, as it was filtered, at that card."""
    rows: QuerySet[Any] = Deliverable.objects.visible_to(request.user).filter(group=group)
    card = get_object_or_404(rows, pk__in=those_in([request.POST.get("livrable", "")]))
    try:
        with refusals_said_to(request):
            moved = set_progress(
                deliverable=card,
                progress=request.POST.get("avancement", ""),
                by=request.user,
                seen=request.POST.get("version", ""),
            )
            words = {"title": moved.title, "progress": moved.get_progress_display()}
            messages.success(request, _("«\u00a0%(title)s\u00a0»\u00a0: %(progress)s.") % words)
    except Stale:
        messages.warning(
            request,
            _("Une autre personne a changé «\u00a0%(title)s\u00a0» entre-temps\u00a0: voici où il en est.")
            % {"title": card.title},
        )
    return HttpResponseRedirect(f"{request.get_full_path()}#livrable-{card.pk}")


def _around(request: PersonRequest, group: WorkingGroup, shown: DeliverablesTable) -> dict[str, Any]:
    """What the three views have in common. The filters go along from one to the other."""
    kept = urlencode({name: value for name, value in shown.values.items() if value})
    return {
        "group": group,
        "may_plan": may(request.user, Permission.PLAN, group),
        "views": [
            Tab(label, f"{href}?{kept}" if kept else href, current=request.path == href)
            for label, name in VIEWS
            for href in [reverse(name, kwargs={"slug": group.slug})]
        ],
    }
