"""Where coordinators write the sheet of a project: one page for its fields, one for each of its lists."""

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.organisations.permissions import coordinators
from filiere.web.access import PersonRequest
from projects.contracts import sheets
from projects.contracts.editing import Frame, edited, to_project, to_projects, typed
from projects.contracts.forms import CriteriaForm, Editing, NewProjectForm, ParticipationsForm, ProjectEditForm
from projects.contracts.models import Project
from projects.contracts.rows import BudgetForm, LinksForm, RowsForm
from projects.contracts.selectors import contracts_visible_to, projects_visible_to


@coordinators
def new_project(request: PersonRequest, code: str) -> HttpResponse:
    contract = get_object_or_404(contracts_visible_to(request.user), code=code)
    last = contract.projects.aggregate(last=Max("number"))["last"] or 0
    form = NewProjectForm(typed(request), contract=contract, initial={"number": last + 1})
    frame = Frame(
        title=_("Nouveau projet"),
        lead=contract.title,
        said=_("Le projet est ajouté\u00a0: complétez sa fiche."),
        steps=to_projects(contract),
        submit=_("Ajouter le projet"),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: sheets.add_project(contract=contract, by=request.user, **form.cleaned_data),
        then=lambda made: reverse("project", args=[code, made.code]),
    )


@coordinators
def edit_project(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = _project(request, code, project)
    form = ProjectEditForm(typed(request), instance=found, contract=found.contract)
    return _changed(request, found, form, title=_("Modifier le projet"))


@coordinators
def edit_participations(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = _project(request, code, project)
    return _changed(
        request,
        found,
        ParticipationsForm(typed(request), instance=found),
        title=_("Organisations associées"),
        lead=_(
            "Une organisation par ligne, sous n’importe lequel de ses noms. Celles que vous retirez quittent le projet."
        ),
    )


@coordinators
def edit_criteria(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = _project(request, code, project)
    return _changed(request, found, CriteriaForm(typed(request), instance=found), title=_("Critères d’évaluation"))


@coordinators
def edit_links(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = _project(request, code, project)
    return _changed(
        request,
        found,
        LinksForm(typed(request), instance=found),
        title=_("Liens avec d’autres projets"),
        lead=_("De quoi ce projet a besoin, et pourquoi. Un lien mène à un projet, ou à un axe tout entier."),
    )


@coordinators
def edit_budget(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = _project(request, code, project)
    return _changed(
        request,
        found,
        BudgetForm(typed(request), instance=found),
        title=_("Lignes de budget"),
        lead=_(
            "Les montants s’écrivent «\u00a0190 000\u00a0», «\u00a013,7 M€\u00a0» ou «\u00a01,2 Md€\u00a0»\u202f; "
            "vide, ils sont à définir. Une ligne comprise dans une autre en est une part\u00a0: elle ne s’y ajoute pas."
        ),
    )


def _project(request: PersonRequest, code: str, project: str) -> Project:
    found: Project = get_object_or_404(projects_visible_to(request.user), contract__code=code, code=project)
    return found


def _changed(
    request: PersonRequest, project: Project, form: Editing | RowsForm, *, title: str, lead: str = ""
) -> HttpResponse:
    frame = Frame(
        title=title,
        lead=lead or project.title,
        said=_("Les changements sont enregistrés."),
        steps=to_project(project),
        template="projects/contracts/rows.html" if isinstance(form, RowsForm) else "projects/contracts/form.html",
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: sheets.change_project(
            project=project, seen=form.cleaned_data["version"], by=request.user, **form.content()
        ),
    )
