"""The contract on one page: its axes, their projects, the groups that serve each, the money, who takes part.

Everything is read flat, in a constant number of queries, and joined here by the project's key: whatever else is known
of projects one day is one more mapping handed to `_rows`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Value

from accounts.organisations.enums import College
from filiere.text import fold
from projects.contracts.budget import Envelope, Total, envelopes, totals
from projects.contracts.enums import Part
from projects.contracts.figures import Figure, figures_of
from projects.contracts.models import Axis, BudgetLine, Contract, Participation, Project
from projects.contracts.selectors import Reader

SIGNATORY = "signataire"


@dataclass(frozen=True, order=True)
class Group:
    alphabetical: str
    slug: str
    name: str


@dataclass(frozen=True, order=True)
class Involved:
    """An organisation, and in how many projects it takes part; none for one that only signed."""

    rank: str
    pk: UUID
    name: str
    acronym: str
    projects: int


@dataclass(frozen=True)
class Side:
    college: College
    organisations: list[Involved]


@dataclass(frozen=True)
class ProjectRow:
    project: Project
    pilots: list[str]
    groups: list[Group]
    budget: list[Total]
    figures: list[Figure]


@dataclass(frozen=True)
class AxisRows:
    axis: Axis
    projects: list[ProjectRow]


@dataclass(frozen=True)
class Overview:
    axes: list[AxisRows]
    budget: list[Total]
    sides: list[Side]
    # Those that serve no project in particular, or all of them alike: the Bureau, the plenary.
    groups: list[Group]


def overview_of(contract: Contract, reader: Reader) -> Overview:
    projects = list(contract.projects.all())
    money = _money(contract)
    groups = _groups(contract, reader, number=len(projects))
    takers = _takers(contract)
    figures = figures_of([project.pk for project in projects], reader)
    rows = _rows(projects, pilots=_pilots(takers), groups=groups, money=money, figures=figures)
    return Overview(
        axes=[AxisRows(axis, rows[axis.pk]) for axis in contract.axes.all()],
        budget=totals(envelope for found in money.values() for envelope in found),
        sides=_sides(takers),
        groups=groups[None],
    )


def _rows(
    projects: Iterable[Project],
    *,
    pilots: Mapping[UUID, list[str]],
    groups: Mapping[UUID | None, list[Group]],
    money: Mapping[UUID, list[Envelope]],
    figures: Mapping[UUID, list[Figure]],
) -> Mapping[UUID, list[ProjectRow]]:
    found: dict[UUID, list[ProjectRow]] = defaultdict(list)
    for project in projects:
        row = ProjectRow(
            project,
            pilots=pilots[project.pk],
            groups=groups[project.pk],
            budget=totals(money[project.pk]),
            figures=figures.get(project.pk, []),
        )
        found[project.axis_id].append(row)
    return found


def _money(contract: Contract) -> Mapping[UUID, list[Envelope]]:
    found: dict[UUID, list[Envelope]] = defaultdict(list)
    for envelope in envelopes(BudgetLine.objects.filter(project__contract=contract)):
        found[envelope.line.project_id].append(envelope)
    return found


def _groups(contract: Contract, reader: Reader, *, number: int) -> Mapping[UUID | None, list[Group]]:
    """Those that this reader may see, under each project they serve; under None, those that serve none or all."""
    visible: Any = contract.groups.visible_to(reader).living()
    served: dict[Group, list[UUID | None]] = defaultdict(list)
    for project, *names in visible.values_list("projects", "alphabetical", "slug", "name"):
        served[Group(*names)].append(project)
    found: dict[UUID | None, list[Group]] = defaultdict(list)
    for group in sorted(served):
        # Under every project it would be a refrain, and hide those that differ.
        everywhere = number > 1 and len(served[group]) == number
        for project in [None] if everywhere else served[group]:
            found[project].append(group)
    return found


Taking = tuple[UUID | None, str, UUID, str, str, str]


def _takers(contract: Contract) -> list[Taking]:
    """Who takes part in which project and as what; who signed is told by the same query, under no project."""
    columns = [f"organisation__{name}" for name in ("pk", "name", "acronym", "college")]
    parts = Participation.objects.filter(project__contract=contract).order_by()
    signatures: Any = Contract.organisations.through.objects.filter(contract=contract)
    rows: Any = parts.values_list("project", "part", *columns).union(
        signatures.annotate(none=Value(None, output_field=Project._meta.pk), signed=Value(SIGNATORY)).values_list(
            "none", "signed", *columns
        ),
        all=True,
    )
    return list(rows)


def _pilots(takers: Iterable[Taking]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for project, part, _pk, name, acronym, _college in takers:
        if project is not None and part == Part.PILOT:
            found[project].append(acronym or name)
    return defaultdict(list, {project: sorted(names, key=fold) for project, names in found.items()})


def _sides(takers: Iterable[Taking]) -> list[Side]:
    projects: dict[UUID, set[UUID]] = defaultdict(set)
    known: dict[UUID, tuple[str, str, str]] = {}
    for project, _part, pk, name, acronym, college in takers:
        known[pk] = (name, acronym, college)
        projects[pk] |= {project} if project else set()
    sides: dict[str, list[Involved]] = defaultdict(list)
    for pk, (name, acronym, college) in known.items():
        # In the order of what is read first.
        sides[college].append(Involved(fold(acronym or name), pk, name, acronym, len(projects[pk])))
    return [Side(college, sorted(sides[college])) for college in College if sides[college]]
