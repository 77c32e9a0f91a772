"""The doors of groups: one rule, for pages, API and services alike.

To who may not see a group it does not exist: 404, and nothing that tells it from an address nobody ever gave. To who
sees it and may not do this there: 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from filiere.api.resources import is_id
from filiere.web.access import Page, PersonPage, PersonRequest, signed_in
from projects.access.enums import Permission
from projects.access.standing import read_standing, standing_of
from projects.groups.models import WorkingGroup
from projects.groups.selectors import mandate_that_gives

if TYPE_CHECKING:
    from rest_framework.views import APIView

P = ParamSpec("P")
GroupPage = Callable[Concatenate[PersonRequest, WorkingGroup, P], HttpResponseBase]


def may(person: User, permission: Permission, group: WorkingGroup) -> bool:
    return standing_of(person).may(permission, group)


def may_explain(person: User, group: WorkingGroup) -> bool:
    """Whether they are told what others may do there: who sets rights, and who answers for theirs by lending them."""
    return may(person, Permission.MANAGE_GROUP, group) or may(person, Permission.LEND, group)


def demand(person: User | None, permission: Permission, group: WorkingGroup) -> None:
    """What a service asks once it holds its locks: a mandate revoked a moment ago counts. None is the application."""
    if person is not None and not read_standing(person).may(permission, group):
        raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))


def capacity_in(person: User | None, group: WorkingGroup, permission: Permission) -> str:
    """In what capacity a person acts there, in the words the journal keeps."""
    if person is None:
        return ""
    mandate = mandate_that_gives(person, permission, group)
    if mandate:
        return f"{mandate.get_role_display().lower()}, {mandate.organisation}"
    return capacity_of(person) or _("par délégation")


def in_group(permission: Permission) -> Callable[[GroupPage[P]], Page[P]]:
    """Marks a page of one group, whose address holds its `slug`: the page receives the group instead."""

    def mark(page: GroupPage[P]) -> Page[P]:
        @wraps(page)
        def check(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            group = visible_group(request.user, str(kwargs.pop("slug")))
            if not may(request.user, permission, group):
                raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))
            return page(request, group, *args, **kwargs)

        marked = signed_in(cast(PersonPage[P], check))
        vars(marked)["access"] = f"group:{permission.value}"
        return marked

    return mark


def visible_group(person: User, slug: str) -> WorkingGroup:
    """By the last word of its address, or by its id. Asks the same thing whether the group is hidden or unknown."""
    if "\x00" in slug:  # which PostgreSQL refuses to look for
        raise Http404
    key = "pk" if is_id(slug) else "slug"
    group: WorkingGroup | None = WorkingGroup.objects.visible_to(person).filter(**{key: slug}).first()
    if group is None:
        raise Http404
    return group


def holding(permission: Permission, *, writing: Permission | None = None) -> type[BasePermission]:
    """For API resources whose objects are groups, or belong to one (`.group`)."""

    class Holding(BasePermission):
        def has_permission(self, request: Request, view: "APIView") -> bool:
            return bool(request.user.is_authenticated)

        def has_object_permission(self, request: Request, view: "APIView", obj: Any) -> bool:
            group = obj if isinstance(obj, WorkingGroup) else obj.group
            asked = permission if request.method in {"GET", "HEAD", "OPTIONS"} else writing or permission
            return may(cast(User, request.user), asked, group)

    return Holding
