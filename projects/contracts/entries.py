"""What the lists of a project's sheet are made of, as pages and API hand them to its services."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Taker:
    """An organisation that takes part."""

    organisation: UUID
    part: str


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A link towards a project or towards an axis."""

    why: str
    project: UUID | None = None
    axis: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A budget line. An `id` that the project has no line of is only a name, for its parts to say their `parent`."""

    kind: str
    id: UUID | None = None
    parent: UUID | None = None
    label: str = ""
    amount: Decimal | None = None
    as_written: str = ""
