"""Forms of the pages that say who may do what, and why."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.people.models import User
from filiere.days import today
from filiere.web.forms import DateInput
from projects.groups.access.explanations import ever_in
from projects.groups.models import WorkingGroup


class QuestionForm(forms.Form):
    """Read from the address. `about_others` and `by_address` are what this reader may ask."""

    personne = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Personne"), required=False, empty_label=gettext_lazy("Tout le monde")
    )
    adresse = forms.EmailField(
        label=gettext_lazy("ou son adresse électronique"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("De qui n’a jamais eu de mandat dans ce groupe."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    le = forms.DateField(label=gettext_lazy("Le"), required=False, widget=DateInput)

    def __init__(self, data: Any, *, group: WorkingGroup, reader: User, about_others: bool, by_address: bool) -> None:
        super().__init__(data)
        self.reader, self.about_others = reader, about_others
        if about_others:
            field: Any = self.fields["personne"]
            field.queryset = ever_in(group)
        else:
            del self.fields["personne"]
        if not (about_others and by_address):
            del self.fields["adresse"]

    def clean_adresse(self) -> User | None:
        address = self.cleaned_data["adresse"].strip().lower()
        if not address:
            return None
        person = User.objects.filter(email=address).first()
        if person is None:
            raise ValidationError(_("Personne n’a de compte à cette adresse."))
        return person

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        found = data.get("adresse") or data.get("personne")
        data["person"] = found if self.about_others else self.reader
        data["day"] = data.get("le") or today()
        return data


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi faut-il lire ce groupe sans mandat\u202f?"),
        min_length=20,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Vingt caractères au moins. Les pilotes vous liront, et le journal garde vos mots pour toujours\u00a0: "
            "ne nommez personne."
        ),
    )
