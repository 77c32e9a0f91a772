"""The part of a form where one says to whom a thing exists."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College
from accounts.people.models import User
from projects.access.confidentiality import check_chosen, colleges_open_to, levels_open_to
from projects.access.enums import Confidentiality
from projects.access.standing import standing_of

if TYPE_CHECKING:
    from projects.groups.models import WorkingGroup


class ConfidentialityPart(forms.Form):
    """Give it the writer and the group: it offers what they may read themselves, the group's habit first."""

    confidentiality = forms.ChoiceField(
        label=_("Confidentialité"), help_text=_("Pour qui n’est pas concerné, ceci n’existe pas.")
    )
    college = forms.ChoiceField(
        label=_("Collège auquel c’est réservé"),
        required=False,
        help_text=_("Pour le niveau «\u00a0Collège\u00a0» seulement."),
    )

    def __init__(self, *args: Any, writer: User, group: "WorkingGroup", **kwargs: Any) -> None:
        self.group, self.standing = group, standing_of(writer)
        levels, colleges = levels_open_to(self.standing, group), colleges_open_to(self.standing, group)
        habit = group.default_confidentiality
        # A level that one cannot read, or that asks for a college, is nobody's default.
        first = habit if habit in levels and habit != Confidentiality.COLLEGE else Confidentiality.GROUP
        kwargs["initial"] = {"confidentiality": first, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["confidentiality"].choices = [(level.value, level.label) for level in levels]  # type: ignore[attr-defined]
        if Confidentiality.COLLEGE in levels:
            sides = [("", "—"), *((side.value, side.label) for side in College if side in colleges)]
            self.fields["college"].choices = sides  # type: ignore[attr-defined]
        else:
            del self.fields["college"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "confidentiality" in data and not self.has_error("college"):
            try:
                check_chosen(
                    self.standing,
                    self.group,
                    confidentiality=data["confidentiality"],
                    college=data.setdefault("college", ""),
                )
            except ValidationError as error:
                self.add_error(None, error)
        return data
