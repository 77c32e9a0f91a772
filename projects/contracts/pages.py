"""What the whole filière reads: the contract, its projects. Coordinators find there the way to change them."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.organisations.permissions import coordinates, coordinators
from filiere.web.access import PersonRequest
from projects.contracts.overview import overview_of
from projects.contracts.permissions import in_filiere
from projects.contracts.selectors import (
    contracts_visible_to,
    in_force,
    projects_visible_to,
    sheet_of,
)
from projects.contracts.spans import span_of
from projects.contracts.tables import ContractsTable, ProjectsTable


@in_filiere
@require_safe
def contract(request: PersonRequest, code: str | None = None) -> HttpResponse:
    """Without a code, the one in force."""
    contracts = list(contracts_visible_to(request.user))
    shown = in_force(contracts) if code is None else next((each for each in contracts if each.code == code), None)
    if shown is None and code is not None:
        raise Http404
    context: dict[str, Any] = {"may_write": coordinates(request.user), "contract": shown}
    if shown is None:
        return render(request, "projects/contracts/none.html", context)
    context |= {
        "others": [each for each in contracts if each != shown],
        "overview": overview_of(shown, request.user),
        "span": span_of(shown),
    }
    return render(request, "projects/contracts/contract.html", context)


@in_filiere
@require_safe
def projects(request: PersonRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(contracts_visible_to(request.user), code=code)
    table = ProjectsTable(request, found, projects_visible_to(request.user).filter(contract=found))
    return table.answer("projects/contracts/projects.html", {"contract": found, "may_write": coordinates(request.user)})


@in_filiere
@require_safe
def project(request: PersonRequest, code: str, project: str) -> HttpResponse:
    found = get_object_or_404(projects_visible_to(request.user), contract__code=code, code=project)
    sheet = sheet_of(found, request.user)
    return render(request, "projects/contracts/project.html", {**vars(sheet), "may_write": coordinates(request.user)})


@coordinators
@require_safe
def contracts(request: PersonRequest) -> HttpResponseBase:
    return ContractsTable(request, contracts_visible_to(request.user)).answer("projects/contracts/contracts.html")
