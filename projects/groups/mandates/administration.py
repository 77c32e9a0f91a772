"""Pages where coordinators keep mandates: all those of the contract at once, and several ended together."""

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
from filiere.web.forms import refusals_shown_in
from filiere.web.french import number_fr
from projects.groups.mandates import services
from projects.groups.mandates.forms import TogetherForm
from projects.groups.mandates.selectors import all_mandates, still_running
from projects.groups.mandates.tables import MandatesTable


@coordinators
@require_safe
def mandates(request: PersonRequest) -> HttpResponseBase:
    return MandatesTable(request, all_mandates()).answer("projects/mandates/administration.html", {})


@coordinators
def together(request: PersonRequest) -> HttpResponse:
    """What was ticked is in the address: the page says what will happen, and its button does it."""
    asked: Any = request.POST if request.method == "POST" else request.GET
    ticked = all_mandates().filter(pk__in=those_in(asked.getlist("mandat")))
    chosen = list(still_running(ticked))
    if not chosen:
        messages.info(request, _("Cochez d’abord des mandats en cours ou à venir."))
        return redirect("mandates-administration")
    form = TogetherForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            number = services.end_mandates(mandates=chosen, on=form.cleaned_data["ends_on"], by=request.user)
            said = ngettext("%s mandat a une fin.", "%s mandats ont une fin.", number)
            messages.success(request, said % number_fr(number))
        if form.is_valid():
            return redirect("mandates-administration")
    context = {"chosen": chosen, "form": form, "left_alone": ticked.count() - len(chosen)}
    return render(request, "projects/mandates/together.html", context)
