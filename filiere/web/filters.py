"""What narrows a list. A filter reads its parameter, forgives what makes no sense, and draws its own control."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from filiere.text import fold

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Rows = QuerySet[Any]
LONGEST = 200
SEARCH = _("Rechercher")
ALL = _("Tous")


@dataclass(frozen=True, kw_only=True)
class Filter:
    param: str
    label: "StrOrPromise"
    template: str = ""

    def read(self, given: str) -> str:
        """The value in its one good form; empty when it makes no sense."""
        # PostgreSQL refuses a null character in text.
        return given.replace("\x00", "").strip()[:LONGEST]

    def narrow(self, rows: Rows, value: str) -> Rows:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class SearchFilter(Filter):
    """Every word must be found in one of `fields`; `folded` fields hold text without case or accents."""

    param: str = "q"
    label: "StrOrPromise" = SEARCH
    fields: Sequence[str] = ()
    folded: bool = False
    search: Callable[[Rows, str], Rows] | None = None
    template: str = "components/filters/search.html"

    def narrow(self, rows: Rows, value: str) -> Rows:
        if self.search:
            return self.search(rows, value)
        for word in (fold(value) if self.folded else value).split():
            anywhere = Q()
            for name in self.fields:
                anywhere |= Q(**{f"{name}__contains" if self.folded else f"{name}__icontains": word})
            rows = rows.filter(anywhere)
        return rows


@dataclass(frozen=True, kw_only=True)
class ChoiceFilter(Filter):
    """One of a few values of `lookup` (the parameter's own name by default), or what `choose` makes of it."""

    choices: "Sequence[tuple[Any, StrOrPromise]] | Callable[[], Sequence[tuple[Any, StrOrPromise]]]"
    lookup: str = ""
    choose: Callable[[Rows, str], Rows] | None = None
    everything: "StrOrPromise" = ALL
    template: str = "components/filters/choice.html"

    def options(self) -> "list[tuple[str, StrOrPromise]]":
        pairs = self.choices() if callable(self.choices) else self.choices
        return [(str(value), label) for value, label in pairs if value not in (None, "")]

    def read(self, given: str) -> str:
        return given if given and given in {value for value, _label in self.options()} else ""

    def narrow(self, rows: Rows, value: str) -> Rows:
        return self.choose(rows, value) if self.choose else rows.filter(**{self.lookup or self.param: value})


@dataclass(frozen=True, kw_only=True)
class FlagFilter(Filter):
    """A box to tick: only the rows that meet `condition`."""

    condition: Q
    template: str = "components/filters/flag.html"

    def read(self, given: str) -> str:
        return "1" if given in {"1", "on", "oui"} else ""

    def narrow(self, rows: Rows, value: str) -> Rows:
        return rows.filter(self.condition)


@dataclass(frozen=True, kw_only=True)
class DateFilter(Filter):
    """From a day on, or up to it (`until=True`), that day included, on the reader's calendar."""

    lookup: str
    until: bool = False
    of_moments: bool = True
    template: str = "components/filters/date.html"

    def read(self, given: str) -> str:
        try:
            day = parse_date(given)
        except ValueError:
            return ""
        # Far years overflow once a time zone is applied.
        return day.isoformat() if day and 1900 <= day.year <= 2999 else ""

    def narrow(self, rows: Rows, value: str) -> Rows:
        day = date.fromisoformat(value)
        if not self.of_moments:
            return rows.filter(**{f"{self.lookup}__{'lte' if self.until else 'gte'}": day})
        start = timezone.make_aware(datetime.combine(day + timedelta(days=self.until), time.min))
        return rows.filter(**{f"{self.lookup}__{'lt' if self.until else 'gte'}": start})
