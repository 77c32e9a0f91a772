"""Lists: filtered, searched, ordered and paged by their address; what the address gets wrong is said, not ignored."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, ForeignKey, Model, OneToOneField, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import BooleanFilter
from django_filters import rest_framework as filters
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

from filiere.text import fold

if TYPE_CHECKING:
    from rest_framework.views import APIView

LONGEST_SEARCH = 200
# DRF reads it to choose a renderer, on every address.
FORMAT = "format"


class Pagination(PageNumberPagination):
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    page_query_description: Any = gettext_lazy("Numéro de la page, à partir de 1.")
    page_size_query_description: Any = gettext_lazy("Nombre d’éléments par page, 200 au plus.")

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and int(given[:9])):
            raise exceptions.ValidationError({"page_size": [_("Écrivez un nombre entre 1 et 200.")]})
        return min(int(given[:9]), self.max_page_size)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": link, "previous": link, "results": schema},
        }


class YesOrNo(forms.Field):
    """What says neither yes nor no is refused: the library would take it for nothing asked, and return everything."""

    widget = forms.TextInput
    words = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        try:
            return self.words[value.strip().lower()]
        except KeyError:
            raise ValidationError(_("Écrivez true ou false.")) from None


class FilterSet(filters.FilterSet):
    """A reference is filtered by its id alone: no look-up tells whether a hidden object exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.filters.values():
            if isinstance(one, BooleanFilter):
                one.field_class = YesOrNo
                one.extra["widget"] = YesOrNo.widget

    class Meta:
        filter_overrides: Mapping[type, Mapping[str, Any]] = {
            kind: {"filter_class": filters.UUIDFilter} for kind in (ForeignKey, OneToOneField)
        }


class Filters(filters.DjangoFilterBackend):
    filterset_base = FilterSet

    def get_filterset_class(self, view: Any, queryset: Any = None) -> Any:
        """The class made of `filterset_fields` is made once: the library would make it again at each request."""
        if getattr(view, "filterset_class", None) or not getattr(view, "filterset_fields", None):
            return super().get_filterset_class(view, queryset)
        return _filterset_of(view.__class__)

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if not getattr(view, "filterset_class", None):
            filterset = self.get_filterset_class(view, queryset)
            if filterset is None or filterset.base_filters.keys().isdisjoint(request.query_params):
                return queryset  # nothing asked: no form to build and check
        narrowed: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return narrowed


@cache
def _filterset_of(view: Any) -> Any:
    return filters.DjangoFilterBackend.get_filterset_class(Filters(), view, view.queryset)


class Search(SearchFilter):
    """Every word must be found in one of `search_fields`: columns that hold text folded by `filiere.text.fold`."""

    search_description: Any = gettext_lazy("Mots cherchés, sans égard aux accents ni aux majuscules.")
    default_lookup = "contains"

    def get_search_terms(self, request: Request) -> list[str]:
        given = request.query_params.get(self.search_param, "")
        if len(given) > LONGEST_SEARCH:
            raise exceptions.ValidationError({"search": [_("Cherchez avec 200 caractères au plus.")]})
        if "\x00" in given:
            raise exceptions.ValidationError({"search": [_("Le caractère nul ne se cherche pas.")]})
        return fold(given).split()

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        return super().get_schema_operation_parameters(view) if getattr(view, "search_fields", None) else []


class Ordering(BaseFilterBackend):
    """`?ordering=name,-changed_at` among the view's `ordering_fields`; the key always comes last.

    Without it two rows of one name could trade places between two pages, and one be read twice, the other never.
    """

    parameter = "ordering"

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: "APIView") -> QuerySet[Any]:
        given = request.query_params.get(self.parameter, "")
        chosen = self._chosen(given, view) if given else _current(queryset)
        named = {term.lstrip("-") for term in chosen if isinstance(term, str)}
        terms = [_nulls_last(term, queryset.model) for term in chosen]
        return queryset.order_by(*terms, *([] if named & {"pk", "id"} else ["pk"]))

    def _chosen(self, given: str, view: "APIView") -> list[str]:
        allowed = columns(view)
        chosen = []
        for term in given.split(","):
            name = term.strip()
            descending, name = name.startswith("-"), name.removeprefix("-")
            if name not in allowed:
                choices = ", ".join(allowed)
                sentence = (
                    _("«\u00a0%(name)s\u00a0» ne trie pas cette liste. Choix\u00a0: %(choices)s.")
                    if choices
                    else _("Cette liste a un seul ordre.")
                )
                raise exceptions.ValidationError({self.parameter: [sentence % {"name": name, "choices": choices}]})
            chosen.append("-" * descending + allowed[name])
        return chosen

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        names = columns(view)
        if not names:
            return []
        values = [value for name in names for value in (name, f"-{name}")]
        return [
            {
                "name": self.parameter,
                "in": "query",
                "required": False,
                "description": _(
                    "Ordre de la liste\u00a0; «\u00a0-\u00a0» inverse. Plusieurs noms se séparent par des virgules."
                ),
                "schema": {"type": "array", "items": {"type": "string", "enum": values}},
                "style": "form",
                "explode": False,
            }
        ]


def columns(view: "APIView") -> Mapping[str, str]:
    """Public names of `ordering_fields` and the columns they stand for."""
    fields: Mapping[str, str] | Sequence[str] = getattr(view, "ordering_fields", ())
    return fields if isinstance(fields, Mapping) else {name: name for name in fields}


def _current(queryset: QuerySet[Any]) -> Sequence[Any]:
    return queryset.query.order_by or queryset.model._meta.ordering or ()


def _nulls_last(term: Any, model: type[Model]) -> Any:
    """The two databases disagree on where nothing goes: here it always comes last."""
    if not isinstance(term, str) or not _may_be_null(term.lstrip("-"), model):
        return term
    column = F(term.lstrip("-"))
    return OrderBy(column, descending=term.startswith("-"), nulls_last=True)


def _may_be_null(path: str, model: type[Model]) -> bool:
    step: Any = model
    for name in path.split("__"):
        try:
            field = step._meta.pk if name == "pk" else step._meta.get_field(name)
        except FieldDoesNotExist:
            return False  # an annotation: its selector decides
        if getattr(field, "null", False):
            return True
        step = getattr(field, "related_model", None)
    return False


def refuse_unknown_parameters(request: Request, view: Any) -> None:
    """A misspelt filter would return everything, and its sender would believe it filtered."""
    known = {FORMAT, *view.query_parameters()}
    if unknown := sorted(set(request.query_params) - known):
        raise exceptions.ValidationError({name: [_("Ce paramètre n’existe pas ici.")] for name in unknown})
