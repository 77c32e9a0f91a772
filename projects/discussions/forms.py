from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filiere.web.forms import VersionedForm

LONGEST = 5000


class _Words(forms.Form):
    text = forms.CharField(
        label=_("Commentaire"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": ""}),
        help_text=_("Écrivez @ puis un nom pour prévenir quelqu’un qui lit ce livrable."),
    )


class NewThreadForm(_Words):
    about = forms.CharField(
        label=_("À propos de"),
        max_length=200,
        required=False,
        help_text=_("Facultatif\u00a0: «\u00a0page 4, deuxième paragraphe\u00a0»."),
    )
    field_order = ["about", "text"]


class AnswerForm(_Words):
    """Answering is never in conflict: two answers are two comments."""


class CorrectionForm(VersionedForm):
    text = forms.CharField(
        label=_("Commentaire"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5, "data-mentions": ""})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"text": kwargs["instance"].text})
        super().__init__(*args, **kwargs)
