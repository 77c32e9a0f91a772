"""Who reads and who writes organisations: one rule, for pages and API alike."""

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.people.models import User
from filiere.web.access import Page, PersonPage, PersonRequest, signed_in

if TYPE_CHECKING:
    from rest_framework.views import APIView

P = ParamSpec("P")


def coordinates(person: User | AnonymousUser) -> bool:
    """Administrators and delegates keep the directory of organisations, and invite people."""
    return isinstance(person, User) and person.is_active and (person.is_staff or person.is_delegate)


def capacity_of(person: User | None) -> str:
    """In what capacity a coordinator acts, as the journal keeps it."""
    if person is None:
        return ""
    return "administrateur" if person.is_staff else "délégué permanent" if person.is_delegate else ""


def coordinators(page: PersonPage[P]) -> Page[P]:
    """Marks a page that administrators and delegates alone may open."""

    @wraps(page)
    def check(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not coordinates(request.user):
            raise PermissionDenied
        return page(request, *args, **kwargs)

    marked = signed_in(cast(PersonPage[P], check))
    vars(marked)["access"] = "coordinators"
    return marked


class Coordinators(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return coordinates(request.user)


class ReadBySignedInWrittenByCoordinators(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        if request.method in SAFE_METHODS:
            return bool(request.user.is_authenticated)
        return coordinates(request.user)
