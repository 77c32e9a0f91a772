from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from filiere.web.forms import VersionedForm
from projects.access.enums import Confidentiality
from projects.contracts.models import Contract, Project
from projects.groups.enums import ApprovalRule, GroupKind
from projects.groups.models import WorkingGroup

CADENCE_HELP = _(
    "Tel que le contrat l’écrit\u00a0: «\u00a0toutes les 6 semaines\u00a0», «\u00a02 fois par an\u00a0», "
    "«\u00a0autant que de besoin\u00a0». La page du groupe dira ce que l’application en comprend."
)


class PresentationForm(forms.Form):
    """What those who steer the group set by themselves (`services.PRESENTED`)."""

    name = forms.CharField(label=_("Nom"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    presentation = forms.CharField(
        label=_("Présentation"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("À quoi sert le groupe, ce qu’il doit remettre, et à qui."),
    )
    cadence = forms.CharField(
        label=_("Rythme des réunions"),
        max_length=120,
        required=False,
        help_text=CADENCE_HELP,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class GroupForm(PresentationForm):
    """The rest decides who may do what, and belongs to coordinators."""

    kind = forms.ChoiceField(label=_("Nature"), choices=GroupKind.choices)
    parent = forms.ModelChoiceField(
        label=_("Groupe parent"),
        queryset=WorkingGroup.objects.none(),
        required=False,
        empty_label="—",
        help_text=_("Celui auquel il rend compte\u00a0: le comité de pilotage d’un groupe de travail, par exemple."),
    )
    projects = forms.ModelMultipleChoiceField(
        label=_("Projets servis"),
        queryset=Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    approval_rule = forms.ChoiceField(
        label=_("Approbation"),
        choices=ApprovalRule.choices,
        help_text=_("Combien de pilotes et copilotes doivent approuver un livrable ou un compte rendu."),
    )
    default_confidentiality = forms.ChoiceField(
        label=_("Confidentialité par défaut"),
        choices=Confidentiality.choices,
        help_text=_("Celle de ce qu’on y dépose, tant que personne n’en choisit une autre."),
    )

    def offer(self, contract: Contract, *, but: WorkingGroup | None = None) -> None:
        """Parents and projects of that contract; a group is not proposed as its own parent."""
        parents: Any = self.fields["parent"]
        parents.queryset = contract.groups.exclude(pk=but.pk) if but else contract.groups.all()
        projects: Any = self.fields["projects"]
        projects.queryset = contract.projects.all()
        projects.label_from_instance = lambda project: f"{project.number}. {project.title}"


class NewGroupForm(GroupForm):
    slug = forms.SlugField(
        label=_("Adresse"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_(
            "Le dernier mot de l’adresse du groupe, qui ne changera plus\u00a0: des lettres sans accent, des chiffres, "
            "des traits d’union. Laissez vide pour la tirer du nom."
        ),
    )
    field_order = ("name", "slug", "kind", "parent", "projects", "presentation", "cadence")

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "kind": GroupKind.WORKING_GROUP,
            "approval_rule": ApprovalRule.ANY,
            "default_confidentiality": Confidentiality.GROUP,
        }
        super().__init__(*args, **kwargs)
        self.offer(contract)


class PresentationChangeForm(PresentationForm, VersionedForm):
    def __init__(self, *args: Any, instance: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=_stands(instance, self.base_fields), **kwargs)


class GroupChangeForm(GroupForm, VersionedForm):
    field_order = ("name", "kind", "parent", "projects", "presentation", "cadence")

    def __init__(self, *args: Any, instance: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial=_stands(instance, self.base_fields), **kwargs)
        self.offer(instance.contract, but=instance)


class ConfirmationForm(VersionedForm):
    """No field: the version that was shown, so that nobody archives a group that has just changed hands."""


def _stands(group: WorkingGroup, fields: Any) -> dict[str, Any]:
    stands = {name: getattr(group, name) for name in fields if name not in {"version", "projects"}}
    return {**stands, "projects": list(group.projects.all())} if "projects" in fields else stands
