"""Who reads the contract, and who writes it: one rule, for pages and API alike.

Everybody in the filière reads all of it. Coordinators write it. To anybody else there is no contract: 404, as for a
code that nobody ever gave.
"""

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, cast

from django.http import Http404, HttpResponseBase
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.organisations.permissions import coordinates
from filiere.web.access import Page, PersonPage, PersonRequest, signed_in
from projects.access.standing import standing_of

if TYPE_CHECKING:
    from rest_framework.views import APIView

P = ParamSpec("P")


def in_filiere(page: PersonPage[P]) -> Page[P]:
    """Marks a page that everybody in the filière may open."""

    @wraps(page)
    def check(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not standing_of(request.user).in_filiere:
            raise Http404
        return page(request, *args, **kwargs)

    marked = signed_in(cast(PersonPage[P], check))
    vars(marked)["access"] = "filiere"
    return marked


class ReadInFiliereWrittenByCoordinators(BasePermission):
    """What is read is narrowed by `visible_to`: to somebody outside the filière lists are empty, and items unknown."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method in SAFE_METHODS:
            return bool(request.user.is_authenticated)
        return coordinates(request.user)
