"""What budget lines add up to.

The parts of an envelope are inside it, not on top of it: they count only where the envelope gives no amount itself.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from projects.contracts.enums import BudgetKind

if TYPE_CHECKING:
    from projects.contracts.models import BudgetLine


@dataclass(frozen=True)
class Worth:
    """`amount` is None when nothing in it is decided; `at_least`: something in it is not, and the rest is known."""

    amount: Decimal | None
    settled: bool

    @property
    def at_least(self) -> bool:
        return self.amount is not None and not self.settled


@dataclass(frozen=True)
class Envelope:
    line: "BudgetLine"
    parts: list["Envelope"]

    @property
    def worth(self) -> Worth:
        if self.line.amount is not None:
            return Worth(self.line.amount, settled=True)
        return together(part.worth for part in self.parts)

    @property
    def computed(self) -> bool:
        """Whether its worth is the sum of its parts, for want of an amount of its own."""
        return self.line.amount is None and self.worth.amount is not None


@dataclass(frozen=True)
class Total:
    kind: BudgetKind
    worth: Worth


def together(worths: Iterable[Worth]) -> Worth:
    found = list(worths)
    known = [worth.amount for worth in found if worth.amount is not None]
    return Worth(
        amount=sum(known, Decimal(0)) if known else None,
        settled=bool(found) and all(worth.settled for worth in found),
    )


def envelopes(lines: Iterable["BudgetLine"]) -> list[Envelope]:
    """Those that are in no other, each with what it holds, in the order they came."""
    held: dict[UUID | None, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        held[line.parent_id].append(line)

    def filled(line: "BudgetLine") -> Envelope:
        return Envelope(line, [filled(part) for part in held[line.pk]])

    return [filled(line) for line in held[None]]


def totals(found: Iterable[Envelope]) -> list[Total]:
    """One a kind, in the order of the kinds; of a kind of which nothing is said, nothing."""
    by_kind: dict[str, list[Worth]] = defaultdict(list)
    for envelope in found:
        by_kind[envelope.line.kind].append(envelope.worth)
    return [Total(kind, together(by_kind[kind])) for kind in BudgetKind if by_kind[kind]]
