"""A test never sleeps for a while and hopes: it waits for a fact, up to a bound."""

import time
from collections.abc import Callable

# A bound for what is broken, not a measure: a busy machine is slow, and costs nothing more when all is well.
PATIENCE = 120


def until(fact: Callable[[], object], *, what: str, seconds: float = PATIENCE) -> None:
    limit = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > limit:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
