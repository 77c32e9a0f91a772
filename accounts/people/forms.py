from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.people import time_zones
from accounts.people.enums import Digest
from accounts.people.models import User
from filiere.web.forms import VersionedForm


def _text(label: Any, *, autocomplete: str = "off") -> forms.CharField:
    return forms.CharField(label=label, max_length=100, widget=forms.TextInput(attrs={"autocomplete": autocomplete}))


def _hour(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, help_text=help_text)


class _AboutPerson(VersionedForm):
    """Begins with what stands, whatever fields the form has."""

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        stands = {name: getattr(instance, name) for name in self.base_fields if hasattr(instance, name)}
        super().__init__(*args, instance=instance, initial=stands, **kwargs)

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PersonForm(_AboutPerson):
    given_name = _text(_("Prénom"))
    family_name = _text(_("Nom"))
    email = forms.EmailField(
        label=_("Adresse électronique"),
        max_length=254,
        help_text=_("Elle sert à se connecter et à recevoir les courriels."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class PreferencesForm(_AboutPerson):
    given_name = _text(_("Prénom"), autocomplete="given-name")
    family_name = _text(_("Nom"), autocomplete="family-name")
    language = forms.ChoiceField(label=_("Langue"), choices=lambda: settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Fuseau horaire"),
        choices=lambda: list(time_zones.choices()),
        help_text=_("Les heures sont affichées et les courriels envoyés à l’heure de ce lieu."),
    )
    digest = forms.ChoiceField(
        label=_("Courriels de rappel"),
        choices=Digest.choices,
        help_text=_("Dans tous les cas, les rappels restent visibles dans l’application."),
    )
    quiet_from = _hour(_("Silence à partir de"))
    quiet_until = _hour(
        _("Silence jusqu’à"),
        _("Aucun courriel entre ces deux heures. De 20:00 à 7:30, le silence passe minuit. Laissez vide pour aucun."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]


class ConfirmationForm(forms.Form):
    """Nothing to fill in: the button is the answer, and a refusal has somewhere to be shown."""


class AnonymisationForm(forms.Form):
    confirmation = forms.CharField(
        label=_("Recopiez l’adresse de cette personne pour confirmer"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
