"""Forms about what is expected of a deliverable. Those about how the work goes are in `following_forms`."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.people.models import User
from filiere.days import today
from projects.access.forms import ConfidentialityPart
from projects.contracts.fields import OrganisationLines, in_lines
from projects.contracts.forms import Editing
from projects.contracts.models import Project
from projects.deliverables.models import Deliverable
from projects.groups.models import Membership, WorkingGroup

PLAIN = {"autocomplete": "off"}
LISTS = ("projects", "owners", "organisations")


class DeliverableForm(ConfidentialityPart):
    title = forms.CharField(
        label=gettext_lazy("Intitulé"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, **PLAIN})
    )
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("Celui du contrat, s’il en a un, «\u00a0P04-L01\u00a0» par exemple."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Ce qui est attendu, pour qui, sous quelle forme."),
    )
    criteria = forms.CharField(
        label=gettext_lazy("Critères d’acceptation"),
        max_length=30_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Un par ligne\u00a0: ce à quoi les pilotes verront que le livrable est conforme."),
    )
    due = forms.CharField(
        label=gettext_lazy("Échéance"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Comme on l’écrit\u00a0: «\u00a0S1 2027\u00a0», «\u00a0fin 2026/début 2027\u00a0», "
            "«\u00a0d’ici fin 2026\u00a0», «\u00a030 juin 2027\u00a0»."
        ),
    )
    recurrent = forms.BooleanField(
        label=gettext_lazy("Récurrent"),
        required=False,
        help_text=gettext_lazy("Il revient à chaque période\u00a0: on ne le dit pas en retard."),
    )
    owners = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Responsables"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Parmi ceux qui siègent dans le groupe."),
    )
    organisations = OrganisationLines(label=gettext_lazy("Organisations contributrices"))
    projects = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Projets servis"),
        queryset=Project.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Ceux du groupe d’abord."),
    )
    parent = forms.ModelChoiceField(
        label=gettext_lazy("Fait partie de"), queryset=Deliverable.objects.none(), required=False, empty_label="—"
    )
    needs_bureau = forms.BooleanField(
        label=gettext_lazy("Porte une position du comité"),
        required=False,
        help_text=gettext_lazy(
            "Après ses pilotes, le Bureau doit le valider\u00a0: aucune position ne sort sans cela."
        ),
    )

    def __init__(self, *args: Any, writer: User, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, writer=writer, group=group, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owners"].queryset = _seated(group)
        fields["projects"].queryset = _projects_of(group)
        fields["projects"].label_from_instance = lambda project: f"{project.number}. {project.title}"
        fields["parent"].queryset = (
            Deliverable.objects.visible_to(writer).filter(group=group).order_by("due_order", "pk")
        )
        fields["due"].widget.attrs = {**PLAIN, **_read_while_typed(group)}

    def clean_criteria(self) -> str:
        lines = (line.strip() for line in self.cleaned_data["criteria"].splitlines())
        return "\n".join(line for line in lines if line)

    def content(self) -> dict[str, Any]:
        written = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {**written, "criteria": written["criteria"].splitlines()}


class NewDeliverableForm(DeliverableForm):
    pass


class ChangeDeliverableForm(Editing, DeliverableForm):
    def __init__(self, *args: Any, instance: Deliverable, writer: User, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, writer=writer, group=instance.group, **kwargs)
        fields: dict[str, Any] = self.fields
        # Who left the group since stays on the list, for the writer to decide.
        fields["owners"].queryset = _seated(instance.group, or_owner_of=instance)
        above = fields["parent"].queryset
        fields["parent"].queryset = above.exclude(pk=instance.pk)
        if instance.parent_id and not above.filter(pk=instance.parent_id).exists():
            del self.fields["parent"]  # hidden from the writer, who leaves it as it is

    def stands(self, instance: Deliverable) -> dict[str, Any]:
        return {**self.compared(instance), "organisations": in_lines(instance.organisations.all())}

    def compared(self, instance: Deliverable) -> dict[str, Any]:
        plain = ("title", "code", "description", "due", "recurrent", "needs_bureau", "confidentiality", "college")
        return {
            **{name: getattr(instance, name) for name in plain},
            "parent": instance.parent,
            "criteria": "\n".join(instance.criteria.values_list("text", flat=True)),
            **{name: list(getattr(instance, name).all()) for name in LISTS},
        }

    def content(self) -> dict[str, Any]:
        """What was not touched is not written: somebody who left the group stands in the way of nothing else."""
        changed = {*self.changed_data, "confidentiality", "college"}
        return {name: value for name, value in DeliverableForm.content(self).items() if name in changed}


def _seated(group: WorkingGroup, *, or_owner_of: Deliverable | None = None) -> QuerySet[User]:
    seats = Membership.objects.in_force(today()).filter(group=group, person=OuterRef("pk"))
    chosen = Q(Exists(seats), is_active=True)
    if or_owner_of is not None:
        chosen |= Q(pk__in=or_owner_of.owners.values("pk"))
    return User.objects.filter(chosen).order_by("searchable", "pk")


def _projects_of(group: WorkingGroup) -> QuerySet[Project]:
    served: Any = WorkingGroup.projects.through.objects.filter(workinggroup=group, project=OuterRef("pk"))
    found: QuerySet[Project] = Project.objects.filter(contract=group.contract_id)
    return found.annotate(served=Exists(served)).order_by("-served", "number", "code")


def _read_while_typed(group: WorkingGroup) -> dict[str, str]:
    """The dates that the words come to, as they are typed; without JavaScript they are told when it is saved."""
    return {
        "hx-get": f"{reverse('due-preview')}?groupe={group.slug}",
        "hx-trigger": "input changed delay:300ms, change",
        "hx-target": "#echeance-comprise",
        "hx-swap": "outerHTML",
        "hx-sync": "this:replace",
    }
