"""A contract, its projects, its groups and everybody's mandate, the grants that follow from them included."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from math import log10
from typing import Any

from accounts.models import Organisation, User
from filiere.text import fold
from projects.access.enums import Role
from projects.groups.projection import reconcile
from projects.models import Axis, Contract, Membership, Project, WorkingGroup

GROUPS, AXES, PROJECTS = 50, 5, 30
START, END = date(2024, 1, 1), date(2099, 12, 31)


def seat(people: Iterable[User], organisations: list[Organisation], *, to: int) -> None:
    """Whoever is new sits in one group, the first in each as its pilot; groups double when people are tenfold."""
    if not Contract.objects.exists():
        _sign()
    wanted = round(GROUPS * 2 ** log10(to))
    WorkingGroup.objects.bulk_create(_groups(range(WorkingGroup.objects.count(), wanted)))
    groups = list(WorkingGroup.objects.order_by("slug"))
    steered = set(Membership.objects.filter(role=Role.PILOT).values_list("group_id", flat=True))
    mandates = _mandates(people, groups, organisations, steered)
    while batch := list(islice(mandates, 2000)):
        Membership.objects.bulk_create(batch)


def grant() -> None:
    """Outside of any transaction: it holds every group."""
    reconcile()


def _sign() -> None:
    contract = Contract.objects.create(code="contrat", title="Contrat de filière", starts_on=START, ends_on=END)
    axes = [
        Axis.objects.create(contract=contract, code=f"ax{number}", position=number, title=f"Axe {number}")
        for number in range(1, AXES + 1)
    ]
    for number in range(1, PROJECTS + 1):
        axis = axes[number % AXES]
        Project.objects.create(
            contract=contract, axis=axis, code=f"p{number}", number=number, title=f"Projet numéro {number}"
        )


def _groups(numbers: Iterable[int]) -> Iterator[WorkingGroup]:
    contract = Contract.objects.get()
    for number in numbers:
        name = f"Groupe de travail numéro {number}"
        yield WorkingGroup(contract=contract, slug=f"groupe-{number:03}", name=name, alphabetical=fold(name))


def _mandates(
    people: Iterable[User], groups: list[WorkingGroup], organisations: list[Organisation], steered: set[Any]
) -> Iterator[Membership]:
    for number, person in enumerate(people):
        group, organisation = groups[number % len(groups)], organisations[number % len(organisations)]
        role = Role.MEMBER if group.pk in steered else Role.PILOT
        steered.add(group.pk)
        yield Membership(
            person=person,
            group=group,
            organisation=organisation,
            college=organisation.college,
            role=role,
            starts_on=START,
        )
