from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from filiere.api import reference
from filiere.api.problems import KINDS
from filiere.web.access import PersonRequest, signed_in


@signed_in
def docs(request: PersonRequest) -> HttpResponse:
    found = reference.sections()
    return render(request, "api/docs.html", {"sections": found, "kinds": KINDS, "base_url": settings.BASE_URL})


@signed_in
def docs_section(request: PersonRequest, name: str) -> HttpResponse:
    section = next((section for section in reference.sections() if section.name == name), None)
    if section is None:
        raise Http404
    return render(request, "api/section.html", {"section": section})
