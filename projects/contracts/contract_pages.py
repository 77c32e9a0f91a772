"""Where coordinators write the contract itself, its amendments and its axes."""

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.organisations.permissions import coordinators
from filiere.days import today
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_said_to
from projects.contracts import chapters, services
from projects.contracts.editing import Frame, edited, to_axes, to_contract, typed
from projects.contracts.forms import (
    AmendmentEditForm,
    AmendmentForm,
    AxisEditForm,
    ContractEditForm,
    NewAxisForm,
    NewContractForm,
)
from projects.contracts.models import Axis, Contract
from projects.contracts.selectors import (
    amendments_visible_to,
    axes_visible_to,
    contracts_visible_to,
    counted_axes,
)


def _contract(request: PersonRequest, code: str) -> Contract:
    found: Contract = get_object_or_404(contracts_visible_to(request.user), code=code)
    return found


def _axis(request: PersonRequest, code: str, axis: str) -> Axis:
    found: Axis = get_object_or_404(axes_visible_to(request.user), contract__code=code, code=axis)
    return found


@coordinators
def new_contract(request: PersonRequest) -> HttpResponse:
    form = NewContractForm(typed(request))
    frame = Frame(
        title=_("Nouveau contrat"),
        lead=_("Le cadre signé par l’État et la filière. Ses axes et ses projets viennent ensuite."),
        said=_("Le contrat est créé\u00a0: ajoutez ses axes."),
        steps=[(_("Administration"), reverse("administration")), (_("Contrats"), reverse("contracts"))],
        submit=_("Créer le contrat"),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: services.create_contract(by=request.user, **form.content()),
        then=lambda made: reverse("axes", args=[made.code]),
    )


@coordinators
def edit_contract(request: PersonRequest, code: str) -> HttpResponse:
    contract = _contract(request, code)
    form = ContractEditForm(typed(request), instance=contract)
    frame = Frame(
        title=_("Modifier le contrat"),
        lead=contract.title,
        said=_("Les changements sont enregistrés."),
        steps=to_contract(contract),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: services.change_contract(
            contract=contract, seen=form.cleaned_data["version"], by=request.user, **form.content()
        ),
    )


@coordinators
def new_amendment(request: PersonRequest, code: str) -> HttpResponse:
    contract = _contract(request, code)
    last = contract.amendments.aggregate(last=Max("number"))["last"] or 0
    form = AmendmentForm(typed(request), initial={"number": last + 1, "signed_on": today()})
    frame = Frame(
        title=_("Nouvel avenant"),
        lead=_("Un avenant complète le contrat sans rien en effacer\u00a0: il se corrige, il ne se supprime pas."),
        said=_("L’avenant est ajouté."),
        steps=to_contract(contract),
        submit=_("Ajouter l’avenant"),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: services.add_amendment(contract=contract, by=request.user, **form.cleaned_data),
    )


@coordinators
def edit_amendment(request: PersonRequest, code: str, number: int) -> HttpResponse:
    amendment = get_object_or_404(amendments_visible_to(request.user), contract__code=code, number=number)
    form = AmendmentEditForm(typed(request), instance=amendment)
    frame = Frame(
        title=_("Modifier l’avenant %(number)s") % {"number": amendment.number},
        said=_("Les changements sont enregistrés."),
        steps=to_contract(amendment.contract),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: services.change_amendment(
            amendment=amendment, seen=form.cleaned_data["version"], by=request.user, **form.content()
        ),
    )


@coordinators
@require_safe
def axes(request: PersonRequest, code: str) -> HttpResponse:
    contract = _contract(request, code)
    rows = list(counted_axes(contract))
    return render(request, "projects/contracts/axes.html", {"contract": contract, "axes": rows})


@coordinators
def new_axis(request: PersonRequest, code: str) -> HttpResponse:
    contract = _contract(request, code)
    form = NewAxisForm(typed(request))
    frame = Frame(
        title=_("Nouvel axe"),
        lead=contract.title,
        said=_("L’axe est ajouté."),
        steps=to_axes(contract),
        submit=_("Ajouter l’axe"),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: chapters.add_axis(contract=contract, by=request.user, **form.cleaned_data),
    )


@coordinators
def edit_axis(request: PersonRequest, code: str, axis: str) -> HttpResponse:
    found = _axis(request, code, axis)
    form = AxisEditForm(typed(request), instance=found)
    frame = Frame(
        title=_("Modifier l’axe %(code)s") % {"code": found.code},
        said=_("Les changements sont enregistrés."),
        steps=to_axes(found.contract),
    )
    return edited(
        request,
        form,
        frame,
        act=lambda: chapters.change_axis(
            axis=found, seen=form.cleaned_data["version"], by=request.user, **form.content()
        ),
    )


@coordinators
@require_POST
def move_axis(request: PersonRequest, code: str, axis: str) -> HttpResponse:
    """One place up or down. Both are the same act to the service: a position."""
    found = _axis(request, code, axis)
    step = -1 if request.POST.get("sens") == "monter" else 1
    chapters.change_axis(axis=found, position=found.position + step, by=request.user)
    return redirect("axes", code=code)


@coordinators
def remove_axis(request: PersonRequest, code: str, axis: str) -> HttpResponse:
    found = _axis(request, code, axis)
    if request.method == "POST":
        with refusals_said_to(request):
            chapters.remove_axis(axis=found, by=request.user)
            messages.success(request, _("L’axe «\u00a0%(axis)s\u00a0» est supprimé.") % {"axis": found})
        return redirect("axes", code=code)
    counted = counted_axes(found.contract).get(pk=found.pk)
    return render(request, "projects/contracts/axis_remove.html", {"contract": found.contract, "axis": counted})
