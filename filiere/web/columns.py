"""What a list shows of each row, and in what order it can stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Choices, F, Model, OrderBy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SORT_ICONS = {"ascending": "arrow-up", "descending": "arrow-down", "none": "sort"}


@dataclass(frozen=True)
class Column:
    """`value` (the attribute called `key` by default, dots lead through relations) feeds cell, template and CSV."""

    key: str
    label: "StrOrPromise"
    sort: str | Sequence[str] = ()
    value: Callable[[Any], Any] | None = None
    template: str = ""
    export: Callable[[Any], Any] | bool = True
    align: str = "start"
    narrow: bool = True

    @property
    def order(self) -> Sequence[str]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    @property
    def looks(self) -> str:
        """Classes: a column that is not `narrow` leaves small screens; one that is not exported holds no value."""
        return " ".join(
            name
            for name, worn in (
                ("cell-end", self.align == "end"),
                ("cell-wide", not self.narrow),
                ("cell-bare", self.export is False),
            )
            if worn
        )

    def of(self, row: Any) -> Any:
        if self.value:
            return self.value(row)
        found: Any = row
        for name in self.key.split("."):
            found = getattr(found, name, None)
        return found() if callable(found) else found

    def exported(self, row: Any) -> Any:
        return self.export(row) if callable(self.export) else self.of(row)


def label_of(key: str, choices: type[Choices]) -> Callable[[Any], str]:
    """What a choice is called. Django's own `get_…_display` goes through all of them again at every row."""
    labels = dict(choices.choices)

    def label(row: Any) -> str:
        chosen = getattr(row, key)
        return str(labels.get(chosen, chosen))

    return label


@dataclass(frozen=True)
class Heading:
    column: Column
    direction: str
    query: str

    @property
    def icon(self) -> str:
        return SORT_ICONS[self.direction]


def ordering(model: type[Model], name: str, *, descending: bool) -> OrderBy:
    """Where a value can be empty the two databases put it at different ends; a plain column keeps its index."""
    last = True if _can_be_empty(model, name) else None
    return F(name).desc(nulls_last=last) if descending else F(name).asc(nulls_last=last)


def _can_be_empty(model: type[Model], path: str) -> bool:
    kind: Any = model
    for name in path.split("__"):
        try:
            found = kind._meta.pk if name == "pk" else kind._meta.get_field(name)
        except FieldDoesNotExist:
            return True  # an annotation
        if found.null or not found.concrete:
            return True
        kind = found.related_model or kind
    return False
