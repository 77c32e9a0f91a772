from datetime import date

from django.db import transaction

from accounts.organisations.models import Organisation
from accounts.organisations.services import hold
from accounts.people.models import User
from projects.activity.services import record
from projects.groups.enums import GroupKind, Role
from projects.groups.models import Membership, WorkingGroup


@transaction.atomic
def create_group(
    *, slug: str, name: str, by: User | None, kind: GroupKind = GroupKind.WORKING_GROUP, capacity: str = ""
) -> WorkingGroup:
    group = WorkingGroup(slug=slug, name=name, kind=kind)
    group.full_clean()
    group.save()
    record(actor=by, capacity=capacity, verb="group.created", target=group, changes={"name": (None, name)})
    return group


@transaction.atomic
def give_mandate(
    *,
    person: User,
    group: WorkingGroup,
    role: Role,
    organisation: Organisation,
    starts_on: date,
    by: User | None,
    ends_on: date | None = None,
    capacity: str = "",
) -> Membership:
    mandate = Membership(
        person=person,
        group=group,
        role=role,
        organisation=hold(organisation.pk),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    mandate.full_clean()
    mandate.save()
    record(
        actor=by,
        capacity=capacity,
        verb="mandate.given",
        target=mandate,
        changes={field: (None, value) for field, value in _content(mandate).items() if value},
    )
    return mandate


def _content(mandate: Membership) -> dict[str, str]:
    """Words rather than keys: this is read years later, by people."""
    return {
        "role": mandate.role,
        "group": mandate.group.slug,
        "organisation": str(mandate.organisation),
        "starts_on": mandate.starts_on.isoformat(),
        "ends_on": mandate.ends_on.isoformat() if mandate.ends_on else "",
    }
