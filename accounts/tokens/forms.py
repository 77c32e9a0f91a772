from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tokens.models import ApiToken, Scope


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Nom"),
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text=_("Ce qui s’en servira\u00a0: «\u00a0Tableau de bord\u00a0», «\u00a0Export du lundi\u00a0»."),
    )
    scope = forms.ChoiceField(
        label=_("Portée"),
        choices=Scope.choices,
        initial=Scope.READ,
        widget=forms.RadioSelect,
        help_text=_("Dans les limites de vos propres droits."),
    )
    expires_at = forms.DateField(
        label=_("Dernier jour"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Ensuite, le jeton ne sert plus. Sans date, il dure jusqu’à ce que vous le révoquiez."),
    )

    def clean_expires_at(self) -> datetime | None:
        """The end of that day, on this person's clock."""
        day = self.cleaned_data["expires_at"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None
