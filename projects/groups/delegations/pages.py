"""Pages of delegations: what is lent in a group, to whom, until when."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.groups.delegations import services
from projects.groups.delegations.selectors import delegations_of
from projects.groups.delegations.tables import DelegationsTable
from projects.groups.mandates.forms import ConfirmForm, DelegationForm
from projects.groups.models import Delegation, WorkingGroup
from projects.groups.permissions import in_group, may


@in_group(Permission.SEE)
@require_safe
def delegations(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    context = {"group": group, "may_lend": may(request.user, Permission.LEND, group)}
    return DelegationsTable(request, delegations_of(group, request.user)).answer(
        "projects/mandates/delegations.html", context
    )


@in_group(Permission.LEND)
def new(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = DelegationForm(request.POST if request.method == "POST" else None, group=group, by=request.user)
    if form.is_valid():
        with refusals_shown_in(form):
            services.lend(group=group, by=request.user, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, _("La permission est déléguée\u00a0: la personne en est avertie."))
            return redirect("group-delegations", slug=group.slug)
    return render(request, "projects/mandates/delegation_new.html", {"group": group, "form": form})


@in_group(Permission.SEE)
def end(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    delegation: Delegation = get_object_or_404(delegations_of(group, request.user), pk=pk)
    if not services.may_take_back(request.user, delegation):
        if services.is_running(delegation):
            raise PermissionDenied(
                _("Seuls qui l’a donnée, qui la tient et les responsables du groupe terminent une délégation.")
            )
        messages.error(request, _("Cette délégation est déjà terminée."))
        return redirect("group-delegations", slug=group.slug)
    form = ConfirmForm(request.POST if request.method == "POST" else None, instance=delegation)
    if form.is_valid():
        with refusals_shown_in(form):
            services.take_back(delegation=delegation, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(request, _("La délégation est terminée."))
            return redirect("group-delegations", slug=group.slug)
    context = {"group": group, "delegation": delegation, "form": form, "own": delegation.borrower_id == request.user.pk}
    return render(request, "projects/mandates/delegation_end.html", context)
