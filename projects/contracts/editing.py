"""What the pages that edit the contract have in common: one frame, one way through a form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from filiere.web.forms import refusals_shown_in
from projects.contracts.models import Contract, Project

if TYPE_CHECKING:
    from django import forms

    from filiere.web.access import PersonRequest

AGAIN = "encore"


@dataclass(frozen=True)
class Frame:
    """`steps`: the way here, label and address. `said`: what a toast says when it is done."""

    title: str
    said: str
    steps: Sequence[tuple[str, str]]
    lead: str = ""
    submit: str = ""
    template: str = "projects/contracts/form.html"

    @property
    def back(self) -> str:
        return self.steps[-1][1]


def typed(request: HttpRequest) -> Any:
    """What a form is bound to: an empty POST is an answer too."""
    return request.POST if request.method == "POST" else None


def edited(
    request: "PersonRequest",
    form: "forms.Form",
    frame: Frame,
    *,
    act: Callable[[], Model],
    then: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Shows the form; once it is filled, acts, and goes on: where `then` says, or back, or here again for more rows."""
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            made = act()
        if form.is_valid():
            messages.success(request, frame.said)
            forward = then(made) if then else frame.back
            return redirect(request.path if AGAIN in request.POST else forward)
    return render(request, frame.template, {"form": form, "frame": frame})


def to_contract(contract: Contract) -> list[tuple[str, str]]:
    return [(_("Contrat"), reverse("contract-version", args=[contract.code]))]


def to_axes(contract: Contract) -> list[tuple[str, str]]:
    return [*to_contract(contract), (_("Axes"), reverse("axes", args=[contract.code]))]


def to_projects(contract: Contract) -> list[tuple[str, str]]:
    return [*to_contract(contract), (_("Projets"), reverse("projects", args=[contract.code]))]


def to_project(project: Project) -> list[tuple[str, str]]:
    here = reverse("project", args=[project.contract.code, project.code])
    return [*to_projects(project.contract), (_("Projet %(number)s") % {"number": project.number}, here)]
