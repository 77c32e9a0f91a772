"""A form field for many organisations: one a line, under any of their names. Lists are pasted from texts."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.organisations.models import Alias, Organisation, folded

MOST = 200


class OrganisationLines(forms.CharField):
    """Cleans to a list of organisations, without doubles."""

    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "help_text", gettext_lazy("Une organisation par ligne\u00a0: son nom, son sigle, un autre nom.")
        )
        super().__init__(max_length=20_000, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        texts = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(texts) > MOST:
            raise ValidationError(_("Pas plus de %(number)d organisations.") % {"number": MOST})
        answering = _answering(texts)
        found: dict[Any, Organisation] = {}
        errors = []
        for text in texts:
            candidates = _best(text, answering[folded(text)])
            if len(candidates) == 1:
                found[candidates[0].pk] = candidates[0]
            else:
                errors.append(_refusal(text, candidates))
        if errors:
            raise ValidationError(errors)
        return list(found.values())


def in_lines(organisations: Iterable[Organisation]) -> str:
    """The shortest name of each that leads back to it alone."""
    organisations = list(organisations)
    answering = _answering([each.acronym for each in organisations if each.acronym])
    return "\n".join(
        each.acronym if each.acronym and _best(each.acronym, answering[folded(each.acronym)]) == [each] else each.name
        for each in organisations
    )


def _answering(texts: Iterable[str]) -> dict[str, list[Organisation]]:
    """Who answers to each spelling, in one query."""
    found: dict[str, list[Organisation]] = defaultdict(list)
    spellings = Alias.objects.filter(folded__in={folded(text) for text in texts}, organisation__merged_into=None)
    for alias in spellings.select_related("organisation").order_by("organisation__alphabetical", "pk"):
        found[alias.folded].append(alias.organisation)
    return found


def _best(text: str, candidates: list[Organisation]) -> list[Organisation]:
    """A whole name is nobody else's; an acronym outdoes a mere alias."""
    named = [each for each in candidates if folded(each.name) == folded(text)]
    abbreviated = [each for each in candidates if each.acronym == text]
    return named or abbreviated or candidates


def _refusal(text: str, candidates: list[Organisation]) -> str:
    if not candidates:
        return _(
            "Aucune organisation ne répond au nom «\u00a0%(text)s\u00a0»\u00a0: "
            "vérifiez l’orthographe, ou créez-la d’abord."
        ) % {"text": text}
    names = ", ".join(each.name for each in candidates)
    return _("«\u00a0%(text)s\u00a0» désigne plusieurs organisations\u00a0: %(names)s. Écrivez le nom entier.") % {
        "text": text,
        "names": names,
    }
