"""Lists that are edited as a whole, a row of fields each: links of a project, lines of its budget.

Without JavaScript a few empty rows wait at the end; saving with «\u00a0ajouter d’autres lignes\u00a0» brings new ones.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filiere.web.forms import VersionedForm
from filiere.web.money import MoneyField
from projects.contracts.entries import Lead, Line
from projects.contracts.enums import BudgetKind
from projects.contracts.models import Axis, BudgetLine, Project, ProjectLink
from projects.contracts.wording import line_in_words, link_in_words

MOST = 100
BLANK = 3
EMPTY = ("", "—")


if TYPE_CHECKING:
    BaseRows = forms.BaseFormSet[Any]
else:
    BaseRows = forms.BaseFormSet


class RowSet(BaseRows):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = gettext_lazy("Retirer cette ligne")

    @property
    def filled(self) -> Iterable[tuple[int, Any]]:
        """Rows that say something and stay, with the number they are shown under."""
        for rank, form in enumerate(self.forms, start=1):
            if form.cleaned_data and not form.cleaned_data.get("DELETE"):
                yield rank, form


class RowsForm(VersionedForm):
    """The whole list: one version, and its rows. `standing` is what somebody else saved in between, in words."""

    row: ClassVar[type[forms.Form]]
    standing: Sequence[str] | None = None

    def __init__(self, data: Any = None, *, instance: Project) -> None:
        super().__init__(data, instance=instance)
        self.project = instance
        initial = self.stands(instance)
        kind = forms.formset_factory(
            self.row,
            formset=RowSet,
            extra=BLANK,
            can_delete=True,
            can_delete_extra=False,
            max_num=MOST,
            absolute_max=MOST,
            validate_max=True,
        )
        self.rows: Any = kind(data, initial=initial, prefix="lignes", form_kwargs=self.row_options(instance, data))

    def stands(self, project: Project) -> list[dict[str, Any]]:
        raise NotImplementedError

    def row_options(self, project: Project, data: Any) -> dict[str, Any]:
        raise NotImplementedError

    def words(self, project: Project) -> list[str]:
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        if not self.rows.is_valid():
            faulty = [str(rank) for rank, form in enumerate(self.rows.forms, start=1) if form.errors]
            if faulty:
                raise ValidationError(_("À corriger, ligne %(rows)s.") % {"rows": ", ".join(faulty)})
            raise ValidationError([str(each) for each in self.rows.non_form_errors()])
        return self.cleaned_data

    def show_conflict(self, current: Any) -> None:
        super().show_conflict(current)
        # Shown whole, as the rows that were typed are: line by line nothing tells which was which.
        self.current, self.standing = None, self.words(current)


class LinkRow(forms.Form):
    target = forms.ChoiceField(label=gettext_lazy("Vers"))
    why = forms.CharField(label=gettext_lazy("Pourquoi"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, targets: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target: Any = self.fields["target"]
        target.choices = targets


class LinksForm(RowsForm):
    row = LinkRow

    def stands(self, project: Project) -> list[dict[str, Any]]:
        return [
            {
                "target": f"projet {link.to_project_id}" if link.to_project_id else f"axe {link.to_axis_id}",
                "why": link.why,
            }
            for link in project.links.all()
        ]

    def row_options(self, project: Project, data: Any) -> dict[str, Any]:
        projects = Project.objects.filter(contract=project.contract_id).exclude(pk=project.pk)
        axes = Axis.objects.filter(contract=project.contract_id)
        return {
            "targets": [
                EMPTY,
                (_("Projets"), [(f"projet {each.pk}", f"{each.number}. {each.title}") for each in projects]),
                (_("Axes"), [(f"axe {each.pk}", str(each)) for each in axes]),
            ]
        }

    def words(self, project: Project) -> list[str]:
        links = ProjectLink.objects.filter(from_project=project)
        return [link_in_words(link) for link in links.select_related("to_project", "to_axis")]

    def content(self) -> dict[str, Any]:
        return {"links": [_lead(form.cleaned_data) for _rank, form in self.rows.filled]}


def _lead(row: dict[str, Any]) -> Lead:
    kind, _space, key = row["target"].partition(" ")
    return Lead(**{"project" if kind == "projet" else "axis": UUID(key)}, why=" ".join(row["why"].split()))


class BudgetRow(forms.Form):
    line = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Nature"), choices=[EMPTY, *BudgetKind.choices])
    label = forms.CharField(label=gettext_lazy("Objet"), max_length=300, required=False)
    amount = MoneyField(label=gettext_lazy("Montant"), required=False, help_text="")
    as_written = forms.CharField(label=gettext_lazy("Tel qu’écrit"), max_length=500, required=False)
    parent = forms.ChoiceField(label=gettext_lazy("Comprise dans"), required=False)

    def __init__(self, *args: Any, envelopes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = (self.prefix or "").rpartition("-")[2]
        parent: Any = self.fields["parent"]
        # Rows are named by the number they are shown under, one more than Django's.
        parent.choices = [(rank, label) for rank, label in envelopes if not own.isdigit() or rank != str(int(own) + 1)]


class BudgetForm(RowsForm):
    row = BudgetRow

    def stands(self, project: Project) -> list[dict[str, Any]]:
        lines = list(project.budget_lines.all())
        ranks = {line.pk: str(rank) for rank, line in enumerate(lines, start=1)}
        return [
            {
                "line": line.pk,
                "kind": line.kind,
                "label": line.label,
                "amount": line.amount,
                "as_written": line.as_written,
                "parent": ranks.get(line.parent_id, ""),
            }
            for line in lines
        ]

    def row_options(self, project: Project, data: Any) -> dict[str, Any]:
        labels = self._labels(data) if data else [str(line) for line in project.budget_lines.all()] + [""] * BLANK
        named = [(str(rank), _name(rank, label)) for rank, label in enumerate(labels, start=1)]
        return {"envelopes": [("", _("aucune autre ligne")), *named]}

    def _labels(self, data: Any) -> list[str]:
        """What was typed names the rows from then on."""
        given = data.get("lignes-TOTAL_FORMS", "")
        number = min(int(given[:4]), MOST) if given.isascii() and given.isdigit() else 0
        return [data.get(f"lignes-{place}-label", "") for place in range(number)]

    def words(self, project: Project) -> list[str]:
        lines = BudgetLine.objects.filter(project=project)
        return [line_in_words(line) for line in lines.select_related("parent")]

    def content(self) -> dict[str, Any]:
        rows = {str(rank): form.cleaned_data for rank, form in self.rows.filled}
        names = {rank: row["line"] or uuid4() for rank, row in rows.items()}
        return {
            "budget_lines": [
                Line(
                    id=names[rank],
                    # A row that is taken away is no envelope any more: the service says so.
                    parent=names.get(row["parent"]) or uuid4() if row["parent"] else None,
                    kind=row["kind"],
                    label=row["label"],
                    amount=row["amount"],
                    as_written=row["as_written"],
                )
                for rank, row in rows.items()
            ]
        }


def _name(rank: int, label: str) -> str:
    name = _("Ligne %(rank)d") % {"rank": rank}
    return f"{name} — {label[:80]}" if label else name
