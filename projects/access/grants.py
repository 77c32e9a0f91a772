"""The only place that writes django-guardian's rows: the difference, in few statements, however many rows it takes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission as StoredPermission

from projects.access.enums import Permission
from projects.access.models import Grant

# Group, person, permission. What is stored may name a permission that the code no longer knows.
Right = tuple[UUID, UUID, str]
# SQLite takes so many values in a statement, and no statement should hold others up for long.
AT_ONCE = 500


def stored(groups: Iterable[UUID] | None = None) -> set[Right]:
    return set(_stored(groups))


def replace(wanted: set[Right], *, groups: Iterable[UUID] | None = None) -> int:
    """Makes `wanted` out of what is stored, in those groups (in all of them); returns how many rows that took."""
    found = _stored(groups)
    superfluous = sorted(pk for right, pk in found.items() if right not in wanted)
    missing = sorted(wanted - found.keys())
    for start in range(0, len(superfluous), AT_ONCE):
        Grant.objects.filter(pk__in=superfluous[start : start + AT_ONCE]).delete()
    if missing:
        keys = _keys()
        Grant.objects.bulk_create(
            (
                Grant(content_object_id=group, user_id=person, permission_id=keys[permission])
                for group, person, permission in missing
            ),
            batch_size=AT_ONCE,
        )
    return len(superfluous) + len(missing)


def _stored(groups: Iterable[UUID] | None) -> dict[Right, int]:
    rows: Any = Grant.objects.values_list("content_object_id", "user_id", "permission__codename", "pk")
    if groups is not None:
        rows = rows.filter(content_object__in=groups)
    return {(group, person, codename): pk for group, person, codename, pk in rows}


def _keys() -> dict[str, int]:
    keys = _known_keys()
    if keys.keys() < set(Permission.values):
        # `migrate` makes these rows; a database that was restored or emptied by hand may have lost them.
        create_permissions(apps.get_app_config("projects"), verbosity=0)
        keys = _known_keys()
    return keys


def _known_keys() -> dict[str, int]:
    rows: Any = StoredPermission.objects.filter(
        content_type__app_label="projects", content_type__model="workinggroup", codename__in=Permission.values
    )
    return dict(rows.values_list("codename", "pk"))
