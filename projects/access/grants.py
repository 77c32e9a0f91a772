"""The only place that writes django-guardian's rows: a difference, never a heap of single grants."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission as StoredPermission

from projects.access.enums import Permission
from projects.access.models import Grant

# Group, person, permission.
Right = tuple[UUID, UUID, Permission]


def stored(groups: Iterable[UUID] | None = None, people: Iterable[UUID] | None = None) -> set[Right]:
    rows: Any = Grant.objects.values_list("content_object_id", "user_id", "permission__codename")
    if groups is not None:
        rows = rows.filter(content_object__in=groups)
    if people is not None:
        rows = rows.filter(user__in=people)
    return {(group, person, Permission(codename)) for group, person, codename in rows}


def replace(before: set[Right], wanted: set[Right]) -> int:
    """Makes `wanted` out of `before`; returns how many rows that took."""
    superfluous, missing = before - wanted, wanted - before
    keys = _keys()
    for group, person, permission in superfluous:
        Grant.objects.filter(content_object=group, user=person, permission=keys[permission]).delete()
    Grant.objects.bulk_create(
        Grant(content_object_id=group, user_id=person, permission_id=keys[permission])
        for group, person, permission in sorted(missing)
    )
    return len(superfluous) + len(missing)


def _keys() -> dict[Permission, int]:
    rows: Any = StoredPermission.objects.filter(
        content_type__app_label="projects", content_type__model="workinggroup", codename__in=Permission.values
    )
    return {Permission(codename): pk for codename, pk in rows.values_list("codename", "pk")}
