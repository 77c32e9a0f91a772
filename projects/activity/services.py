"""The one way to write in the journal."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from filiere.requests import current_request_id
from projects.activity.chain import digest_of
from projects.activity.models import Event
from projects.activity.sealing import seal_after_commit

if TYPE_CHECKING:
    from accounts.people.models import User
    from projects.groups.models import WorkingGroup


# Of these the journal says that they changed, never what they were: a person can be anonymised, an event cannot.
PERSONAL = frozenset({"email", "given_name", "family_name", "phone"})


class NotInTransaction(RuntimeError):
    """An act and its event are saved together or not at all."""


class PersonalDataInJournal(ValueError):
    """A service is about to write for ever what a person may ask to be forgotten: it writes (None, None) instead."""


def record(
    *,
    actor: "User | None",
    verb: str,
    target: models.Model,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    capacity: str = "",
    group: "WorkingGroup | None" = None,
) -> Event:
    """Writes what `actor` did to `target`; belongs inside the service's transaction.

    `verb` has its sentence in `sentences`. `changes` maps a field to what it was and what it became, and never holds a
    person's name or address: those must be able to disappear. `actor` is None for what the application does by itself.
    `group` is the one whose members read of it.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(verb)
    for field, change in (changes or {}).items():
        if field in PERSONAL and tuple(change) != (None, None):
            raise PersonalDataInJournal(field)
    event = Event(
        actor=actor,
        capacity=str(capacity),
        verb=verb,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        group=group,
        # Plain JSON from here on: the digest covers what will be read back.
        changes=json.loads(json.dumps(dict(changes or {}), cls=DjangoJSONEncoder)),
        request_id=current_request_id(),
    )
    event.digest = digest_of(event)
    event.save()
    seal_after_commit(event)
    return event
