"""The icons: one drawing file, whose symbols are the only names there are."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.cache import cache_control

from filiere.web.access import everyone

SPRITE = "images/icons.svg"
MARK = "images/icon.svg"


@cache
def names() -> frozenset[str]:
    drawing = (settings.ROOT / "static" / SPRITE).read_text(encoding="utf-8")
    return frozenset(re.findall(r'<symbol id="([a-z-]+)"', drawing))


@cache
def icon(name: str) -> SafeString:
    """A drawing beside a word: it says nothing by itself, so it is hidden from who listens."""
    if name not in names():
        raise ValueError(f"no icon is called {name!r}")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', static(SPRITE), name
    )


@everyone
@cache_control(public=True, max_age=24 * 3600)
def favicon(request: HttpRequest) -> HttpResponse:
    """Pages name their icon; browsers ask here for that of an answer of the API or of a file."""
    return HttpResponseRedirect(static(MARK))
