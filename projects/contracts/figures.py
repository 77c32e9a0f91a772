"""What features above know of a project, in numbers: `settings.PROJECT_FIGURES` names where they come from."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from projects.contracts.selectors import Reader


@dataclass(frozen=True)
class Share:
    """A part of the bar: `tone` is one of those of `static/css/contract.css`."""

    number: int
    tone: str


@dataclass(frozen=True)
class Fact:
    """A number with its drawing; `words` say it to who listens."""

    number: int
    words: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Place:
    """Where what was counted can be read."""

    title: str
    href: str


@dataclass(frozen=True)
class Figure:
    """`words` say all that the bar shows."""

    title: str
    words: str
    shares: Sequence[Share]
    facts: Sequence[Fact] = ()
    places: Sequence[Place] = ()

    @property
    def segments(self) -> list[tuple[str, str, str]]:
        """Where each part of the bar begins, how long it is, its tone; as SVG writes numbers, in any language."""
        whole = sum(share.number for share in self.shares) or 1
        drawn, before = [], 0
        for share in self.shares:
            if share.number:
                drawn.append((f"{100 * before / whole:.2f}%", f"{100 * share.number / whole:.2f}%", share.tone))
            before += share.number
        return drawn


Source = Callable[[Sequence[UUID], Reader], Iterator[tuple[UUID, Figure]]]


def figures_of(projects: Sequence[UUID], reader: Reader) -> Mapping[UUID, list[Figure]]:
    """As far as this reader may know of what is counted; the same number of queries however many projects."""
    found: dict[UUID, list[Figure]] = defaultdict(list)
    for path in settings.PROJECT_FIGURES if projects else ():
        for project, figure in cast(Source, import_string(path))(projects, reader):
            found[project].append(figure)
    return found
