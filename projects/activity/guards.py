"""The database's own refusals: whatever reaches it, by whatever way, an event and its link stay as they were written.

Migration 0002 puts them up. SQLite rebuilds a table to alter it and forgets its triggers: a migration that alters one
of these tables ends with `put_up` again, and a test sees to it.
"""

from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

_SENTENCE = "Le journal ne se modifie pas"
_FUNCTION = "projects_journal_refuses"
_WAITING = "projects_pendinglink"
# An event leaves the waiting line once it stands in the chain, never before.
_SEALED = "EXISTS (SELECT 1 FROM projects_link WHERE projects_link.event_id = OLD.event_id)"

_REFUSAL = (
    f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF TG_TABLE_NAME = '{_WAITING}' AND TG_OP = 'DELETE' THEN IF {_SEALED} THEN RETURN OLD; END IF; END IF;"
    f" RAISE EXCEPTION '{_SENTENCE} (% %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
    " END $$"
)


class Guard(NamedTuple):
    table: str
    act: str

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.act.lower()}"


GUARDS = tuple(
    Guard(table, act)
    for table in ("projects_event", "projects_link", _WAITING)
    for act in ("UPDATE", "DELETE", "TRUNCATE")
)


def put_up(connection: BaseDatabaseWrapper) -> None:
    lift(connection)
    _run(connection, _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite())


def lift(connection: BaseDatabaseWrapper) -> None:
    on_table = " ON {0.table}" if connection.vendor == "postgresql" else ""
    _run(connection, [f"DROP TRIGGER IF EXISTS {guard.name}{on_table.format(guard)}" for guard in GUARDS])


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Guards that should stand and do not, or were switched off."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {name for (name,) in cursor.fetchall()}
    expected = GUARDS if connection.vendor == "postgresql" else _known_to_sqlite()
    return [guard.name for guard in expected if guard.name not in standing]


def _on_postgresql() -> list[str]:
    statements = [_REFUSAL]
    for guard in GUARDS:
        each = "FOR EACH STATEMENT" if guard.act == "TRUNCATE" else "FOR EACH ROW"
        statements += [
            f"CREATE TRIGGER {guard.name} BEFORE {guard.act} ON {guard.table} {each} EXECUTE FUNCTION {_FUNCTION}()",
            # A session that poses as a replica switches ordinary triggers off.
            f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}",
        ]
    return statements


def _on_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {guard.name} BEFORE {guard.act} ON {guard.table} FOR EACH ROW"
        f"{f' WHEN NOT {_SEALED}' if guard == (_WAITING, 'DELETE') else ''}"
        f" BEGIN SELECT RAISE(ABORT, '{_SENTENCE} ({guard.act} {guard.table})'); END"
        for guard in _known_to_sqlite()
    ]


def _known_to_sqlite() -> tuple[Guard, ...]:
    return tuple(guard for guard in GUARDS if guard.act != "TRUNCATE")


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
