"""Who may open a page. Every page says so with one of these; a page that says nothing stops the start.

An outsider meets the sign-in page; a signed-in person who lacks the right meets 403, or 404 where
even the existence of the thing is confidential.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from accounts.people.models import User

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request whose sender is known: what a page behind `signed_in` receives."""

    user: "User"


PersonPage = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def everyone(page: Page[P]) -> Page[P]:
    """Open to visitors: sign-in, invitations, help, health."""
    vars(page)["access"] = "everyone"
    return page


def signed_in(page: PersonPage[P]) -> Page[P]:
    wrapped: Page[P] = login_required(cast(Page[P], page))
    vars(wrapped)["access"] = "signed_in"
    return wrapped


def administrators(page: PersonPage[P]) -> Page[P]:
    @wraps(page)
    def check(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise PermissionDenied
        return page(cast(PersonRequest, request), *args, **kwargs)

    wrapped: Page[P] = login_required(cast(Page[P], check))
    vars(wrapped)["access"] = "administrators"
    return wrapped
