"""The shared cache, and the site without it: it holds brakes and marks, none of which is worth a failed page."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")
log = structlog.get_logger(__name__)


class ForgivingCache(RedisCache):
    """Answers like an empty cache while the server is away, and asks it again every few seconds.

    `add` says yes, as an empty cache would: locks are taken, and limits counted here let everybody through. What must
    hold even then is counted in the database.
    """

    pause = 5.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # The client's own patience is many seconds a command, and a page gives several.
        patience = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}
        super().__init__(server, {**params, "OPTIONS": {**patience, **params.get("OPTIONS", {})}})
        self._away_until = 0.0

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().add, True, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().touch, False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().delete, False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return self._ask(super().get_many, {}, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(super().has_key, False, *args, **kwargs)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        nothing: int | None = None
        count = self._ask(super().incr, nothing, key, delta, version)
        if count is None:
            raise ValueError(f"no key {key!r} while the cache is away")
        return count

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        return self._ask(super().set_many, [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().delete_many, None, *args, **kwargs)

    def clear(self) -> None:
        """Its own keys alone: tasks wait in the same database, which the inherited method would empty."""
        self._ask(self._clear, None)

    def _clear(self) -> None:
        client = self._cache.get_client(None, write=True)
        for key in client.scan_iter(match=f"{self.key_prefix}:*", count=1000):
            client.delete(key)

    def _ask(self, command: Callable[..., Any], otherwise: T, *args: Any, **kwargs: Any) -> T:
        if self._away_until > time.monotonic():
            return otherwise
        try:
            answer: T = command(*args, **kwargs)
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning("the cache is away: limits counted there are off", error=str(error))
            self._away_until = time.monotonic() + self.pause
            return otherwise
        if self._away_until:
            self._away_until = 0.0
            log.info("the cache is back")
        return answer
