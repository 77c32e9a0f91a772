"""Whom an opinion is asked of, and what is said."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.people.models import User
from filiere.web.forms import DateInput
from projects.deliverables.enums import OpinionKind


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name()


class AskForm(forms.Form):
    people = PeopleField(
        label=gettext_lazy("À qui"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Celles et ceux qui suivent ce livrable, et à qui rien n’est encore demandé."),
        error_messages={"required": gettext_lazy("Cochez au moins une personne.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("Pour le"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy(
            "Un avis attendu ne retient rien\u00a0: passé ce jour, il est seulement noté en retard."
        ),
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.queryset = people


class GiveForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Votre avis"), choices=OpinionKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("Ce qui le motive"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Obligatoire avec des réserves, ou pour un avis défavorable."),
    )
