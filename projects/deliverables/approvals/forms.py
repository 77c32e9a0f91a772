"""What a person says of a version, and how they stand aside."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.deliverables.approvals.rules import Capacity
from projects.deliverables.versions.models import Version
from projects.deliverables.workflow import Move

DECISIONS = (Move.APPROVE, Move.REQUEST_CHANGES)


class DecisionForm(forms.Form):
    """Both answers on one page: the button that is pressed says which. It binds to the content that was shown."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decision = forms.CharField(required=False)
    capacity = forms.ChoiceField(label=gettext_lazy("En qualité de"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Motif ou remarque"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Obligatoire pour demander des modifications. L’auteur le reçoit\u202f; le groupe le lit."
        ),
    )

    def __init__(self, *args: Any, version: Version, capacities: Sequence[Capacity], **kwargs: Any) -> None:
        kwargs["initial"] = {"sha256": version.sha256}
        super().__init__(*args, **kwargs)
        self.capacities = capacities
        if len(capacities) > 1:
            choice: Any = self.fields["capacity"]
            choice.choices = [(each.key, words_of(each)) for each in capacities]
            self.initial["capacity"] = capacities[0].key
        else:
            del self.fields["capacity"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("decision") not in DECISIONS:
            self.add_error(None, _("Dites si vous approuvez cette version, ou si vous demandez des modifications."))
        return data

    @property
    def chosen(self) -> str:
        """The only capacity is nobody's choice: the service finds it again by itself."""
        return str(self.cleaned_data.get("capacity", ""))


class RecusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Motif"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Lu par le groupe\u00a0: un intérêt dans le sujet, un lien avec un contributeur…"),
    )


def words_of(capacity: Capacity) -> str:
    words = {"role": capacity.role, "organisation": capacity.organisation, "voice": capacity.voice.get_full_name()}
    if capacity.delegation is None:
        return _("%(role)s, pour %(organisation)s") % words
    return _("par délégation de %(voice)s (%(role)s, %(organisation)s)") % words
