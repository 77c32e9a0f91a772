"""Handing over: what a person still owes in a group when their mandate ends, and who takes it up.

`settings.DUTIES` names functions that answer the duties one mandate leaves behind; a feature adds its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper
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

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Leaving:
    """A mandate whose last day is known; what its person still holds in the group after it, and who substitutes it."""

    mandate: Membership
    last: date
    remaining: tuple[Membership, ...] = ()
    substitutes: tuple[Membership, ...] = ()

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


def sitting_around(mandate: Membership) -> list[Membership]:
    """Who sits in its group or will, itself included, each with the gaps it fills: one question for a whole page."""
    filling = {_fills(gap): ExpressionWrapper(seats, BooleanField()) for gap, seats in FILLED_BY.items()}
    found = Membership.objects.filter(group=mandate.group_id).after(today() - DAY).annotate(**filling)
    around: list[Membership] = list(found.select_related("person", "organisation").order_by("person__searchable", "pk"))
    for each in around:
        each.group = mandate.group
    return around


def duties_of(mandate: Membership, last: date, around: list[Membership] | None = None) -> list[Duty]:
    others = sitting_around(mandate) if around is None else around
    staying = [each for each in others if each.pk != mandate.pk and each.outlives(last)]
    leaving = Leaving(
        mandate,
        last,
        remaining=tuple(each for each in staying if each.person_id == mandate.person_id),
        substitutes=tuple(each for each in staying if each.substitute_for_id == mandate.pk),
    )
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


@dataclass(frozen=True)
class Left:
    """Who will be missing from the group, that this mandate is alone to bring today; whether its person sits there by
    another one."""

    gaps: list[Gap]
    keeps_a_seat: bool


def left_by(mandate: Membership, last: date, around: list[Membership] | None = None) -> Left:
    today_there = [
        each for each in (sitting_around(mandate) if around is None else around) if each.starts_on <= today()
    ]
    itself = [each for each in today_there if each.pk == mandate.pk]
    others = [each for each in today_there if each.pk != mandate.pk]
    lost = _filled(itself) - _filled([each for each in others if each.outlives(last)])
    if mandate.group.kind in WITHOUT_THEM:
        lost -= ONLY_IN_WORKING_GROUPS
    return Left(
        [gap for gap in Gap if gap in lost],
        keeps_a_seat=any(each.person_id == mandate.person_id for each in others),
    )


def successors_among(around: list[Membership], mandate: Membership) -> list[Membership]:
    """`possible_successors`, when the mandate ends now."""
    return [each for each in around if each.person_id != mandate.person_id and each.starts_on <= today()]


def _filled(mandates: Iterable[Membership]) -> set[Gap]:
    return {gap for each in mandates for gap in Gap if vars(each)[_fills(gap)]}


def _fills(gap: Gap) -> str:
    return f"fills_{gap.value}"


def _others(mandate: Membership) -> MandateQuerySet:
    found: MandateQuerySet = Membership.objects.filter(group=mandate.group_id).exclude(pk=mandate.pk)
    return found
