"""What the whole filière reads: the contract, its projects. Coordinators find there the way to change them."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.organisations.permissions import coordinates, coordinators
from filiere.web.access import PersonRequest, signed_in
from projects.access.standing import standing_of
from projects.contracts.figures import figures_of
from projects.contracts.models import Contract
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


@signed_in
@require_safe
def contract(request: PersonRequest) -> HttpResponse:
    """The one in force. Everybody's menu leads here: to who is outside the filière it says why there is nothing to
    read, in the same words whether there is a contract or not."""
    if not standing_of(request.user).in_filiere:
        return render(request, "projects/contracts/closed.html")
    contracts = list(contracts_visible_to(request.user))
    return _shown(request, in_force(contracts), contracts)


@in_filiere
@require_safe
def contract_version(request: PersonRequest, code: str) -> HttpResponse:
    contracts = list(contracts_visible_to(request.user))
    found = next((each for each in contracts if each.code == code), None)
    if found is None:
        raise Http404
    return _shown(request, found, contracts)


def _shown(request: PersonRequest, contract: Contract | None, contracts: list[Contract]) -> HttpResponse:
    context: dict[str, Any] = {"may_write": coordinates(request.user), "contract": contract}
    if contract is None:
        return render(request, "projects/contracts/none.html", context)
    context |= {
        "others": [each for each in contracts if each != contract],
        "overview": overview_of(contract, request.user),
        "span": span_of(contract),
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
    context = {
        **vars(sheet),
        "figures": figures_of([found.pk], request.user).get(found.pk, []),
        "may_write": coordinates(request.user),
    }
    return render(request, "projects/contracts/project.html", context)


@coordinators
@require_safe
def contracts(request: PersonRequest) -> HttpResponseBase:
    return ContractsTable(request, contracts_visible_to(request.user)).answer("projects/contracts/contracts.html")
