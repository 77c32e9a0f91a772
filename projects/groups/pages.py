"""Pages of the groups themselves. Mandates, delegations and invitations have files of their own."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.organisations.permissions import coordinators
from filiere.days import today
from filiere.web.access import PersonRequest, signed_in
from filiere.web.components import TimelineEntry
from filiere.web.forms import refusals_shown_in
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.activity.selectors import events_of_groups, journal
from projects.activity.sentences import sentence_of
from projects.activity.tables import GroupJournalTable
from projects.contracts.models import Contract
from projects.groups import cadence, selectors, services
from projects.groups.enums import STEERING_ROLES
from projects.groups.forms import ConfirmationForm, GroupChangeForm, NewGroupForm, PresentationChangeForm
from projects.groups.gaps import gaps_of, with_gaps
from projects.groups.matters import matters_of
from projects.groups.models import Delegation, Membership, WorkingGroup
from projects.groups.permissions import in_group, may
from projects.groups.tables import GroupsTable, MembersTable

LATEST = 6


@signed_in
@require_safe
def groups(request: PersonRequest) -> HttpResponseBase:
    table = GroupsTable(request, selectors.groups_seen_by(request.user))
    return table.answer("projects/groups/list.html", {"may_create": may_create(request)})


@in_group(Permission.SEE)
@require_safe
def group(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    reader = request.user
    group, parent, children = selectors.relatives(group, reader)
    around = list(selectors.members_around(group))
    yesterday = today() - timedelta(days=1)
    seats = [mandate for mandate in around if mandate.starts_on <= today() and mandate.outlives(yesterday)]
    delegations = [] if group.is_archived else list(selectors.delegations_in_force(group))
    context = {
        "group": group,
        "parent": parent,
        "children": children,
        "projects": group.projects.select_related("contract"),
        "reads_contract": standing_of(reader).in_filiere,
        "cadence": cadence.read(group.cadence),
        "gaps": gaps_of(group),
        "own": [mandate for mandate in seats if mandate.person_id == reader.pk],
        "steering": [mandate for mandate in seats if mandate.role in STEERING_ROLES],
        "people": len({mandate.person_id for mandate in seats}),
        "composition": selectors.composition((mandate.college, mandate.person_id) for mandate in seats),
        "delegations": delegations,
        "matters": matters_of([group], reader, turning=filter(selectors.turns, around)).get(group.pk, []),
        "latest": _latest(request, group, _names(around, delegations)),
        **_may(request, group),
    }
    return render(request, "projects/groups/home.html", context)


@in_group(Permission.SEE)
@require_safe
def members(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    table = MembersTable(request, group)
    context = {
        "group": group,
        "composition": selectors.composition(table.queryset.order_by().values_list("college", "person_id")),
        "gaps": gaps_of(with_gaps(WorkingGroup.objects.filter(pk=group.pk), table.day).get()),
        "another_day": table.day != today(),
        **_may(request, group),
    }
    return table.answer("projects/groups/members.html", context)


@in_group(Permission.READ_JOURNAL)
@require_safe
def group_journal(request: PersonRequest, group: WorkingGroup) -> HttpResponseBase:
    events = events_of_groups(journal(), [group.pk])
    return GroupJournalTable(request, events).answer("projects/groups/journal.html", {"group": group})


@coordinators
def new(request: PersonRequest) -> HttpResponse:
    contract = Contract.objects.first()
    if contract is None:
        return render(request, "projects/groups/no_contract.html")
    form = NewGroupForm(request.POST if request.method == "POST" else None, contract=contract)
    if form.is_valid():
        with refusals_shown_in(form):
            made = services.create_group(contract=contract, by=request.user, **form.content())
        if form.is_valid():
            messages.success(request, _("Le groupe est créé. Invitez maintenant ceux qui y siègent."))
            return redirect("group", slug=made.slug)
    return render(request, "projects/groups/new.html", {"form": form})


@in_group(Permission.EDIT_GROUP)
def change(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    everything = may(request.user, Permission.MANAGE_GROUP, group)
    kind: Any = GroupChangeForm if everything else PresentationChangeForm
    form = kind(request.POST if request.method == "POST" else None, instance=group)
    if form.is_valid():
        with refusals_shown_in(form):
            services.change_group(group=group, by=request.user, seen=form.cleaned_data["version"], **form.content())
        if form.is_valid():
            messages.success(request, _("Les changements sont enregistrés."))
            return redirect("group", slug=group.slug)
    return render(request, "projects/groups/change.html", {"group": group, "form": form})


@in_group(Permission.MANAGE_GROUP)
def archive(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = ConfirmationForm(request.POST if request.method == "POST" else None, instance=group)
    if form.is_valid():
        with refusals_shown_in(form):
            services.archive_group(group=group, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(request, _("Le groupe est archivé. Il reste lisible."))
            return redirect("group", slug=group.slug)
    context = {"group": group, "form": form, "stopped": selectors.what_archiving_stops([group])}
    return render(request, "projects/groups/archive.html", context)


@in_group(Permission.MANAGE_GROUP)
def reopen(request: PersonRequest, group: WorkingGroup) -> HttpResponse:
    form = ConfirmationForm(request.POST if request.method == "POST" else None, instance=group)
    if form.is_valid():
        with refusals_shown_in(form):
            services.reopen_group(group=group, by=request.user, seen=form.cleaned_data["version"])
        if form.is_valid():
            messages.success(request, _("Le groupe est rouvert\u00a0: les mandats en cours y ont de nouveau effet."))
            return redirect("group", slug=group.slug)
    return render(request, "projects/groups/reopen.html", {"group": group, "form": form})


@signed_in
@require_safe
def bureau(request: PersonRequest) -> HttpResponseRedirect:
    found = selectors.bureau_seen_by(request.user)
    if found is None:
        raise Http404
    return redirect("group", slug=found.slug)


def may_create(request: PersonRequest) -> bool:
    return Permission.MANAGE_GROUP in standing_of(request.user).everywhere


def _may(request: PersonRequest, group: WorkingGroup) -> dict[str, bool]:
    """Which doors the page shows."""
    return {
        "may_invite": may(request.user, Permission.INVITE, group),
        "may_edit": may(request.user, Permission.EDIT_GROUP, group),
        "may_manage": may(request.user, Permission.MANAGE_GROUP, group),
    }


def _names(mandates: Iterable[Membership], delegations: Iterable[Delegation]) -> dict[str, str]:
    """What events of the group may be about, by the people who are known already."""
    told = {str(mandate.pk): f"{mandate.person}, {mandate.get_role_display().lower()}" for mandate in mandates}
    return told | {str(each.pk): f"{each.lender} → {each.borrower}" for each in delegations}


def _latest(request: PersonRequest, group: WorkingGroup, names: Mapping[str, str]) -> list[TimelineEntry] | None:
    """None for who may not read the journal of the group."""
    if not may(request.user, Permission.READ_JOURNAL, group):
        return None
    events = events_of_groups(journal(), [group.pk])[:LATEST]
    return [
        TimelineEntry(
            event.at, sentence_of(event), " — ".join(filter(None, (names.get(event.object_id), event.capacity)))
        )
        for event in events
    ]
