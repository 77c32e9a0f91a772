"""One address whose page fails, and one that says it cannot serve."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from filiere.web.access import everyone


@everyone
def fail(request: HttpRequest, token: str) -> HttpResponse:
    raise RuntimeError("the page failed")


@everyone
def absent(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=503)


def told(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=500)


urlpatterns = [path("invitation/<str:token>/", fail), path("absent/", absent)]
handler500 = told
