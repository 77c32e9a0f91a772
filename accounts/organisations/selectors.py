"""Finding organisations, under every spelling they are known by."""

import re
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.organisations.models import Alias, Organisation
from filiere.text import fold

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 8
MOST_PROPOSED = 20


def organisations() -> "QuerySet[Organisation]":
    return Organisation.objects.living()


def matching(queryset: "QuerySet[Organisation]", text: str) -> "QuerySet[Organisation]":
    """Those of which one spelling holds every word, in any order; best first, in one query.

    Acronym as typed, then whole spelling, then beginning of a spelling, then the words together, then anywhere.
    """
    typed = fold(text)
    words = _WORD.findall(typed)[:_MOST_WORDS]
    if not words:
        return queryset.none() if typed else queryset
    together = " ".join(words)
    spellings = Alias.objects.filter(*(Q(folded__contains=word) for word in words))
    ranks = spellings.filter(organisation=OuterRef("pk")).annotate(
        rank=Case(
            When(folded=typed, own=True, text=OuterRef("acronym"), then=Value(0)),
            When(folded=typed, then=Value(1)),
            When(Q(folded__startswith=typed) | Q(folded__startswith=together), then=Value(2)),
            When(folded__contains=together, then=Value(3)),
            default=Value(4),
            output_field=IntegerField(),
        )
    )
    best: Any = Subquery(ranks.order_by("rank").values("rank")[:1])
    # Found in one reading of the spellings, and only then ranked: counting ranks nothing.
    found = queryset.filter(pk__in=spellings.values("organisation"))
    return found.annotate(rank=best).order_by("rank", "alphabetical", "id")


def known() -> "QuerySet[Organisation]":
    """Also those that were merged, with what they became: one step away, since merging flattens chains."""
    return Organisation.objects.select_related("merged_into")


def survivor(pk: UUID | str) -> Organisation:
    organisation: Organisation = known().get(pk=pk)
    return organisation.merged_into or organisation


def other_names(organisation: Organisation) -> list[str]:
    return [alias.text for alias in organisation.aliases.all() if not alias.own]
