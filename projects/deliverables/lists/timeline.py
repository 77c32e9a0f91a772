"""The timeline: each échéance as it stands in time, from the first day it may mean to the last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filiere.days import today
from projects.deliverables.due.period import Precision
from projects.deliverables.enums import Progress
from projects.deliverables.lists.tables import DeliverablesTable

DAY = timedelta(days=1)
# Of « d’ici fin 2026 » nobody said when it begins: what is drawn fades in over half a year.
FADE = timedelta(days=182)
# A far horizon must not crush what is near.
BEFORE, AFTER = timedelta(days=6 * 365), timedelta(days=10 * 365)
A_MONTH = 12  # in pixels
LAST_LABEL = 95  # of a hundred
LONG, VERY_LONG = 60, 120  # in months


@dataclass(frozen=True)
class Scale:
    """Whole quarters around what ends, today among them: what began long before comes in from the edge."""

    first: date
    last: date

    @classmethod
    def around(cls, days: Iterable[date]) -> "Scale":
        now = today()
        near = [min(max(day, now - BEFORE), now + AFTER) for day in [*days, now]]
        return cls(_quarter(min(near), after=-1), _quarter(max(near), after=1) - DAY)

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def width(self) -> str:
        return str(max(self.months * A_MONTH, 360))

    def at(self, day: date) -> float:
        """Where a day begins, from 0 to 100."""
        share = (day - self.first).days / ((self.last - self.first).days + 1)
        return min(max(share, 0), 1) * 100

    @property
    def quarters(self) -> list[date]:
        starts, start = [], self.first
        while start <= self.last:
            starts.append(start)
            start = _quarter(start, after=1)
        return starts


@dataclass(frozen=True)
class Mark:
    """A line of the axis; `label` is empty where words would touch."""

    x: str
    label: str
    year: bool


@dataclass(frozen=True)
class Bar:
    row: Any
    x: str
    width: str
    # Of a single day: a point.
    point: bool
    fades: str
    tone: str


@dataclass(frozen=True)
class Year:
    name: str
    bars: list[Bar]


def _quarter(day: date, after: int = 0) -> date:
    quarters = day.year * 4 + (day.month - 1) // 3 + after
    return date(quarters // 4, quarters % 4 * 3 + 1, 1)


def _percent(value: float) -> str:
    """As SVG writes it, whatever the language."""
    return f"{value:.2f}%"


def tone_of(row: Any) -> str:
    if row.is_late:
        return "late"
    return {
        Progress.FINISHED: "finished",
        Progress.SUSPENDED: "stopped",
        Progress.ABANDONED: "stopped",
        Progress.TO_START: "to-start",
    }.get(row.progress, "under-way")


def bar_of(row: Any, scale: Scale) -> Bar:
    start, end, fades = row.due_start, row.due_end, ""
    if start is None:
        start, fades = max(end - FADE, scale.first), "fades-in"
    elif end is None:
        end, fades = min(start + FADE, scale.last), "fades-out"
    left, right = scale.at(start), scale.at(end + DAY)
    point = row.due_precision == Precision.DAY and not fades
    return Bar(row, _percent(left), _percent(max(right - left, 0.3)), point, fades, tone_of(row))


def marks_of(scale: Scale) -> list[Mark]:
    return [Mark(_percent(scale.at(start)), _label(start, scale), year=start.month == 1) for start in scale.quarters]


def _label(start: date, scale: Scale) -> str:
    if scale.at(start) > LAST_LABEL:
        return ""  # it would not fit
    if start.month == 1 or (start == scale.first and start.month < 10):
        return str(start.year)
    step = 12 if scale.months > VERY_LONG else 6 if scale.months > LONG else 3
    if (start.month - 1) % step:
        return ""
    return _("S%(number)s") % {"number": 2} if step == 6 else _("T%(number)s") % {"number": start.month // 3 + 1}


class TimelineView(DeliverablesTable):
    """The same rows and filters as the list, by what they end with."""

    id = "frise"
    caption = gettext_lazy("Frise des livrables")
    page_size = 200
    results_template = "projects/deliverables/lists/timeline_results.html"

    @cached_property
    def lines(self) -> list[SafeString]:
        return []

    @cached_property
    def dated(self) -> Sequence[Any]:
        rows = [row for row in self.page if row.due_start or row.due_end]
        return sorted(rows, key=lambda row: (row.due_end or row.due_start, row.due_start or row.due_end, row.pk))

    @cached_property
    def undated(self) -> Sequence[Any]:
        return [row for row in self.page if not row.due_start and not row.due_end]

    @cached_property
    def scale(self) -> Scale:
        return Scale.around(row.due_end or row.due_start for row in self.dated)

    @cached_property
    def marks(self) -> list[Mark]:
        return marks_of(self.scale)

    @cached_property
    def now(self) -> str:
        return _percent(self.scale.at(today()))

    @cached_property
    def years(self) -> list[Year]:
        found: dict[int, list[Bar]] = {}
        for row in self.dated:
            found.setdefault((row.due_end or row.due_start).year, []).append(bar_of(row, self.scale))
        return [Year(str(number), bars) for number, bars in found.items()]
