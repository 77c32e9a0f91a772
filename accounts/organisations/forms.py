from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College, OrganisationKind, Region
from accounts.organisations.models import Organisation
from accounts.organisations.selectors import other_names
from filiere.web.forms import VersionedForm

EMPTY = [("", "—")]


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Nom"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    acronym = forms.CharField(
        label=_("Sigle"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    college = forms.ChoiceField(label=_("Collège"), choices=[*EMPTY, *College.choices])
    kind = forms.ChoiceField(label=_("Nature"), choices=[*EMPTY, *OrganisationKind.choices])
    region = forms.ChoiceField(
        label=_("Région"),
        choices=[*EMPTY, *Region.choices],
        required=False,
        help_text=_("« Nationale » pour ce qui couvre le pays\u202f; rien si la région n’importe pas."),
    )
    aliases = forms.CharField(
        label=_("Autres noms"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Un par ligne\u00a0: anciens noms, abréviations, orthographes rencontrées. La recherche les trouve."
        ),
    )
    confirmed = forms.BooleanField(label=_("Ce sont bien deux organisations différentes"), required=False)

    @property
    def shared_names(self) -> bool:
        """Whether the service asked for a confirmation: the box is shown from then on."""
        errors = [error for errors in self.errors.as_data().values() for error in errors]
        return bool(self["confirmed"].value()) or any(error.code == "shared" for error in errors)

    def content(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {**data, "aliases": data["aliases"].splitlines()}


class OrganisationEditForm(OrganisationForm, VersionedForm):
    def __init__(self, *args: Any, instance: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=_stands(instance), **kwargs)

    def show_conflict(self, current: Organisation) -> None:
        super().show_conflict(current)
        # As text, like what was typed: the two are shown side by side.
        self.current = SimpleNamespace(**_stands(current))


class MergeForm(forms.Form):
    """Confirms. What it merges is in the address, and was shown."""

    absorb = forms.UUIDField(widget=forms.HiddenInput)


def _stands(organisation: Organisation) -> dict[str, Any]:
    fields = {name: getattr(organisation, name) for name in ("name", "acronym", "college", "kind", "region")}
    return {**fields, "aliases": "\n".join(other_names(organisation))}
