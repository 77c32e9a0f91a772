"""Two texts of one object, field by field: what was typed, what stands now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from filiere.web import french


@dataclass(frozen=True)
class Difference:
    label: str
    typed: str
    stands: str


def differences(form: forms.BaseForm, current: Any) -> list[Difference]:
    found = []
    for bound in form.visible_fields():
        if not hasattr(current, bound.name):
            continue
        typed, stands = _typed(form, bound), _stands(bound.field, getattr(current, bound.name))
        if typed != stands:
            found.append(Difference(str(bound.label), typed, stands))
    return found


def _typed(form: forms.BaseForm, bound: forms.BoundField) -> str:
    cleaned = getattr(form, "cleaned_data", {})
    # What could not be understood is shown as it was written.
    return _stands(bound.field, cleaned.get(bound.name, bound.value()))


def _stands(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return _("Oui") if value else _("Non")
    if isinstance(value, models.Manager):
        return ", ".join(sorted(str(each) for each in value.all()))
    if isinstance(value, (list, tuple, set, models.QuerySet)):
        return ", ".join(sorted(_named(field, each) for each in value))
    return _named(field, value)


def _named(field: forms.Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(_words(field).get(str(value), value))
    if isinstance(value, datetime):
        return french.datetime_fr(value)
    if isinstance(value, date):
        return french.date_fr(value)
    return str(value)


def _words(field: forms.ChoiceField) -> dict[str, Any]:
    choices: Any = field.choices
    pairs: list[tuple[Any, Any]] = list(flatten_choices(choices))
    return {str(key): label for key, label in pairs}
