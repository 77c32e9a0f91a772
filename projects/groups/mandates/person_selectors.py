"""Which people a reader may know of, and what of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.organisations.permissions import coordinates
from accounts.people.models import User
from filiere.days import today
from filiere.text import fold
from projects.access.enums import Permission
from projects.access.standing import Standing, standing_of
from projects.groups.mandates.rules import is_over
from projects.groups.models import MandateQuerySet, Membership, WorkingGroup

MOST_PROPOSED = 20
MOST_WORDS = 8


@dataclass(frozen=True)
class Card:
    """A person, with the mandates that the reader may know of: running, to come, over."""

    person: User
    running: list[Membership]
    ahead: list[Membership]
    over: list[Membership]
    email: str

    @property
    def organisations(self) -> list[str]:
        return list(dict.fromkeys(mandate.organisation.name for mandate in self.running))


def people_known_to(reader: User) -> "QuerySet[User]":
    """Oneself, and whoever sits, sat or will sit in a group that one may see; coordinators know everybody."""
    if coordinates(reader):
        return User.objects.all()
    return User.objects.filter(Q(pk=reader.pk) | Q(pk__in=_mandates_known_to(reader).values("person")))


def card_of(person: User, reader: User) -> Card:
    day = today()
    mandates = list(
        _mandates_known_to(reader)
        .filter(person=person)
        .select_related("group", "organisation", "substitute_for__person")
        .order_by("-starts_on", "pk")
    )
    over = [each for each in mandates if is_over(each)]
    running = [each for each in mandates if each not in over and each.starts_on <= day]
    ahead = [each for each in mandates if each not in over and each.starts_on > day]
    shown = not person.anonymised_at and _may_write_to(reader, person, running)
    return Card(person, running, ahead, over, person.email if shown else "")


def account_at(email: str) -> User | None:
    """By its whole address, and by nothing less: who may give mandates does not browse the directory for all that."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).first()


def people_to_seat(text: str) -> "QuerySet[User]":
    """For coordinators: open accounts by name or address."""
    found = User.objects.filter(is_active=True)
    for word in fold(text).split()[:MOST_WORDS]:
        found = found.filter(searchable__contains=word)
    return found.order_by("searchable", "pk")[:MOST_PROPOSED]


def _mandates_known_to(reader: User) -> MandateQuerySet:
    found: MandateQuerySet = Membership.objects.filter(
        withdrawn_at=None, group__in=WorkingGroup.objects.visible_to(reader)
    )
    return found


def _may_write_to(reader: User, person: User, running: list[Membership]) -> bool:
    """Coordinators, oneself, and who sits in one group with them today: seeing a group is not enough."""
    if coordinates(reader) or reader.pk == person.pk:
        return True
    return bool(_sat_in(standing_of(reader)) & {mandate.group_id for mandate in running})


def _sat_in(standing: Standing) -> set[UUID]:
    """By mandate alone: `everywhere` is no seat."""
    return {group for group, permissions in standing.granted.items() if Permission.SEE in permissions}
