from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.people import selectors, services
from accounts.people.acts import BY_SLUG, acts_on
from accounts.people.anonymisation import anonymise as anonymise_person
from accounts.people.forms import AnonymisationForm, ConfirmationForm, PersonForm, PreferencesForm
from accounts.people.models import User
from accounts.people.personal_data import archive, take_personal_data
from accounts.people.tables import PeopleTable
from filiere.web.access import PersonRequest, administrators, signed_in
from filiere.web.components import TimelineEntry
from filiere.web.forms import refusals_shown_in
from projects.activity.sentences import sentence_of


@signed_in
def preferences(request: PersonRequest) -> HttpResponse:
    form = PreferencesForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_preferences(
                person=request.user, by=request.user, seen=form.cleaned_data["version"], **form.changes()
            )
        if form.is_valid():
            messages.success(request, _("Vos préférences sont enregistrées."))
            return redirect("preferences")
    return render(request, "accounts/people/preferences.html", {"form": form})


@signed_in
def personal_data(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/people/personal_data.html")
    data = take_personal_data(person=request.user, by=request.user)
    return HttpResponse(
        archive(data),
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="mes-donnees-filiere.zip"', "Cache-Control": "no-store"},
    )


@administrators
def people(request: PersonRequest) -> HttpResponseBase:
    return PeopleTable(request, selectors.people()).answer("accounts/people/list.html")


@administrators
def person(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(selectors.people(), pk=pk)
    access = selectors.access_of(found)
    return render(
        request,
        "accounts/people/person.html",
        {"person": found, "access": access, "acts": acts_on(found, access), "story": _story(found)},
    )


@administrators
def edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(selectors.people(), pk=pk)
    form = PersonForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_person(person=found, by=request.user, seen=form.cleaned_data["version"], **form.changes())
        if form.is_valid():
            messages.success(request, _("Les changements sont enregistrés."))
            return redirect("person", pk=pk)
    return render(request, "accounts/people/edit.html", {"form": form, "person": found})


@administrators
def act(request: PersonRequest, pk: UUID, slug: str) -> HttpResponse:
    """One page for every act: what will happen, and a button. Without it nothing happens."""
    if (chosen := BY_SLUG.get(slug)) is None:
        raise Http404
    found = get_object_or_404(selectors.people(), pk=pk)
    form = ConfirmationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            chosen.service(person=found, by=request.user)
        if form.is_valid():
            messages.success(request, str(chosen.done))
            return _back(request, found)
    context = {
        "form": form,
        "person": found,
        "act": chosen,
        "question": chosen.question % {"name": found.get_full_name()},
    }
    return render(request, "accounts/people/act.html", context)


@administrators
def anonymise(request: PersonRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(selectors.people(), pk=pk)
    form = AnonymisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            anonymise_person(person=found, confirmation=form.cleaned_data["confirmation"], by=request.user)
        if form.is_valid():
            messages.success(request, _("La personne est anonymisée."))
            return _back(request, found)
    return render(request, "accounts/people/anonymise.html", {"form": form, "person": found})


def _story(person: User) -> list[TimelineEntry]:
    events = selectors.recent_events(person)
    return [TimelineEntry(event.at, sentence_of(event), event.capacity) for event in events]


def _back(request: HttpRequest, changed: User) -> HttpResponse:
    """An administrator may act on themself: they may have no session, or no right, left to see the result."""
    if changed.pk != request.user.pk:
        return redirect("person", pk=changed.pk)
    if not request.session.exists(str(request.session.session_key)):
        logout(request)
        return redirect("account_login")
    still = User.objects.filter(pk=changed.pk, is_staff=True).exists()
    return redirect("person", pk=changed.pk) if still else redirect("/")
