"""What greets people: their work, the help, the administrators' sections, and how the interface looks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.organisations.permissions import coordinators
from accounts.people.models import User
from accounts.people.time_zones import label_of
from accounts.signin.second_factor import held_by
from filiere.web import theme
from filiere.web.access import PersonRequest, everyone, signed_in
from filiere.web.french import date_fr
from projects.groups.selectors import mandates_in_force
from projects.home.help import TOPICS
from projects.home.selectors import expectations_of, last_acts_of


@signed_in
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    person = request.user
    mandates = list(mandates_in_force(person))
    return render(
        request,
        "projects/home/home.html",
        {
            "greeting": greeting(person),
            "expectations": expectations_of(person, mandates),
            "mandates": mandates,
            "acts": last_acts_of(person),
            "time_zone": label_of(person.time_zone),
            "second_factor": _("En place") if held_by(person) else _("Aucun"),
        },
    )


def greeting(person: User) -> str:
    today = timezone.localdate()
    return _("Bonjour %(name)s. Nous sommes le %(weekday)s %(date)s.") % {
        "name": person.get_short_name(),
        "weekday": date_format(today, "l"),
        "date": date_fr(today),
    }


@everyone
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "projects/home/help.html", {"topics": TOPICS})


@coordinators
@require_safe
def administration(request: PersonRequest) -> HttpResponse:
    return render(request, "projects/home/administration.html")


@everyone
@require_POST
def change_theme(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    theme.keep(response, request.POST.get("theme", ""), secure=settings.SESSION_COOKIE_SECURE)
    return response
