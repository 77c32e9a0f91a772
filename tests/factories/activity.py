"""Events, written the way services write them."""

from typing import Any

from django.db import connection, transaction

from accounts.models import Organisation, User
from projects.activity import guards
from projects.activity.models import Event
from projects.activity.sealing import seal
from projects.activity.services import record
from tests.factories.accounts import OrganisationFactory


def recorded(
    count: int = 1,
    *,
    actor: User | None = None,
    verb: str = "organisation.changed",
    target: Any = None,
    changes: Any = None,
    capacity: str = "",
) -> list[Event]:
    """So many acts on one object, each in a transaction of its own."""
    target = target or Organisation.objects.first() or OrganisationFactory()
    events = []
    for number in range(count):
        with transaction.atomic():
            told = {"rang": (None, number)} if changes is None else changes
            events.append(record(actor=actor, verb=verb, target=target, changes=told, capacity=capacity))
    return events


def sealed(count: int = 1, **options: Any) -> list[Event]:
    events = recorded(count, **options)
    seal(rounds=100)
    return events


def tamper(statement: str, *parameters: Any) -> None:
    """What somebody who holds the database can do, guards and all. Undone with the test's transaction."""
    connection.check_constraints()  # PostgreSQL lifts no trigger while a check is put off
    guards.lift(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, [stored(value) for value in parameters])


def stored(value: Any) -> Any:
    """An identifier as the database holds it."""
    return Event._meta.pk.get_db_prep_value(value, connection) if hasattr(value, "hex") else value
