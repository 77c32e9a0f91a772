"""Opinions as pages show them: what was said of a version, what is still awaited, and who may be asked."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.readers import who_works_on
from projects.access.roles import ROLES
from projects.deliverables.models import Deliverable
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.permissions import works_on
from projects.deliverables.versions.models import Version
from projects.groups.models import Membership
from projects.groups.permissions import may

DEBATING = [role for role in Role if Permission.DISCUSS in ROLES[role]]


@dataclass(frozen=True)
class Shown:
    opinion: Opinion
    may_take_back: bool


def opinions_shown(version: Version, reader: User) -> list[Shown]:
    """Those given in their order, then those awaited; withdrawn ones are history. One query.

    Nothing for who reads validated things only. The version comes with its deliverable.
    """
    deliverable = version.deliverable
    if not works_on(reader, deliverable):
        return []
    found = Opinion.objects.filter(version=version, withdrawn_at=None).select_related(
        "person", "asked_by", "organisation"
    )
    return [
        Shown(each, may_take_back(each, deliverable, reader))
        for each in sorted(found, key=lambda each: (each.given_at is None, each.given_at or each.asked_at, each.pk))
    ]


def may_take_back(opinion: Opinion, deliverable: Deliverable, reader: User) -> bool:
    if opinion.given_at is not None or opinion.withdrawn_at is not None:
        return False
    if not may(reader, Permission.CONTRIBUTE, deliverable.group):
        return False
    return reader.pk == opinion.asked_by_id or may(reader, Permission.APPROVE, deliverable.group)


def people_to_ask(version: Version, by: User) -> "QuerySet[User]":
    """Who sits there, debates, reads this very thing, and was not asked already. One's own is given unasked."""
    deliverable = version.deliverable
    seats = Membership.objects.in_force(today()).filter(group=deliverable.group_id, role__in=DEBATING)
    asked: Any = Opinion.objects.filter(version=version, withdrawn_at=None).values("person")
    found: QuerySet[User] = (
        who_works_on(deliverable).filter(Q(pk__in=seats.values("person"))).exclude(pk__in=asked).exclude(pk=by.pk)
    )
    return found
