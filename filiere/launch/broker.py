"""The two things said to the embedded Valkey, in its own protocol: there is no client library yet."""

from __future__ import annotations

import socket
from pathlib import Path

_PATIENCE = 2.0
# Celery gives back what a dead worker held once `visibility_timeout` has passed, a quarter of an
# hour, for lack of knowing that it is dead. Here it is known: dating these deliveries from 1970
# lets the next worker's first sweep, within seconds, put them back in their queue.
_EXPIRE_DELIVERIES = """
for _, index in ipairs(redis.call('KEYS', '*unacked_index')) do
  for _, delivery in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    redis.call('ZADD', index, 'XX', 0, delivery)
  end
end
return 'OK'
"""


def answers(path: Path) -> bool:
    """Only a PONG counts: while it reads its log back, it accepts connections and says LOADING."""
    return _ask(path, "PING").startswith(b"+PONG")


def give_back_deliveries(path: Path) -> bool:
    """To be called while no worker runs. False when Valkey could not be told."""
    return b"OK" in _ask(path, "EVAL", _EXPIRE_DELIVERIES, "0")


def _ask(path: Path, *words: str) -> bytes:
    request = [f"*{len(words)}\r\n".encode()]
    for word in words:
        encoded = word.encode()
        request.append(b"$%d\r\n%s\r\n" % (len(encoded), encoded))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(b"".join(request))
            return connection.recv(64)
    except OSError:
        return b""
