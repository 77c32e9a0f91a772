"""What must be true before the first request: asked at start-up by `manage.py check`, run and migrate."""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from django.apps.config import AppConfig
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from filiere.env import VARIABLES

OUR_PACKAGES = ("filiere.", "accounts.", "projects.")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def declares_access(view: Any) -> bool:
    """A page carries the mark of `filiere.web.access`; an API view names its own permission classes."""
    if hasattr(view, "access"):
        return True
    api_view = getattr(view, "cls", None)
    if api_view is None:
        return False
    # Inherited from a class of ours is a declaration; inherited from the settings is none.
    return any(
        "permission_classes" in vars(kind) for kind in api_view.__mro__ if kind.__module__.startswith(OUR_PACKAGES)
    )


@register
def every_view_declares_who_may_use_it(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    return [
        Error(
            f"La vue « /{route} » ({view.__module__}.{view.__qualname__}) ne dit pas qui peut s’en servir.",
            hint="Décorez la page avec filiere.web.access, ou donnez permission_classes à la vue d’API.",
            id="filiere.E001",
        )
        for route, pattern in patterns(get_resolver())
        if (view := getattr(pattern.callback, "cls", pattern.callback)).__module__.startswith(OUR_PACKAGES)
        and not declares_access(pattern.callback)
    ]


@register
def variables_are_spelt_right(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """A misspelt variable is an absent one: its safe default stands in, and nobody learns of it."""
    known = {name for variable in VARIABLES for name in (variable, f"{variable}_FILE")}
    unknown = sorted(name for name in os.environ if name.startswith("FILIERE_") and name not in known)
    return [
        checks.Warning(f"{name} n’est pas une variable connue : est-ce {meant[0]} ?", id="filiere.W001")
        for name in unknown
        if (meant := get_close_matches(name, known, n=1, cutoff=0.85))
    ]
