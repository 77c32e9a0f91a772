"""The doors of deliverables: what is hidden does not exist; what is seen may still not be one's to do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.web.access import Page, PersonPage, PersonRequest, signed_in
from projects.access.enums import Permission
from projects.deliverables.models import Deliverable
from projects.groups.permissions import may

P = ParamSpec("P")
DeliverablePage = Callable[Concatenate[PersonRequest, Deliverable, P], HttpResponseBase]


def on_deliverable(permission: Permission | None = None) -> Callable[[DeliverablePage[P]], Page[P]]:
    """Marks a page of one deliverable, whose address holds its `pk`: the page receives the deliverable instead.

    Without a permission, whoever reads the deliverable may.
    """

    def mark(page: DeliverablePage[P]) -> Page[P]:
        @wraps(page)
        def check(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            deliverable = visible_deliverable(request.user, cast(UUID, kwargs.pop("pk")))
            if permission is not None and not may(request.user, permission, deliverable.group):
                raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))
            return page(request, deliverable, *args, **kwargs)

        marked = signed_in(cast(PersonPage[P], check))
        vars(marked)["access"] = f"deliverable:{permission.value if permission else 'read'}"
        return marked

    return mark


def visible_deliverable(person: User, pk: UUID) -> Deliverable:
    """Asks the same thing whether the deliverable is hidden or unknown."""
    found: Deliverable | None = deliverables_of(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def deliverables_of(person: User) -> "QuerySet[Any]":
    seen: QuerySet[Any] = Deliverable.objects.visible_to(person)
    return seen.select_related("group", "group__contract", "current", "validated")


def works_on(person: User, deliverable: Deliverable) -> bool:
    """Whether they read work under way there, and not only what was validated or brought before the Bureau."""
    return may(person, Permission.READ_WORK, deliverable.group)
