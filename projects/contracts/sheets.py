"""Writes about projects. A sheet is one thing: its fields and its lists are versioned, changed and told together."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from accounts.people.names import one_line
from filiere.versions import locked
from projects.activity.services import record
from projects.contracts.codes import check_code
from projects.contracts.entries import Lead, Line, Taker
from projects.contracts.models import Axis, Contract, Project
from projects.contracts.sheet_lists import LISTS, put, words_of

FIELDS = ("axis", "number", "title", "other_titles", "summary")


@transaction.atomic
def add_project(
    *,
    contract: Contract,
    axis: Axis,
    code: str,
    number: int,
    title: str,
    by: User | None,
    other_titles: str = "",
    summary: str = "",
    participations: Iterable[Taker] = (),
    links: Iterable[Lead] = (),
    budget_lines: Iterable[Line] = (),
    criteria: Iterable[str] = (),
) -> Project:
    contract = locked(Contract.objects.all(), contract.pk)
    project = Project(contract=contract, code=check_code(code, contract.projects.all()))
    _fill(
        project,
        {"axis": axis, "number": number, "title": title, "other_titles": other_titles, "summary": summary},
    )
    try:
        with transaction.atomic():
            project.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError({"code": _("Ce code est déjà pris.")}) from error
    lists = {
        "participations": participations,
        "links": links,
        "budget_lines": budget_lines,
        "criteria": criteria,
    }
    for name, entries in lists.items():
        put(project, name, entries)
    content = {"code": project.code, **_content(project)}
    changes = {name: (None, value) for name, value in content.items() if value}
    record(actor=by, capacity=capacity_of(by), verb="project.added", target=project, changes=changes)
    return project


@transaction.atomic
def change_project(*, project: Project, by: User | None, seen: str | None = None, **changes: Any) -> Project:
    """What is not given stays as it is; a list that is given replaces the whole list."""
    project = locked(Project.objects.select_related("contract", "axis"), project.pk, seen=seen)
    before = _content(project)
    fields = {name: changes[name] for name in FIELDS if name in changes}
    if fields:
        _fill(project, fields)
    for name in LISTS:
        if name in changes:
            put(project, name, changes[name])
    after = _content(project)
    differences = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if differences:
        project.save()  # also when only a list changed: who edits another part of the sheet must learn of it
        record(actor=by, capacity=capacity_of(by), verb="project.changed", target=project, changes=differences)
    return project


def _fill(project: Project, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(project, name, one_line(name, value) if name == "title" else value)
    if "axis" in fields:
        _hold(project)
    project.other_titles = "\n".join(filter(None, (line.strip() for line in project.other_titles.splitlines())))
    project.summary = project.summary.strip()
    project.full_clean(validate_unique=False, validate_constraints=False)


def _hold(project: Project) -> None:
    """The axis is kept from being removed until the project stands in it."""
    axis = Axis.objects.select_for_update(no_key=True).filter(pk=project.axis_id, contract=project.contract_id).first()
    if axis is None:
        raise ValidationError({"axis": _("Choisissez un axe de ce contrat.")})
    project.axis = axis


def _content(project: Project) -> dict[str, Any]:
    """Words rather than keys: this is read years later, by people."""
    fields = {name: getattr(project, name) for name in FIELDS if name != "axis"}
    return {"axis": str(project.axis), **fields, **words_of(project)}
