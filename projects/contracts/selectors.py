"""Reads of the contract and of its projects. What the contract's own page assembles is in `overview`."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.people.models import User
from filiere.days import today
from filiere.text import fold
from projects.contracts.budget import Envelope, Total, envelopes, totals
from projects.contracts.enums import Part
from projects.contracts.models import Amendment, Axis, BudgetLine, Contract, Participation, Project, ProjectLink

Reader = User | AnonymousUser


def contracts_visible_to(reader: Reader) -> "QuerySet[Contract]":
    found: QuerySet[Contract] = Contract.objects.visible_to(reader)
    return found.prefetch_related("amendments").order_by("-starts_on", "code")


def in_force(contracts: "list[Contract]") -> Contract | None:
    """Today's, as amended; when there is none, the latest one there was."""
    day = today()
    current = [contract for contract in contracts if contract.starts_on <= day <= contract.last_day]
    return next(iter([*current, *contracts]), None)


def amendments_visible_to(reader: Reader) -> "QuerySet[Amendment]":
    found: QuerySet[Amendment] = Amendment.objects.visible_to(reader)
    return found.select_related("contract")


def axes_visible_to(reader: Reader) -> "QuerySet[Axis]":
    found: QuerySet[Axis] = Axis.objects.visible_to(reader)
    return found.select_related("contract").order_by("-contract__starts_on", "position", "code")


def counted_axes(contract: Contract) -> "QuerySet[Any]":
    """With what stands in the way of removing each, and what would go with it."""
    return contract.axes.annotate(
        project_count=Count("projects", distinct=True), link_count=Count("linked_from", distinct=True)
    )


def projects_visible_to(reader: Reader) -> "QuerySet[Project]":
    found: QuerySet[Project] = Project.objects.visible_to(reader)
    return found.select_related("contract", "axis").order_by("-contract__starts_on", "number", "code")


def with_whole_sheet(projects: "QuerySet[Project]", reader: Reader) -> "QuerySet[Project]":
    """Everything the sheet says, in a constant number of queries. Of the groups, those that this reader may see."""
    groups: Any = Project._meta.get_field("groups").related_model
    return projects.prefetch_related(
        Prefetch("participations", Participation.objects.select_related("organisation")),
        Prefetch("links", ProjectLink.objects.select_related("to_project", "to_axis")),
        Prefetch("linked_from", ProjectLink.objects.select_related("from_project")),
        Prefetch("budget_lines", BudgetLine.objects.all()),
        "criteria",
        Prefetch("groups", groups.objects.visible_to(reader)),
    )


@dataclass(frozen=True)
class Sheet:
    """A project as its page shows it."""

    project: Project
    parts: list[tuple[str, list[Participation]]]
    envelopes: list[Envelope]
    totals: list[Total]
    links: list[ProjectLink]
    linked_from: list[ProjectLink]
    groups: list[Any]


def sheet_of(project: Project, reader: Reader) -> Sheet:
    # In the order of what is read first: the acronym, where there is one.
    takers = sorted(
        project.participations.select_related("organisation"), key=lambda each: fold(str(each.organisation))
    )
    found = envelopes(project.budget_lines.all())
    groups: Any = project.groups
    return Sheet(
        project=project,
        parts=[(str(part.label), held) for part in Part if (held := [each for each in takers if each.part == part])],
        envelopes=found,
        totals=totals(found),
        links=list(project.links.select_related("to_project", "to_axis").order_by("to_project__number", "pk")),
        linked_from=list(_links_towards(project)),
        groups=list(groups.visible_to(reader)),
    )


def _links_towards(project: Project) -> "QuerySet[ProjectLink]":
    """To the project itself, or to the whole axis it belongs to."""
    found: QuerySet[ProjectLink] = ProjectLink.objects.filter(Q(to_project=project) | Q(to_axis=project.axis_id))
    others = found.exclude(from_project=project).select_related("from_project", "to_axis")
    return others.order_by("from_project__number", "pk")
