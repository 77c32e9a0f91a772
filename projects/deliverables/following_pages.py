"""Pages of the acts that say how the work goes: each has its own, on which a refused form of the main page lands."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from filiere.text import fold
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_said_to, refusals_shown_in
from projects.access.enums import Permission
from projects.contracts.editing import Frame, edited, typed
from projects.contracts.forms import Editing
from projects.deliverables import dependencies, following, services
from projects.deliverables.following_forms import (
    AbandonForm,
    CriteriaForm,
    DependencyForm,
    HealthForm,
    ProgressForm,
    ResumeForm,
    SuspendForm,
)
from projects.deliverables.models import Deliverable, Dependency
from projects.deliverables.permissions import deliverables_of, on_deliverable
from projects.deliverables.sheet import around

MOST_FOUND = 30


@on_deliverable(Permission.CONTRIBUTE)
def criteria(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = CriteriaForm(typed(request), instance=deliverable)
    return _acted(
        request,
        deliverable,
        form,
        title=_("Critères d’acceptation"),
        said=_("Les critères sont à jour."),
        act=lambda **known: services.tick_criteria(met=form.cleaned_data["met"], **known),
    )


@on_deliverable(Permission.CONTRIBUTE)
def progress(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = ProgressForm(typed(request), instance=deliverable)
    return _acted(
        request,
        deliverable,
        form,
        title=_("État d’avancement"),
        said=_("L’état d’avancement est enregistré."),
        act=lambda **known: following.set_progress(**form.content(), **known),
    )


@on_deliverable(Permission.APPROVE)
def health(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = HealthForm(typed(request), instance=deliverable)
    return _acted(
        request,
        deliverable,
        form,
        title=_("Météo"),
        said=_("La météo est enregistrée."),
        act=lambda **known: following.set_health(**form.content(), **known),
    )


@on_deliverable(Permission.APPROVE)
def suspend(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = SuspendForm(typed(request), instance=deliverable)
    return _acted(
        request,
        deliverable,
        form,
        title=_("Suspendre ce livrable"),
        lead=_("Suspendu, il n’est pas en retard et ne fait l’objet d’aucune relance\u00a0; on n’y dépose rien."),
        said=_("Le livrable est suspendu."),
        submit=_("Suspendre"),
        act=lambda **known: following.suspend(**form.content(), **known),
    )


@on_deliverable(Permission.APPROVE)
def abandon(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = AbandonForm(typed(request), instance=deliverable)
    return _acted(
        request,
        deliverable,
        form,
        title=_("Abandonner ce livrable"),
        lead=_("Il reste lisible, avec ses versions et son histoire\u00a0; un pilote peut le reprendre."),
        said=_("Le livrable est abandonné."),
        submit=_("Abandonner"),
        act=lambda **known: following.abandon(**form.content(), **known),
    )


@on_deliverable(Permission.APPROVE)
def resume(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    form = ResumeForm(typed(request), instance=deliverable)
    before = deliverable.get_progress_before_display() or ""
    return _acted(
        request,
        deliverable,
        form,
        title=_("Reprendre ce livrable"),
        lead=_("Il retrouve son état d’avancement\u00a0: %(state)s.") % {"state": before} if before else "",
        said=_("Le livrable est repris."),
        submit=_("Reprendre"),
        act=following.take_up_again,
    )


@on_deliverable(Permission.PLAN)
def depends(request: PersonRequest, deliverable: Deliverable) -> HttpResponse:
    """A search first, in the address; then the one it found."""
    text = request.GET.get("q", "")[:200]
    offered = _may_be_needed(deliverable, request)
    found = list(_matching(offered, text, deliverable)[: MOST_FOUND + 1])
    form = DependencyForm(typed(request), offered=offered, found=found[:MOST_FOUND])
    if form.is_valid():
        with refusals_shown_in(form):
            dependencies.depend(deliverable=deliverable, by=request.user, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("La dépendance est notée."))
            return redirect("deliverable", pk=deliverable.pk)
    known = around(deliverable, request.user)
    context = {
        "deliverable": deliverable,
        "group": deliverable.group,
        "form": form,
        "text": text,
        "found": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "needs": [each for each in known if each.deliverable_id == deliverable.pk],
    }
    return render(request, "projects/deliverables/page/dependencies_page.html", context)


@on_deliverable(Permission.PLAN)
@require_POST
def no_longer_depends(request: PersonRequest, deliverable: Deliverable, dependency: UUID) -> HttpResponse:
    found = Dependency.objects.filter(pk=dependency, deliverable=deliverable).select_related("deliverable").first()
    if found is None or not deliverables_of(request.user).filter(pk=found.needs_id).exists():
        raise Http404
    with refusals_said_to(request):
        dependencies.stop_depending(dependency=found, by=request.user)
        messages.success(request, _("La dépendance est retirée."))
    return redirect("deliverable-dependencies", pk=deliverable.pk)


def _may_be_needed(deliverable: Deliverable, request: PersonRequest) -> Any:
    return (
        deliverables_of(request.user)
        .filter(group__contract=deliverable.group.contract_id)
        .exclude(pk=deliverable.pk)
        .exclude(needed_by__deliverable=deliverable)
    )


def _matching(offered: Any, text: str, deliverable: Deliverable) -> Any:
    """Every word, in what a deliverable says or in the name of its group; without words, those of the same group."""
    if not text.strip():
        return offered.filter(group=deliverable.group_id).order_by("due_order", "pk")
    for word in fold(text).split():
        offered = offered.filter(Q(searchable__contains=word) | Q(group__alphabetical__contains=word))
    return offered.order_by("group__alphabetical", "due_order", "pk")


def _acted(
    request: PersonRequest,
    deliverable: Deliverable,
    form: Editing,
    *,
    title: str,
    said: str,
    act: Callable[..., Deliverable],
    lead: str = "",
    submit: str = "",
) -> HttpResponse:
    frame = Frame(title=title, said=said, steps=way_to(deliverable), lead=lead or deliverable.title, submit=submit)
    return edited(
        request,
        form,
        frame,
        act=lambda: act(deliverable=deliverable, by=request.user, seen=form.cleaned_data["version"]),
    )


def way_to(deliverable: Deliverable) -> list[tuple[str, str]]:
    """The steps above every page of one deliverable; the last one is its own."""
    group = deliverable.group
    return [
        (group.name, reverse("group", args=[group.slug])),
        (_("Livrables"), reverse("group-deliverables", args=[group.slug])),
        (deliverable.code or _("Livrable"), reverse("deliverable", args=[deliverable.pk])),
    ]
