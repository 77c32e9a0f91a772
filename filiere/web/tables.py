"""Lists: columns, filters, order, pages and CSV, all in the address, for two SQL queries."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from filiere.web import rows, spreadsheet
from filiere.web.columns import Column, Heading, label_of, ordering
from filiere.web.filters import ChoiceFilter, DateFilter, Filter, FlagFilter, SearchFilter
from filiere.web.french import number_fr

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

__all__ = ["ChoiceFilter", "Column", "DateFilter", "Filter", "FlagFilter", "SearchFilter", "Table", "label_of"]

Row = TypeVar("Row", bound=Model)
SORT, PAGE, FORMAT = "tri", "page", "format"


class Table(Generic[Row]):
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]] = ()
    id: ClassVar[str] = "liste"
    caption: ClassVar["StrOrPromise"] = gettext_lazy("Liste")
    empty_title: ClassVar["StrOrPromise"] = gettext_lazy("Rien à montrer pour l’instant")
    empty_text: ClassVar["StrOrPromise"] = ""
    empty_label: ClassVar["StrOrPromise"] = ""
    empty_url_name: ClassVar[str] = ""
    default_sort: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    file_name: ClassVar[str] = "liste"
    # What is drawn under the filters: a view of the same rows other than a table names its own.
    results_template: ClassVar[str] = "components/table_results.html"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.default_sort and cls.default_sort.removeprefix("-") not in cls.sortable():
            raise ImproperlyConfigured(f"{cls.__name__}.default_sort names no column that sorts: {cls.default_sort}")

    @classmethod
    def sortable(cls) -> set[str]:
        return {column.key for column in cls.columns if column.order}

    def __init__(self, request: HttpRequest, queryset: "QuerySet[Row]") -> None:
        self.request = request
        self.queryset = queryset

    def counted(self, number: int) -> str:
        """« 12 personnes »: a table says what its rows are."""
        return ngettext("%s résultat", "%s résultats", number) % number_fr(number)

    # --- What the address asks ---

    @cached_property
    def values(self) -> dict[str, str]:
        """What each filter was given, in its one good form."""
        return {each.param: each.read(self.request.GET.get(each.param, "")) for each in self.filters}

    @property
    def controls(self) -> list[tuple[Filter, str]]:
        return [(each, self.values[each.param]) for each in self.filters]

    @property
    def filtered(self) -> bool:
        return any(self.values.values())

    @cached_property
    def sort(self) -> str:
        asked = self.request.GET.get(SORT, "")
        return asked if asked.removeprefix("-") in self.sortable() else self.default_sort

    # --- Rows ---

    @cached_property
    def rows(self) -> "QuerySet[Row]":
        found = self.queryset
        for each in self.filters:
            if value := self.values[each.param]:
                found = each.narrow(found, value)
        if not self.sort:
            return found
        column = next(column for column in self.columns if column.key == self.sort.removeprefix("-"))
        descending = self.sort.startswith("-")
        # The key breaks ties: without it a row could stand on two pages, or on none.
        return found.order_by(*(ordering(found.model, name, descending=descending) for name in column.order), "pk")

    @cached_property
    def page(self) -> "Page[Row]":
        # Nine digits are more pages than there are rows; longer numbers only cost time to read.
        return Paginator(self.rows, self.page_size).get_page(self.request.GET.get(PAGE, "1")[:9])

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @cached_property
    def lines(self) -> list[SafeString]:
        return rows.drawn(self.columns, self.page, self.request)

    # --- Words and addresses ---

    @property
    def summary(self) -> str:
        return self.counted(self.total)

    @property
    def position(self) -> str:
        return _("%(first)s à %(last)s sur %(total)s") % {
            "first": number_fr(self.page.start_index()),
            "last": number_fr(self.page.end_index()),
            "total": number_fr(self.total),
        }

    def query(self, **changes: Any) -> str:
        """The address of this list with some things changed; what says nothing is left out."""
        sort = "" if self.sort == self.default_sort else self.sort
        merged = {**self.values, SORT: sort, **changes}
        return "?" + urlencode({name: value for name, value in merged.items() if value})

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> Heading:
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "none")
        asked = f"-{column.key}" if direction == "ascending" else column.key
        return Heading(column, direction, self.query(**{SORT: asked}) if column.order else "")

    @property
    def pages(self) -> list[tuple[int | None, str]]:
        """Numbers with their address; None stands for the ones left out."""
        numbers = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1)
        return [(number, self.at(number)) if isinstance(number, int) else (None, "") for number in numbers]

    def at(self, number: int) -> str:
        return self.query(**{PAGE: "" if number == 1 else number})

    @property
    def previous(self) -> str:
        return self.at(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        return self.at(self.page.number + 1) if self.page.has_next() else ""

    @property
    def empty_href(self) -> str:
        return reverse(self.empty_url_name) if self.empty_url_name else ""

    @property
    def csv_query(self) -> str:
        return self.query(**{FORMAT: "csv"})

    # --- Answers ---

    def csv(self) -> HttpResponse:
        columns = [column for column in self.columns if column.export]
        lines = ([column.exported(row) for column in columns] for row in self.rows.iterator(1000))
        return spreadsheet.answer(self.file_name, [str(column.label) for column in columns], lines)

    def answer(self, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """The whole page, or only the list when htmx asks for it, or the file when ?format=csv does."""
        if self.request.GET.get(FORMAT) == "csv":
            return self.csv()
        # Drawn here rather than where the page shows them: so deep inside templates they took twice as long, as calls
        # that cross the end of a block of its stack cost Python 3.11 dearly (python/cpython#142183).
        self.lines  # noqa: B018
        if self._only_the_list():
            response = render(self.request, self.results_template, {"table": self})
            response["HX-Push-Url"] = self.request.path + self.at(self.page.number).removesuffix("?")
        else:
            response = render(self.request, template, {**(context or {}), "table": self})
        # The browser keeps the two apart: « back » must not show a fragment as a page.
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def _only_the_list(self) -> bool:
        htmx = getattr(self.request, "htmx", None)
        return bool(htmx and htmx.target == self.id and not htmx.history_restore_request)
