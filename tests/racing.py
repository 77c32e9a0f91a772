"""Several people at the very same moment: each act in its own thread, hence on its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from tests.waiting import PATIENCE


def race(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned, or the exception it met, in the order they were given. Needs a transactional test."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return act()
        except Exception as error:  # noqa: BLE001  what went wrong is the outcome
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(run, acts))
