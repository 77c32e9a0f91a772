"""Pages that say what went wrong, in the house's dress, and what to do next.

Three readers: a person (a page), htmx (a message the page shows in a corner), a program (a problem document).
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from filiere.api import problems


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, _("Demande incomprise"), _("L’adresse ou les données envoyées sont incorrectes."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _answer(request, 403, _("Accès refusé"), said or _("Votre compte ne donne pas accès à cette page."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        _("Formulaire expiré"),
        _("Cette page était ouverte depuis trop longtemps, ou vous avez changé de compte entre-temps."),
        expired=True,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 404, _("Page introuvable"), _("Rien ne se trouve à cette adresse, ou vous n’y avez pas accès.")
    )


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 429, _("Trop de demandes"), _("Pour protéger les comptes, il faut patienter avant de recommencer.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(
        request, 500, _("Une erreur est survenue"), _("Votre demande n’a pas abouti. L’incident est enregistré.")
    )


def _answer(request: HttpRequest, status: int, title: str, sentence: str, **more: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problems.plain(status, title, sentence)
    if request.headers.get("HX-Request") == "true":
        said = {"text": f"{title}. {sentence}", "level": "error"}
        return HttpResponse(render_to_string("components/toast.html", said), status=status)
    context = {"title": title, "sentence": sentence, **more}
    # A failure may come from the database or the session: its page asks nothing of either.
    if status >= 500:
        page = render_to_string("500.html", {**context, "request": request})
    else:
        page = render_to_string(f"{status}.html", context, request)
    return HttpResponse(page, status=status)
