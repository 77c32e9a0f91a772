"""Who may do what in a group, and why; and reading it in an emergency."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.organisations.permissions import coordinates
from filiere.web.access import PersonRequest
from filiere.web.forms import refusals_said_to, refusals_shown_in
from projects.access.enums import Permission
from projects.groups.access.emergencies import close_emergency, emergencies_of, open_emergency
from projects.groups.access.emergency_mail import told_of
from projects.groups.access.explanations import explain, holders_on
from projects.groups.access.forms import EmergencyForm, QuestionForm
from projects.groups.models import WorkingGroup
from projects.groups.permissions import in_group, may, may_explain

SHOWN = 50


@in_group(Permission.SEE)
@require_safe
def explanation(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    """About oneself; about anybody, for who answers for the rights of the group."""
    reader, about_others = request.user, may_explain(request.user, group)
    if not about_others and request.GET.get("personne", "") not in {"", str(reader.pk)}:
        raise PermissionDenied(_("Vous pouvez demander ce que vous voyez ici, pas ce que d’autres y voient."))
    form = QuestionForm(
        request.GET, group=group, reader=reader, about_others=about_others, by_address=coordinates(reader)
    )
    context = {
        "group": group,
        "form": form,
        "about_others": about_others,
        "reads_journal": may(reader, Permission.READ_JOURNAL, group),
        "person": None,
        "day": None,
    }
    if form.is_valid():
        person, day = form.cleaned_data["person"], form.cleaned_data["day"]
        context |= {"person": person, "day": day}
        context |= {"answers": explain(person, group, day)} if person else {"holders": holders_on(group, day)}
    return render(request, "projects/access/explanation.html", context)


@in_group(Permission.SEE)
def emergency(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    """For administrators: what will happen, the reason, and the way back."""
    if not request.user.is_staff:
        raise PermissionDenied
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_shown_in(form):
            open_emergency(group=group, reason=form.cleaned_data["reason"], by=request.user)
        if form.is_valid():
            messages.success(request, _("La lecture d’urgence est ouverte. Celles et ceux qui pilotent l’apprennent."))
            return redirect("group-emergency", slug=group.slug)
    mine = emergencies_of(group).filter(person=request.user)
    context = {
        "group": group,
        "form": form,
        "current": mine.open_at(timezone.now()).first(),
        "readings": mine[:SHOWN],
        "told": told_of(group),
    }
    return render(request, "projects/access/emergency.html", context)


@in_group(Permission.SEE)
@require_POST
def emergency_close(request: PersonRequest, group: WorkingGroup, pk: UUID) -> HttpResponse:
    reading = get_object_or_404(emergencies_of(group).filter(person=request.user), pk=pk)
    with refusals_said_to(request):
        close_emergency(reading=reading, by=request.user)
        messages.success(request, _("La lecture d’urgence est refermée."))
    return redirect("group-emergency", slug=group.slug)


@in_group(Permission.READ_JOURNAL)
@require_safe
def emergencies(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    context = {"group": group, "readings": emergencies_of(group)[:SHOWN]}
    return render(request, "projects/access/emergencies.html", context)
