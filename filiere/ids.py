"""UUID version 7: public identifiers that sort by creation, so that indexes stay compact."""

import os
import threading
import time
import uuid
from collections.abc import Iterable

_lock = threading.Lock()
_last = 0
# A clock that is put back further than this was wrong: its identifiers do not bind those to come.
_SMALL_STEP_BACK = 10_000 << 74


def uuid7() -> uuid.UUID:
    """48 bits of milliseconds, then a random tail that never goes back in one process."""
    global _last
    tail = int.from_bytes(os.urandom(10), "big") >> 6
    candidate = (time.time_ns() // 1_000_000) << 74 | tail
    with _lock:
        # Two identifiers of one millisecond keep their order: events rely on it.
        if candidate <= _last < candidate + _SMALL_STEP_BACK:
            candidate = _last + 1
        _last = candidate
    high, low = candidate >> 62, candidate & ((1 << 62) - 1)
    milliseconds, middle = high >> 12, high & 0xFFF
    return uuid.UUID(int=milliseconds << 80 | 7 << 76 | middle << 64 | 2 << 62 | low)


def those_in(texts: Iterable[str]) -> list[uuid.UUID]:
    """The identifiers among what an address or a form gave; the rest is nobody's."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
