from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.organisations import selectors, services
from accounts.organisations.forms import MergeForm, OrganisationEditForm, OrganisationForm
from accounts.organisations.models import Organisation
from accounts.organisations.permissions import coordinates, coordinators
from accounts.organisations.pointing import what_would_move
from accounts.organisations.tables import DirectoryTable, OrganisationsTable
from filiere.web.access import PersonRequest, signed_in
from filiere.web.forms import refusals_shown_in


@signed_in
def directory(request: PersonRequest) -> HttpResponseBase:
    return DirectoryTable(request, selectors.organisations()).answer("accounts/organisations/directory.html")


@signed_in
def directory_page(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(_known(), pk=pk)
    if found.merged_into_id:
        return redirect("directory-organisation", pk=found.merged_into_id, permanent=True)
    return _shown(request, found, administration=False)


@coordinators
def organisations(request: PersonRequest) -> HttpResponseBase:
    return OrganisationsTable(request, selectors.organisations()).answer("accounts/organisations/list.html")


@coordinators
def organisation(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(_known(), pk=pk)
    if found.merged_into_id:
        return redirect("organisation", pk=found.merged_into_id, permanent=True)
    return _shown(request, found, administration=True)


@coordinators
def new(request: PersonRequest) -> HttpResponse:
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            made = services.create_organisation(by=request.user, **form.content())
        if form.is_valid():
            messages.success(request, _("L’organisation est créée."))
            return redirect("organisation", pk=made.pk)
    return render(request, "accounts/organisations/new.html", {"form": form})


@coordinators
def edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(_known(), pk=pk)
    if found.merged_into_id:
        return redirect("organisation-edit", pk=found.merged_into_id, permanent=True)
    form = OrganisationEditForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_organisation(
                organisation=found, seen=form.cleaned_data["version"], by=request.user, **form.content()
            )
        if form.is_valid():
            messages.success(request, _("Les changements sont enregistrés."))
            return redirect("organisation", pk=pk)
    return render(request, "accounts/organisations/edit.html", {"form": form, "organisation": found})


@coordinators
def merge(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Choose the duplicate, compare, confirm: three states of one address."""
    keep = get_object_or_404(_known(), pk=pk)
    if keep.merged_into_id:
        return redirect("organisation-merge", pk=keep.merged_into_id, permanent=True)
    form = MergeForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return _choose_duplicate(request, keep)
    absorb = get_object_or_404(_known().filter(merged_into=None).exclude(pk=keep.pk), pk=form.cleaned_data["absorb"])
    if request.method == "POST":
        with refusals_shown_in(form):
            services.merge_organisations(keep=keep, absorb=absorb, by=request.user)
        if form.is_valid():
            messages.success(
                request, _("« %(absorbed)s » est fusionnée dans cette organisation.") % {"absorbed": absorb.name}
            )
            return redirect("organisation", pk=keep.pk)
    moves = what_would_move(keep=keep, absorb=absorb)
    context = {
        "form": form,
        "keep": keep,
        "absorb": absorb,
        "moves": moves,
        "colliding": any(move.colliding for move in moves),
        "keep_names": selectors.other_names(keep),
        "absorb_names": selectors.other_names(absorb),
    }
    return render(request, "accounts/organisations/merge.html", context)


def _known() -> "QuerySet[Organisation]":
    return selectors.known().prefetch_related("aliases")


def _shown(request: HttpRequest, found: Organisation, *, administration: bool) -> HttpResponse:
    context = {
        "organisation": found,
        "other_names": selectors.other_names(found),
        "administration": administration,
        "may_write": coordinates(request.user),
        "absorbed": list(found.absorbed.order_by("name")) if administration else [],
    }
    return render(request, "accounts/organisations/organisation.html", context)


def _choose_duplicate(request: HttpRequest, keep: Organisation) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = selectors.matching(selectors.organisations().exclude(pk=keep.pk), text)[: selectors.MOST_PROPOSED]
    return render(
        request, "accounts/organisations/choose.html", {"keep": keep, "text": text, "found": found if text else None}
    )
