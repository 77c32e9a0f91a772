"""Light, dark, or what the reader's system says: kept in a cookie, so that the server draws the right one at once."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

COOKIE = "theme"
AUTOMATIC = ""
THEMES = ("light", "dark")
A_YEAR = 365 * 24 * 3600


def chosen(request: HttpRequest | None) -> str:
    given = request.COOKIES.get(COOKIE, "") if request else ""
    return given if given in THEMES else AUTOMATIC


def choices() -> list[tuple[str, str, str]]:
    """Value, word, icon."""
    return [(AUTOMATIC, _("Auto"), "contrast"), ("light", _("Clair"), "sun"), ("dark", _("Sombre"), "moon")]


def keep(response: HttpResponse, theme: str, *, secure: bool) -> None:
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
