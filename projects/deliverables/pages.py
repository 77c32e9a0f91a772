"""The page of one deliverable, and the forms that say what is expected of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.deliverables import services
from projects.deliverables.due.wording import spoken
from projects.deliverables.due_page import understood
from projects.deliverables.following_forms import CriteriaForm, HealthForm, ProgressForm
from projects.deliverables.forms import ChangeDeliverableForm, DeliverableForm, NewDeliverableForm
from projects.deliverables.history import story_of
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import on_deliverable
from projects.deliverables.sheet import sheet_of
from projects.deliverables.skies import sky_of
from projects.groups.models import WorkingGroup
from projects.groups.permissions import in_group

WHOLE_STORY = "histoire"


@on_deliverable()
@require_safe
def deliverable(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    sheet = sheet_of(deliverable, request.user)
    context = {
        "sheet": sheet,
        "works": sheet.works,
        "in_filiere": standing_of(request.user).in_filiere,
        "deliverable": deliverable,
        "group": deliverable.group,
        "period": spoken(deliverable.period) if deliverable.due else "",
    }
    if not sheet.works:
        return render(request, "projects/deliverables/page/outcome.html", context)
    doors = sheet.doors
    context |= {
        "story": story_of(deliverable, request.user, whole=WHOLE_STORY in request.GET),
        "sky": sky_of(sheet.health_notes),
        "criteria_form": CriteriaForm(instance=deliverable) if doors.tick else None,
        "progress_form": ProgressForm(instance=deliverable) if doors.move else None,
        "health_form": HealthForm(instance=deliverable) if doors.tell_health else None,
    }
    return render(request, "projects/deliverables/page/work.html", context)


@in_group(Permission.PLAN)
def new(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = NewDeliverableForm(request.POST if request.method == "POST" else None, writer=request.user, group=group)
    if form.is_valid():
        with refusals_shown_in(form):
            made = services.create_deliverable(group=group, by=request.user, **form.content())
        if form.is_valid():
            messages.success(request, _("Le livrable est inscrit."))
            return redirect("deliverable", pk=made.pk)
    context = {"group": group, "form": form, "understood": _understood(form, group)}
    return render(request, "projects/deliverables/page/new.html", context)


@on_deliverable(Permission.PLAN)
def change(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = ChangeDeliverableForm(posted, writer=request.user, instance=deliverable)
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_deliverable(
                deliverable=deliverable, by=request.user, seen=form.cleaned_data["version"], **form.content()
            )
        if form.is_valid():
            messages.success(request, _("Les changements sont enregistrés."))
            return redirect("deliverable", pk=deliverable.pk)
    group = deliverable.group
    context = {"deliverable": deliverable, "group": group, "form": form, "understood": _understood(form, group)}
    return render(request, "projects/deliverables/page/change.html", context)


def _understood(form: DeliverableForm, group: WorkingGroup) -> object:
    return understood(group.contract, str(form["due"].value() or ""))
