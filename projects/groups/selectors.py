from datetime import date

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.roles import permissions_of
from projects.groups.enums import STEERING_ROLES
from projects.groups.models import DatedQuerySet, Membership, WorkingGroup


def mandates_in_force(person: User) -> DatedQuerySet:
    mandates: DatedQuerySet = Membership.objects.filter(person=person)
    return mandates.in_force(today()).select_related("group", "organisation")


def members_on(group: WorkingGroup, day: date) -> DatedQuerySet:
    """Who was in the group, for whom, on that date."""
    mandates: DatedQuerySet = Membership.objects.filter(group=group)
    return mandates.in_force(day).select_related("person", "organisation", "substitute_for__person")


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
