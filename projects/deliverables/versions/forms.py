from copy import copy
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.deliverables.enums import ApprovalState
from projects.deliverables.files.formats import ACCEPTED
from projects.deliverables.models import Deliverable
from projects.deliverables.turn import listed, of, said_by
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.selectors import those_that_count


class DepositForm(forms.Form):
    """`shown`: what the page said would come of it. Everything stands before the file, as it must in the body."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    note = forms.CharField(
        label=gettext_lazy("Ce qui change"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("En une phrase, pour ceux qui ont lu la version précédente."),
    )
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        allow_empty_file=True,  # refused by the service, in its own words
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, current: Version | None, too_large: bool = False, **kwargs: Any) -> None:
        kwargs["initial"] = {"shown": _situation(current)}
        super().__init__(*args, **kwargs)
        self.replaced = current
        field: Any = self.fields["file"]
        field.widget.attrs["data-most"] = str(settings.UPLOAD_LIMIT)
        field.widget.attrs["data-too-large"] = too_large_sentence()
        if too_large:
            field.error_messages["required"] = too_large_sentence()

    def clean(self) -> dict[str, Any]:
        """Somebody may have deposited or approved a version since: it is said before it is replaced."""
        data = super().clean() or self.cleaned_data
        now = _situation(self.replaced)
        if data.get("shown") != now:
            again: Any = copy(self.data)  # of a QueryDict: one that can be written
            again[self.add_prefix("shown")] = now
            self.data = again
            self.add_error(
                None, _("La version courante a changé entre-temps\u00a0: relisez ce qui suit, puis déposez de nouveau.")
            )
        return data


def too_large_sentence() -> str:
    return _("Ce fichier est trop gros\u00a0: %(most)s au plus.") % {"most": filesizeformat(settings.UPLOAD_LIMIT)}


def consequences(deliverable: Deliverable, current: Version | None) -> list[str]:
    """What a deposit undoes, in plain words."""
    if current is None:
        return []
    said = []
    approvals = those_that_count(current)
    if len(approvals) == 1:
        said.append(_("L’approbation %(of)s sera caduque.") % {"of": of(said_by(approvals)[0])})
    elif approvals:
        names = listed([of(name) for name in said_by(approvals)])
        said.append(_("Les approbations %(of)s seront caduques.") % {"of": names})
    if current.state == ApprovalState.SUBMITTED:
        said.append(
            _("La version %(number)s n’attendra plus d’approbation\u00a0: la nouvelle sera à soumettre.")
            % {"number": current.number}
        )
    if deliverable.validated_id == current.pk:
        said.append(
            _("La version %(number)s restera la dernière validée, jusqu’à ce que la nouvelle le soit.")
            % {"number": current.number}
        )
    return said


def _situation(current: Version | None) -> str:
    return f"{current.number}.{len(those_that_count(current))}" if current else "0"
