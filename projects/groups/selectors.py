from accounts.people.models import User
from filiere.days import today
from projects.groups.enums import STEERING_ROLES
from projects.groups.models import Membership, MembershipQuerySet


def mandates_in_force(person: User) -> MembershipQuerySet:
    mandates: MembershipQuerySet = Membership.objects.filter(person=person)
    return mandates.in_force(today()).select_related("group", "organisation")


def pilots_a_group(user: User) -> bool:
    """A rule of `settings.SECOND_FACTOR_RULES`: who approves for others proves who they are."""
    return mandates_in_force(user).filter(role__in=STEERING_ROLES).exists()
