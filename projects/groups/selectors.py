"""Reads about groups and those who sit in them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import today
from filiere.requests import once_a_request
from filiere.text import fold
from projects.access.enums import Permission, Role
from projects.access.roles import permissions_of
from projects.access.standing import standing_of
from projects.activity.models import Event
from projects.activity.selectors import events_of_groups
from projects.contracts.models import Project
from projects.groups.enums import STEERING_ROLES, GroupKind
from projects.groups.gaps import with_gaps
from projects.groups.models import (
    DatedQuerySet,
    Delegation,
    InvitedMandate,
    Membership,
    WorkingGroup,
    WorkingGroupQuerySet,
)

SOON = timedelta(days=60)
# In a list of its own: Django would otherwise make a queryset of every group's projects, a tenth of the page.
SERVED = Prefetch("projects", to_attr="served")


def mandates_in_force(person: User) -> DatedQuerySet:
    mandates: DatedQuerySet = Membership.objects.filter(person=person)
    return mandates.in_force(today()).select_related("group", "organisation")


def pilots_a_group(user: User) -> bool:
    """A rule of `settings.SECOND_FACTOR_RULES`: who approves for others proves who they are."""
    return mandates_in_force(user).filter(role__in=STEERING_ROLES).exists()


def mandate_that_gives(person: User, permission: Permission, group: WorkingGroup) -> Membership | None:
    """Today's mandate by which this person may do that there; None when it is lent, or comes from a wider role."""
    mandates: list[Membership] = list(
        Membership.objects.filter(person=person, group=group)
        .in_force(today())
        .select_related("organisation")
        .order_by("starts_on", "pk")
    )
    for mandate in mandates:
        given = permissions_of(
            Role(mandate.role), college=College(mandate.college), in_bureau=group.is_bureau, archived=group.is_archived
        )
        if permission in given:
            return mandate
    return None


# --- Groups ---


def groups_seen_by(person: User) -> WorkingGroupQuerySet:
    """Those where they sit come first, archived ones last. Each with the projects it serves, and in `told` the mandates
    of those who steer it and the reader's `own`."""
    day = today()
    own = ExpressionWrapper(Q(person=person), output_field=BooleanField())
    told = Membership.objects.in_force(day).filter(Q(role__in=STEERING_ROLES) | Q(person=person)).annotate(own=own)
    seat = Membership.objects.in_force(day).filter(person=person, group=OuterRef("pk"))
    groups: WorkingGroupQuerySet = (
        WorkingGroup.objects.visible_to(person)
        .annotate(mine=_zero_when(Exists(seat)), closed=_zero_when(Q(archived_at=None)))
        .prefetch_related(
            Prefetch("mandates", ranked(told).select_related("person", "organisation"), to_attr="told"), SERVED
        )
        .order_by("closed", "mine", "alphabetical", "pk")
    )
    return groups


def _zero_when(condition: Any) -> Case:
    """What meets it comes first in an order."""
    return Case(When(condition, then=0), default=1, output_field=IntegerField())


def groups_to_administer() -> WorkingGroupQuerySet:
    """All of them, with who is missing and how many sit there."""
    day = today()
    seats = Q(mandates__in=Membership.objects.in_force(day))
    groups: WorkingGroupQuerySet = with_gaps(WorkingGroup.objects.all(), day).annotate(
        members=Count("mandates__person", filter=seats, distinct=True)
    )
    return groups


def relatives(group: WorkingGroup, reader: User) -> tuple[WorkingGroup, WorkingGroup | None, list[WorkingGroup]]:
    """The group itself with its gaps, its parent and its children: of these, what the reader may see."""
    family = with_gaps(WorkingGroup.objects.visible_to(reader), today()).filter(
        Q(pk=group.pk) | Q(pk=group.parent_id) | Q(parent=group)
    )
    found = {each.pk: each for each in family}
    children = [each for each in found.values() if each.parent_id == group.pk]
    return found[group.pk], found.get(group.parent_id) if group.parent_id else None, children


def bureau_seen_by(person: User) -> WorkingGroup | None:
    """The Bureau of the contract that began last."""
    bureaux = WorkingGroup.objects.visible_to(person).filter(kind=GroupKind.BUREAU)
    return bureaux.order_by("archived_at", "-contract__starts_on", "pk").first()


def matching(groups: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Every word, in the name of the group or of a project that it serves."""
    for word in fold(text).split():
        served = Project.objects.filter(searchable__contains=word, groups=OuterRef("pk"))
        groups = groups.filter(Q(alphabetical__contains=word) | Exists(served))
    return groups


def serving(groups: QuerySet[Any], projects: Sequence[Project]) -> QuerySet[Any]:
    links: Any = WorkingGroup.projects.through.objects.filter(project__in=projects)
    return groups.filter(pk__in=links.values("workinggroup"))


def projects_to_choose() -> list[Project]:
    """For the filters of a page: projects with their axes, asked once."""
    return once_a_request("projects to choose", lambda: list(Project.objects.select_related("axis")))


# --- Who sits there ---


def ranked(mandates: Any) -> Any:
    """Pilots first, guests last."""
    places = (When(role=role, then=Value(place)) for place, role in enumerate(Role))
    rank = Case(*places, default=Value(len(Role)), output_field=IntegerField())
    return mandates.annotate(rank=rank).order_by("rank", "person__searchable", "pk")


def members_on(group: WorkingGroup, day: date) -> Any:
    """Who was in the group, for whom, on that date."""
    mandates = ranked(Membership.objects.filter(group=group).in_force(day))
    return mandates.select_related("person", "organisation", "group", "substitute_for__person")


def members_around(group: WorkingGroup) -> Any:
    """Who is in the group today, who will soon be, and who just left: its journal still tells of them."""
    around = Membership.objects.filter(group=group, withdrawn_at=None, starts_on__lte=today() + SOON)
    around = around.filter(Q(ends_on=None) | Q(ends_on__gte=today() - SOON))
    return ranked(around).select_related("person", "organisation")


def turning_in(groups: Sequence[WorkingGroup]) -> QuerySet[Membership]:
    """Their mandates that begin or end soon."""
    day = today()
    soon = Q(ends_on__range=(day, day + SOON)) | Q(starts_on__range=(day + timedelta(days=1), day + SOON))
    found: QuerySet[Membership] = Membership.objects.filter(soon, group__in=groups, withdrawn_at=None)
    return found.select_related("person").order_by("group", "pk")


def turns(mandate: Membership) -> bool:
    """The same, of one that is known already."""
    day = today()
    return day < mandate.starts_on <= day + SOON or (
        mandate.ends_on is not None and day <= mandate.ends_on <= day + SOON
    )


def named(mandates: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Every word, in the name of the person or of whom they speak for. Never in an address, which is not shown."""
    words = fold(text).split()
    found = [
        mandate.pk
        for mandate in mandates
        if all(word in fold(f"{mandate.person} {mandate.organisation} {mandate.organisation.name}") for word in words)
    ]
    return mandates.filter(pk__in=found)


def composition(seats: Iterable[tuple[str, UUID]]) -> list[tuple[College, int]]:
    """Of colleges and people: how many sit for each college, in the order of colleges."""
    counted = Counter(college for college, _person in set(seats))
    return [(college, counted[college]) for college in College if counted[college]]


def delegations_in_force(group: WorkingGroup) -> QuerySet[Delegation]:
    found: QuerySet[Delegation] = Delegation.objects.in_force(today()).filter(group=group, revoked_at=None)
    return found.select_related("lender", "borrower")


@dataclass(frozen=True)
class Stopped:
    """What archiving leaves without effect."""

    people: int
    delegations: int
    invitations: int
    children: list[WorkingGroup]


def what_archiving_stops(groups: Sequence[WorkingGroup]) -> Stopped:
    day, keys = today(), [group.pk for group in groups]
    return Stopped(
        people=Membership.objects.in_force(day).filter(group__in=keys).values("person").distinct().count(),
        delegations=Delegation.objects.in_force(day).filter(group__in=keys, revoked_at=None).count(),
        invitations=InvitedMandate.objects.standing().filter(group__in=keys).count(),
        children=list(WorkingGroup.objects.living().filter(parent__in=keys).exclude(pk__in=keys)),
    )


# --- Their journal ---


def events_open_to(events: QuerySet[Event], reader: User) -> QuerySet[Event]:
    """Of a journal, what tells of the groups whose journal this person may read."""
    standing = standing_of(reader)
    if Permission.READ_JOURNAL in standing.everywhere:
        return events_of_groups(events)
    return events_of_groups(events, standing.groups(Permission.READ_JOURNAL))
