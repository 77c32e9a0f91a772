"""Delegations, as the whole group sees them."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, Value

from accounts.people.models import User
from projects.access.enums import Permission
from projects.groups.models import DatedQuerySet, Delegation, WorkingGroup
from projects.groups.permissions import may


def delegations_visible_to(reader: User) -> DatedQuerySet:
    found: DatedQuerySet = Delegation.objects.filter(group__in=WorkingGroup.objects.visible_to(reader))
    return found.select_related("group", "lender", "borrower").order_by("-starts_on", "pk")


def delegations_of(group: WorkingGroup, reader: User) -> DatedQuerySet:
    """The group's own, over or not; `ends_by_reader` where the reader may end it while it runs."""
    theirs: Any = Q(lender=reader.pk) | Q(borrower=reader.pk)
    if may(reader, Permission.MANAGE_GROUP, group):
        theirs = Value(True)
    found: DatedQuerySet = Delegation.objects.filter(group=group).annotate(
        ends_by_reader=ExpressionWrapper(theirs, output_field=BooleanField())
    )
    return found.select_related("group", "lender", "borrower")
