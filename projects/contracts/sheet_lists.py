"""The lists of a project's sheet: who takes part, what it is linked to, its money, what it is judged by.

Each is given whole and replaces what was there; what did not change keeps its row. All of it happens inside the
transaction of `sheets`, which holds the project and writes the journal.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.organisations.models import Organisation
from accounts.organisations.services import hold
from accounts.people.names import one_line
from projects.contracts.budget_writing import put_budget_lines
from projects.contracts.entries import Lead, Taker
from projects.contracts.enums import Part
from projects.contracts.models import Axis, BudgetLine, Criterion, Participation, Project, ProjectLink
from projects.contracts.wording import line_in_words, link_in_words

LONGEST_LIST = 200


def put(project: Project, name: str, entries: Iterable[Any]) -> None:
    entries = list(entries)
    if len(entries) > LONGEST_LIST:
        raise ValidationError({name: _("Pas plus de %(number)d éléments par liste.") % {"number": LONGEST_LIST}})
    LISTS[name](project, entries)


def put_participations(project: Project, takers: list[Taker]) -> None:
    if any(taker.part not in Part for taker in takers):
        raise ValidationError({"participations": _("Dites en quoi chaque organisation prend part.")})
    kept = {(each.organisation_id, each.part): each for each in project.participations.all()}
    wanted = {(taker.organisation, taker.part) for taker in takers}
    new = wanted - kept.keys()
    held = _hold({organisation for organisation, _part in new})
    # Two of them may have become one since they were chosen.
    arriving = {(held[organisation].pk, part) for organisation, part in new}
    project.participations.filter(pk__in=[row.pk for key, row in kept.items() if key not in wanted | arriving]).delete()
    Participation.objects.bulk_create(
        Participation(project=project, organisation_id=organisation, part=part)
        for organisation, part in sorted(arriving - kept.keys())
    )


def _hold(keys: set[UUID]) -> dict[UUID, Organisation]:
    """In the order of their keys, so that two writers never wait for each other."""
    try:
        return {pk: hold(pk) for pk in sorted(keys)}
    except Organisation.DoesNotExist as error:
        raise ValidationError({"participations": _("Une de ces organisations n’existe pas.")}) from error


def put_links(project: Project, leads: list[Lead]) -> None:
    projects = set(Project.objects.filter(contract=project.contract_id).values_list("pk", flat=True))
    # Kept from being removed until the links stand.
    axes = set(
        Axis.objects.select_for_update(no_key=True).filter(contract=project.contract_id).values_list("pk", flat=True)
    )
    wanted: Counter[tuple[UUID | None, UUID | None, str]] = Counter()
    for lead in leads:
        why = one_line("links", lead.why)
        if refusal := _refusal(project, lead, why):
            raise ValidationError({"links": refusal})
        if lead.project not in {None, *projects} or lead.axis not in {None, *axes}:
            raise ValidationError({"links": _("Un lien mène à un projet ou à un axe du même contrat.")})
        wanted[lead.project, lead.axis, why] += 1
    for link in project.links.all():
        key = (link.to_project_id, link.to_axis_id, link.why)
        if wanted[key]:
            wanted[key] -= 1
        else:
            link.delete()
    ProjectLink.objects.bulk_create(
        ProjectLink(from_project=project, to_project_id=to_project, to_axis_id=to_axis, why=why)
        for to_project, to_axis, why in wanted.elements()
    )


def _refusal(project: Project, lead: Lead, why: str) -> str:
    if not why:
        return _("Dites pourquoi\u00a0: un lien sans raison n’apprend rien.")
    if len(why) > 500:
        return _("Une raison compte au plus 500 caractères.")
    if (lead.project is None) == (lead.axis is None):
        return _("Un lien mène à un projet ou à un axe, à l’un des deux.")
    if lead.project == project.pk:
        return _("Un projet ne peut pas être lié à lui-même.")
    return ""


def put_criteria(project: Project, texts: list[str]) -> None:
    wanted = [text for text in (one_line("criteria", text) for text in texts) if text]
    if any(len(text) > 500 for text in wanted):
        raise ValidationError({"criteria": _("Un critère compte au plus 500 caractères.")})
    if wanted != list(project.criteria.values_list("text", flat=True)):
        project.criteria.all().delete()
        Criterion.objects.bulk_create(
            Criterion(project=project, position=position, text=text) for position, text in enumerate(wanted, start=1)
        )


def words_of(project: Project) -> dict[str, list[str]]:
    """What the lists say, as the journal keeps it."""
    participations = Participation.objects.filter(project=project).select_related("organisation")
    links = ProjectLink.objects.filter(from_project=project).select_related("to_project", "to_axis")
    lines = BudgetLine.objects.filter(project=project).select_related("parent")
    return {
        "participations": sorted(str(each) for each in participations),
        "links": sorted(link_in_words(link) for link in links),
        "budget_lines": sorted(line_in_words(line) for line in lines),
        "criteria": list(Criterion.objects.filter(project=project).values_list("text", flat=True)),
    }


LISTS: Mapping[str, Callable[[Project, list[Any]], None]] = {
    "participations": put_participations,
    "links": put_links,
    "budget_lines": put_budget_lines,
    "criteria": put_criteria,
}
