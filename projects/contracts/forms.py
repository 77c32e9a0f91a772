"""Forms of the contract. Those that change something carry the version they showed; a code is asked for once."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.web.forms import DateInput, VersionedForm
from projects.contracts.entries import Taker
from projects.contracts.enums import Part
from projects.contracts.fields import OrganisationLines, in_lines
from projects.contracts.models import CODE_HELP, Axis, Contract, Project

PLAIN = {"autocomplete": "off"}
LARGEST_NUMBER = 32_767


def _line(label: Any, length: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.TextInput(attrs=PLAIN), **options)


def _text(label: Any, length: int, rows: int = 5, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, required=False, widget=widget, **options)


def _code() -> forms.SlugField:
    return forms.SlugField(label=_("Code"), max_length=40, help_text=CODE_HELP, widget=forms.TextInput(attrs=PLAIN))


def _lines(text: str) -> str:
    """Browsers end lines their own way; two texts that say the same must compare alike."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _date(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


class Editing(VersionedForm):
    """Shows what stands in the fields, and in a conflict beside what was typed."""

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=self.stands(instance), **kwargs)

    def stands(self, instance: Any) -> dict[str, Any]:
        return {name: getattr(instance, name) for name in self.base_fields if name != "version"}

    def show_conflict(self, current: Any) -> None:
        super().show_conflict(current)
        self.current = SimpleNamespace(**self.compared(current))

    def compared(self, instance: Any) -> dict[str, Any]:
        """What stands, in the form in which what was typed is understood."""
        return self.stands(instance)

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ContractForm(forms.Form):
    title = _line(_("Titre"), 200)
    sector = _line(_("Filière"), 200)
    starts_on = _date(_("Début"))
    ends_on = _date(_("Fin"), help_text=_("Telle que signée\u00a0: un avenant qui la change le dit lui-même."))
    presentation = _text(_("Présentation"), 5000)
    organisations = OrganisationLines(label=_("Signataires"))

    def content(self) -> dict[str, Any]:
        return {**self.cleaned_data, "organisations": keys(self.cleaned_data["organisations"])}


class NewContractForm(ContractForm):
    code = _code()
    field_order = ["code"]


class ContractEditForm(ContractForm, Editing):
    def stands(self, instance: Contract) -> dict[str, Any]:
        return {**super().stands(instance), "organisations": in_lines(instance.organisations.all())}

    def compared(self, instance: Contract) -> dict[str, Any]:
        return {**self.stands(instance), "organisations": list(instance.organisations.all())}

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in super().content().items() if name != "version"}


class AmendmentForm(forms.Form):
    number = forms.IntegerField(label=_("Numéro"), min_value=1, max_value=LARGEST_NUMBER)
    title = _line(_("Objet"), 200)
    signed_on = _date(_("Signé le"))
    ends_on = _date(
        _("Nouvelle fin du contrat"), required=False, help_text=_("Vide quand l’avenant ne touche pas à la fin.")
    )
    summary = _text(_("Ce qu’il change"), 5000)


class AmendmentEditForm(AmendmentForm, Editing):
    pass


class AxisForm(forms.Form):
    title = _line(_("Titre"), 300)


class NewAxisForm(AxisForm):
    code = _code()
    field_order = ["code"]


class AxisEditForm(AxisForm, Editing):
    pass


class ProjectForm(forms.Form):
    axis = forms.ModelChoiceField(label=_("Axe"), queryset=Axis.objects.none(), empty_label="—")
    number = forms.IntegerField(
        label=_("Numéro"),
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text=_("Dans la version en vigueur du contrat\u00a0: il peut changer, le code non."),
    )
    title = forms.CharField(label=_("Intitulé"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    other_titles = _text(
        _("Autres intitulés"),
        2000,
        rows=3,
        help_text=_("Un par ligne\u00a0: ce qu’on lit ailleurs, ou ce qu’on lisait dans une version précédente."),
    )
    summary = _text(_("Résumé"), 5000)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        axis: Any = self.fields["axis"]
        axis.queryset = contract.axes.all()

    def clean_other_titles(self) -> str:
        return _lines(self.cleaned_data["other_titles"])


class NewProjectForm(ProjectForm):
    code = _code()
    field_order = ["code"]


class ProjectEditForm(ProjectForm, Editing):
    pass


class ParticipationsForm(Editing):
    pilote = OrganisationLines(label=Part.PILOT.label)
    cogouvernance = OrganisationLines(label=Part.CO_GOVERNANCE.label)
    partenaire = OrganisationLines(label=Part.PARTNER.label)

    def stands(self, instance: Project) -> dict[str, Any]:
        return {name: in_lines(organisations) for name, organisations in self.compared(instance).items()}

    def compared(self, instance: Project) -> dict[str, Any]:
        takers = list(instance.participations.select_related("organisation"))
        return {part.value: [taker.organisation for taker in takers if taker.part == part.value] for part in Part}

    def content(self) -> dict[str, Any]:
        return {
            "participations": [
                Taker(organisation=pk, part=part.value) for part in Part for pk in keys(self.cleaned_data[part.value])
            ]
        }


class CriteriaForm(Editing):
    criteria = _text(_("Critères d’évaluation"), 20_000, rows=10, help_text=_("Un par ligne, dans l’ordre."))

    def stands(self, instance: Project) -> dict[str, Any]:
        return {"criteria": "\n".join(instance.criteria.values_list("text", flat=True))}

    def clean_criteria(self) -> str:
        return _lines(self.cleaned_data["criteria"])

    def content(self) -> dict[str, Any]:
        return {"criteria": self.cleaned_data["criteria"].splitlines()}


def keys(organisations: Iterable[Organisation]) -> list[Any]:
    return [each.pk for each in organisations]
