import importlib
import os
import sys
import time
from collections.abc import Mapping

from tests.bench.installation import Server, installation
from tests.bench.measuring import Figures, Unanswered, measure
from tests.bench.pieces import BARE, PIECES, Piece

HEADINGS = ("size", "piece of work", "p50 ms", "p95 ms", "cpu ms", "req/s", "SQL", "× bare", "ceiling", "× smallest")
ROW = "{:>5}  {:<28} {:>8} {:>8} {:>8} {:>8} {:>4} {:>7} {:>8} {:>11}"


def main() -> None:
    sizes = [int(size) for size in os.environ.get("SIZES", "1,10,100").split(",")]
    seconds = float(os.environ.get("SECONDS", "1.5"))
    only = os.environ.get("ONLY", "")
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        say("On SQLite and an embedded Valkey. What we quote is measured on PostgreSQL and Redis:")
        say("DATABASE_URL=postgres://postgres@127.0.0.1:5432/x REDIS_URL=redis://127.0.0.1:6379/0 make bench\n")
    with installation() as server:
        pieces = [piece for piece in PIECES if piece is BARE or only in piece.name]
        _measure_addresses(pieces, sizes, seconds, server)
        if only in "journal writes":
            _measure_journal_writes(seconds)


def _measure_addresses(pieces: list[Piece], sizes: list[int], seconds: float, server: Server) -> None:
    # Models exist once the installation has set Django up.
    grow = importlib.import_module("tests.bench.filling").grow
    say(ROW.format(*HEADINGS))
    first: dict[Piece, Figures] = {}
    headers: Mapping[str, str] = {}
    for before, size in zip([0, *sizes], sizes, strict=False):
        began = time.monotonic()
        grow(since=before, to=size)
        say(f"{size:>5}× in {time.monotonic() - began:.0f} s")
        headers = headers or importlib.import_module("tests.bench.signing_in").headers()
        for piece in pieces:
            try:
                found = measure(piece, server=server, headers=headers, seconds=seconds)
            except Unanswered as nothing:
                say(f"{'':>5}  {piece.name:<28} not measured ({nothing})")
                continue
            say(_row(size, piece, found, first.setdefault(piece, found)))


def _row(size: int, piece: Piece, found: Figures, smallest: Figures) -> str:
    return ROW.format(
        size,
        piece.name,
        f"{found.p50:.1f}",
        f"{found.p95:.1f}",
        f"{found.cpu:.1f}",
        f"{found.a_second:.0f}",
        found.queries,
        f"{found.ratio:.1f}",
        "" if piece is BARE else f"≤ {piece.kind.value}",
        f"{found.ratio / smallest.ratio:.2f}",
    )


def _measure_journal_writes(seconds: float) -> None:
    journal = importlib.import_module("tests.bench.journal")
    say("\njournal writes, 4 writers, commits a second")
    for name, value in journal.run(writers=4, seconds=seconds / 3, rounds=4).items():
        say(f"{'':>5}  {name:<28} {value:>8}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
