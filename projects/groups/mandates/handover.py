"""Handing over: what a person still owes in a group when their mandate ends, and who takes it up.

`settings.DUTIES` names functions that answer the duties one mandate leaves behind; a feature adds its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.organisations.enums import College
from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.roles import permissions_of
from projects.groups.enums import Gap
from projects.groups.gaps import FILLED_BY, ONLY_IN_WORKING_GROUPS, WITHOUT_THEM
from projects.groups.models import MandateQuerySet, Membership


@dataclass(frozen=True)
class Leaving:
    """A mandate whose last day is known, and what its person still holds in the group after it."""

    mandate: Membership
    last: date
    remaining: tuple[Membership, ...]

    def keeps(self, permission: Permission) -> bool:
        group = self.mandate.group
        return any(
            permission
            in permissions_of(Role(each.role), college=College(each.college), in_bureau=group.is_bureau, archived=False)
            for each in self.remaining
        )


Settle = Callable[[Membership | None, User | None], None]


@dataclass(frozen=True)
class Duty:
    """`settle` is given who takes it up, if anybody does, and who decides so."""

    what: str
    with_successor: str
    without: str
    settle: Settle


Provider = Callable[[Leaving], list[Duty]]


def duties_of(mandate: Membership, last: date) -> list[Duty]:
    leaving = Leaving(mandate, last, tuple(_others(mandate).filter(person=mandate.person_id).after(last)))
    providers: list[Provider] = [import_string(path) for path in settings.DUTIES]
    return [duty for provider in providers for duty in provider(leaving)]


def settle_duties(mandate: Membership, last: date, *, by: User | None, successor: Membership | None) -> None:
    """In the transaction that ends the mandate, which holds the group."""
    if successor is not None and successor not in possible_successors(mandate, last):
        raise ValidationError(
            {"successor": _("Le successeur doit siéger dans le groupe, et y rester après cette date.")}
        )
    for duty in duties_of(mandate, last):
        duty.settle(successor, by)


def possible_successors(mandate: Membership, last: date) -> MandateQuerySet:
    """Who sits there today, and still will on the day after."""
    found: MandateQuerySet = _others(mandate).in_force(today()).after(last).exclude(person=mandate.person_id)
    return found.select_related("person", "organisation").order_by("person__searchable", "pk")


def keeps_a_seat(mandate: Membership) -> bool:
    """Whether its person sits in the group by another mandate, today."""
    return _others(mandate).filter(person=mandate.person_id).in_force(today()).exists()


def gaps_left_by(mandate: Membership, last: date) -> list[Gap]:
    """Who will be missing from the group, that this mandate is alone to bring."""
    brought = _filled(Membership.objects.filter(pk=mandate.pk).in_force(today()))
    staying = _filled(_others(mandate).in_force(today()).after(last))
    spared = ONLY_IN_WORKING_GROUPS if mandate.group.kind in WITHOUT_THEM else frozenset()
    return [gap for gap in Gap if gap in brought - staying - spared]


def _filled(mandates: MandateQuerySet) -> set[Gap]:
    counts = mandates.aggregate(**{gap.value: Count("pk", filter=seats) for gap, seats in FILLED_BY.items()})
    return {Gap(value) for value, number in counts.items() if number}


def _others(mandate: Membership) -> MandateQuerySet:
    found: MandateQuerySet = Membership.objects.filter(group=mandate.group_id).exclude(pk=mandate.pk)
    return found
