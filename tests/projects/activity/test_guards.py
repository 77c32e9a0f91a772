"""The database itself refuses, whoever asks and by whatever way."""

import pytest
from django.db import IntegrityError, connection, transaction

from projects.activity import guards
from projects.activity.models import Event, Link, PendingLink
from projects.activity.verification import verify
from tests.factories.activity import recorded, sealed, stored


def execute(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, [stored(value) for value in parameters])


def refused(statement, *parameters):
    connection.check_constraints()  # PostgreSQL truncates nothing while a check is put off
    with pytest.raises(IntegrityError, match="Le journal ne se modifie pas"), transaction.atomic():
        execute(statement, *parameters)


@pytest.mark.django_db
def test_migrations_leave_every_guard_standing():
    # If this fails after a new migration, it rebuilt a table on SQLite: let it end with guards.put_up.
    assert guards.missing(connection) == []


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["projects_event", "projects_link"])
@pytest.mark.parametrize("where", ["", " WHERE 1 = 1"])
def test_deleting_rows_is_refused(table, where):
    sealed(2)
    refused(f"DELETE FROM {table}{where}")
    assert (Event.objects.count(), Link.objects.count()) == (2, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "projects_event SET verb = 'x'",
        "projects_event SET verb = verb",
        "projects_event SET at = NULL",
        "projects_event SET digest = 'x'",
        "projects_link SET hash = 'x'",
        "projects_link SET position = position + 10",
    ],
)
def test_changing_rows_is_refused(change):
    sealed(1)
    refused(f"UPDATE {change}")
    assert verify().intact


@pytest.mark.django_db
def test_replacing_a_row_is_refused():
    (event,) = sealed(1)
    columns = "id, at, capacity, verb, object_type, object_id, changes, request_id, digest"
    refused(
        f"INSERT INTO projects_event ({columns}) SELECT {columns} FROM projects_event WHERE id = %s "
        "ON CONFLICT (id) DO UPDATE SET verb = 'x'",
        event.pk,
    )


@pytest.mark.django_db
def test_event_that_waits_cannot_leave_the_line_before_its_seal():
    (event,) = recorded(1)
    refused("DELETE FROM projects_pendinglink")
    refused("UPDATE projects_pendinglink SET digest = 'x'")
    with pytest.raises(IntegrityError), transaction.atomic():
        PendingLink.objects.filter(event=event).delete()
    assert PendingLink.objects.get().event == event


@pytest.mark.django_db
@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["projects_event", "projects_link", "projects_pendinglink"])
def test_truncating_is_refused(table):
    sealed(1)
    recorded(1)
    refused(f"TRUNCATE {table} CASCADE")
    assert Event.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.postgresql
def test_session_that_poses_as_a_replica_is_refused_too():
    sealed(1)
    execute("SET LOCAL session_replication_role = replica")
    refused("UPDATE projects_event SET verb = 'x'")


@pytest.mark.django_db
@pytest.mark.postgresql
def test_guard_that_was_switched_off_is_missed():
    execute("ALTER TABLE projects_link DISABLE TRIGGER projects_link_no_update")
    assert guards.missing(connection) == ["projects_link_no_update"]


@pytest.mark.django_db
def test_guards_are_lifted_and_put_up_again():
    guards.lift(connection)
    assert len(guards.missing(connection)) == (9 if connection.vendor == "postgresql" else 6)
    sealed(1)
    execute("UPDATE projects_event SET verb = 'x'")
    connection.check_constraints()
    guards.put_up(connection)
    guards.put_up(connection)
    assert guards.missing(connection) == []
    refused("UPDATE projects_event SET verb = 'y'")
