from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.people.models import User
from filiere.days import today
from projects.deliverables.enums import PLAIN, Progress
from projects.groups.models import Membership, WorkingGroup

KEEP = _("Ne pas changer")


class TogetherForm(forms.Form):
    """What is left as it is changes nothing."""

    progress = forms.ChoiceField(
        label=_("État d’avancement"),
        required=False,
        choices=[("", KEEP), *((each, Progress(each).label) for each in PLAIN)],
        help_text=_("Suspendre ou abandonner demande un motif\u00a0: cela se fait livrable par livrable."),
    )


class PlanTogetherForm(TogetherForm):
    """For those who also say what is expected, and of whom."""

    owner = forms.ModelChoiceField(
        label=_("Responsable"),
        required=False,
        queryset=User.objects.none(),
        empty_label=KEEP,
        help_text=_("Remplace les responsables de chacun des livrables choisis."),
    )
    due = forms.CharField(
        label=_("Échéance"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "Comme vous l’écririez\u00a0: «\u00a0T1 2027\u00a0», «\u00a0fin 2026\u00a0», «\u00a030 juin 2027\u00a0». "
            "Laissez vide pour ne rien changer."
        ),
    )

    def __init__(self, *args: Any, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = Membership.objects.in_force(today()).filter(group=group)
        people: Any = self.fields["owner"]
        people.queryset = User.objects.filter(pk__in=seats.values("person"), is_active=True)
