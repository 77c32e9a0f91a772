"""How forms are drawn, and how what a service refuses comes back into them with nothing lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.translation import gettext as _

from filiere.refusals import Refused
from filiere.versions import Stale, version_of


class Renderer(TemplatesSetting):
    """Forms are drawn by our own templates, in templates/django/forms/."""


class VersionedForm(forms.Form):
    """A form that edits one object: it carries the version it showed, in a hidden field.

    `current` stands for what somebody else saved in between, once a service has answered Stale.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    current: Any = None

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": version_of(instance), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def show_conflict(self, current: Any) -> None:
        """Keeps what was typed, shows what stands, and lets the next submission decide knowingly."""
        self.current = current
        data: Any = copy(self.data)  # of a QueryDict: one that can be written
        data[self.add_prefix("version")] = version_of(current)
        self.data = data
        self.add_error(None, _("Une autre personne a enregistré des changements pendant que vous écriviez."))


@contextmanager
def refusals_shown_in(form: forms.BaseForm) -> Iterator[None]:
    """Around a call to a service: its refusals become errors of the form, so `form.is_valid()` then says no."""
    try:
        yield
    except ValidationError as error:
        _add(form, error)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    except Stale as stale:
        if not isinstance(form, VersionedForm):
            raise
        form.show_conflict(stale.current)


@contextmanager
def refusals_said_to(request: HttpRequest) -> Iterator[None]:
    """Around an act that has no fields: its refusals become messages, and what follows inside is skipped."""
    try:
        yield
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
    except Refused as refusal:
        messages.error(request, refusal.sentence)


def _add(form: forms.BaseForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        # A service may name what this form does not show: the sentence still reaches its reader.
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)


class DateInput(forms.DateInput):
    """The browser's own calendar: it wants and gives 2026-11-20, and shows it the reader's way."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "date", **(attrs or {})}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "time", **(attrs or {})}, format="%H:%M")
