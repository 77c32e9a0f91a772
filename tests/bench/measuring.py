"""One piece of work at a time: first alone, for how long it takes; then four at once, for how many a second.

Alone, it takes turns with the bare view: what else the machine does weighs on both alike.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.bench.counting import HEADER
from tests.bench.installation import Server
from tests.bench.pieces import BARE, Piece

AT_ONCE = 4
WARM_UP = 5
TURNS = 10


@dataclass(frozen=True)
class Figures:
    p50: float
    p95: float
    cpu: float
    a_second: float
    queries: int
    # Times the bare view beside it.
    ratio: float


class Unanswered(Exception):
    """The page does not exist yet, or refuses: nothing to measure."""


def measure(piece: Piece, *, server: Server, headers: Mapping[str, str], seconds: float) -> Figures:
    visitor = Visitor(server.port, headers)
    queries = visitor.queries(piece.path)
    for _ in range(WARM_UP):
        visitor.ask(piece.path)
    alone, ratios, spent = list[float](), list[float](), 0.0
    for _ in range(TURNS):
        bare = _repeat(lambda: visitor.ask(BARE.path), seconds / TURNS)
        spent -= server.cpu_seconds()
        turn = _repeat(lambda: visitor.ask(piece.path), seconds / TURNS)
        spent += server.cpu_seconds()
        ratios.append(statistics.median(turn) / statistics.median(bare))
        alone += turn
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        began = time.perf_counter()
        together = sum(crowd.map(lambda one: len(_repeat(lambda: one.ask(piece.path), seconds)),
                                 [Visitor(server.port, headers) for _ in range(AT_ONCE)]))  # fmt: skip
        elapsed = time.perf_counter() - began
    return Figures(
        p50=statistics.median(alone) * 1000,
        p95=sorted(alone)[int(len(alone) * 0.95)] * 1000,
        cpu=spent / len(alone) * 1000,
        a_second=together / elapsed,
        queries=queries,
        ratio=statistics.median(ratios),
    )


def _repeat(act: Callable[[], object], seconds: float) -> list[float]:
    durations, limit = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < limit:
        act()
        durations.append(time.perf_counter() - began)
    return durations


class Visitor:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Host": "localhost", **headers}

    def ask(self, path: str, **more: str) -> str:
        self._connection.request("GET", path, headers={**self._headers, **more})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise Unanswered(f"{path}: {answer.status}")
        return answer.headers.get(HEADER, "0")

    def queries(self, path: str) -> int:
        self.ask(path)  # the first one fills what is kept
        return int(self.ask(path, **{HEADER: "1"}))
