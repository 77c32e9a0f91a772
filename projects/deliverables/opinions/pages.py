"""Pages of opinions: ask for them, give one's own, take a question back."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from filiere.web.french import number_fr
from projects.access.enums import Permission
from projects.deliverables.models import Deliverable
from projects.deliverables.opinions import services
from projects.deliverables.opinions.forms import AskForm, GiveForm
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.opinions.selectors import may_take_back, people_to_ask
from projects.deliverables.permissions import on_deliverable
from projects.deliverables.versions.selectors import version_at


@on_deliverable(Permission.CONTRIBUTE)
def ask(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    version = version_at(deliverable, number, request.user)
    people = people_to_ask(version, request.user)
    form = AskForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_valid():
        with refusals_shown_in(form):
            asked = services.ask(version=version, by=request.user, **form.cleaned_data)
        if form.is_valid():
            said = ngettext("L’avis d’%s personne est demandé.", "L’avis de %s personnes est demandé.", len(asked))
            messages.success(request, said % number_fr(len(asked)))
            return redirect("version", pk=deliverable.pk, number=number)
    context = {"deliverable": deliverable, "version": version, "form": form, "nobody": not people.exists()}
    return render(request, "projects/deliverables/opinions/ask.html", context)


@on_deliverable(Permission.DISCUSS)
def give(request: PersonRequest, deliverable: Deliverable, number: int) -> HttpResponse:
    version = version_at(deliverable, number, request.user)
    own = (
        Opinion.objects.filter(version=version, person=request.user, withdrawn_at=None)
        .select_related("asked_by")
        .first()
    )
    said = {"kind": own.kind, "text": own.text} if own else {}
    form = GiveForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_valid():
        with refusals_shown_in(form):
            services.give(version=version, by=request.user, **form.cleaned_data)
        if form.is_valid():
            messages.success(
                request, _("Votre avis est enregistré\u00a0: celles et ceux qui suivent ce livrable le lisent.")
            )
            return redirect("version", pk=deliverable.pk, number=number)
    context = {"deliverable": deliverable, "version": version, "form": form, "own": own}
    return render(request, "projects/deliverables/opinions/give.html", context)


@on_deliverable(Permission.CONTRIBUTE)
def take_back(request: PersonRequest, deliverable: Deliverable, opinion: UUID) -> HttpResponse:
    asked: Opinion = get_object_or_404(
        Opinion.objects.select_related("version", "person", "asked_by"), pk=opinion, version__deliverable=deliverable
    )
    asked.version.deliverable = deliverable
    back = redirect("version", pk=deliverable.pk, number=asked.version.number)
    if not may_take_back(asked, deliverable, request.user):
        if asked.given_at is None and asked.withdrawn_at is None:
            raise PermissionDenied(_("Seuls qui a demandé cet avis et les pilotes retirent la demande."))
        messages.info(request, _("Cet avis a été donné, ou sa demande retirée."))
        return back
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            services.take_back(opinion=asked, by=request.user)
        if form.is_valid():
            messages.success(request, _("La demande d’avis est retirée."))
            return back
    context = {"deliverable": deliverable, "version": asked.version, "opinion": asked, "form": form}
    return render(request, "projects/deliverables/opinions/take_back.html", context)
