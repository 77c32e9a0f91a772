"""Forms about how the work goes: small ones, that say one thing each."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from filiere.web.forms import DateInput
from projects.contracts.forms import Editing
from projects.deliverables.enums import PLAIN, Health, Progress
from projects.deliverables.models import AcceptanceCriterion, Deliverable

REASON = forms.Textarea(attrs={"rows": 4})


class CriteriaForm(Editing):
    met = forms.ModelMultipleChoiceField(
        label=_("Critères satisfaits"),
        queryset=AcceptanceCriterion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, instance: Deliverable, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        field: Any = self.fields["met"]
        field.queryset = instance.criteria.all()

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {"met": [criterion for criterion in instance.criteria.all() if criterion.met]}


class ProgressForm(Editing):
    progress = forms.ChoiceField(
        label=_("État d’avancement"), choices=[(value.value, value.label) for value in Progress if value in PLAIN]
    )


class HealthForm(Editing):
    health = forms.ChoiceField(label=_("Météo"), choices=Health.choices, widget=forms.RadioSelect)
    sentence = forms.CharField(
        label=_("En une phrase"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Nécessaire sous les nuages et l’orage\u00a0: ce qui assombrit le ciel."),
    )

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {"health": instance.health}


class AbandonForm(Editing):
    reason = forms.CharField(label=_("Motif"), max_length=2000, widget=REASON)

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {"reason": instance.stopped_because}


class SuspendForm(AbandonForm):
    resumes_on = forms.DateField(
        label=_("Reprise prévue le"),
        required=False,
        widget=DateInput(),
        help_text=_("Laissez vide quand personne ne le sait encore."),
    )

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {**super().stands(instance), "resumes_on": instance.resumes_on}


class ResumeForm(Editing):
    """No field: the version that was shown."""

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {}


class DependencyForm(forms.Form):
    """Offers what a search found; takes any that the reader may see."""

    needs = forms.ModelChoiceField(
        label=_("Livrable attendu"), queryset=Deliverable.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    why = forms.CharField(
        label=_("Pourquoi"), max_length=300, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, offered: QuerySet[Any], found: Sequence[Deliverable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["needs"]
        field.queryset = offered
        field.choices = [(each.pk, _named(each)) for each in found]


def _named(deliverable: Deliverable) -> str:
    code = f"{deliverable.code} " if deliverable.code else ""
    return f"{deliverable.group} — {code}{deliverable.title}"
