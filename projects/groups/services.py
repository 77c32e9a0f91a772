"""Writes about groups themselves. Mandates, delegations, invitations and handovers have files of their own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.versions import locked
from projects.access.enums import Confidentiality, Permission
from projects.access.standing import read_standing
from projects.activity.services import record
from projects.contracts.models import Contract, Project
from projects.groups.enums import ApprovalRule, GroupKind
from projects.groups.models import WorkingGroup
from projects.groups.permissions import capacity_in, demand
from projects.groups.projection import project as project_grants

# Addresses that are pages already.
RESERVED = frozenset({"nouveau"})
# What those who steer the group set by themselves; the rest decides who may do what, and belongs to coordinators.
PRESENTED = frozenset({"name", "presentation", "cadence"})


def create_group(
    *,
    contract: Contract,
    name: str,
    by: User | None,
    slug: str = "",
    kind: str = GroupKind.WORKING_GROUP,
    parent: WorkingGroup | None = None,
    projects: Iterable[Project] = (),
    presentation: str = "",
    cadence: str = "",
    approval_rule: str = ApprovalRule.ANY,
    default_confidentiality: str = Confidentiality.GROUP,
) -> WorkingGroup:
    """Without a `slug`, one is made of the name."""
    group = WorkingGroup(
        contract=contract,
        slug=slug or slugify(name)[:60],
        name=one_line("name", name),
        kind=kind,
        parent=parent,
        presentation=_paragraphs(presentation),
        cadence=one_line("cadence", cadence),
        approval_rule=approval_rule,
        default_confidentiality=default_confidentiality,
    )
    with transaction.atomic():
        if by is not None and Permission.MANAGE_GROUP not in read_standing(by).everywhere:
            demand(by, Permission.MANAGE_GROUP, group)
        served = list(projects)
        _check(group, served)
        try:
            with transaction.atomic():
                group.save(force_insert=True)
        except IntegrityError as error:  # two people may give one address at once
            raise ValidationError({"slug": _("Un groupe porte déjà cette adresse.")}) from error
        group.projects.set(served)
        record(
            actor=by,
            capacity=capacity_in(by, group, Permission.MANAGE_GROUP),
            verb="group.created",
            target=group,
            group=group,
            changes={field: (None, value) for field, value in _content(group).items() if value},
        )
    return group


def change_group(*, group: WorkingGroup, by: User | None, seen: str | None = None, **changes: Any) -> WorkingGroup:
    """What is not given stays as it is. `projects` is the whole list of those served."""
    with transaction.atomic():
        group = held_group(group, seen=seen)
        permission = Permission.EDIT_GROUP if changes.keys() <= PRESENTED else Permission.MANAGE_GROUP
        demand(by, permission, group)
        if group.is_archived:
            raise Refused(_("Ce groupe est archivé\u00a0: rouvrez-le avant de le modifier."), code="archived")
        before = _content(group)
        served = changes.pop("projects", None)
        for field, value in changes.items():
            setattr(group, field, _written(field, value))
        served = list(group.projects.all()) if served is None else list(served)
        _check(group, served)
        try:
            with transaction.atomic():
                group.projects.set(served)
                group.save()
        except IntegrityError as error:
            raise ValidationError({"slug": _("Un groupe porte déjà cette adresse.")}) from error
        after = _content(group)
        difference = {field: (before[field], after[field]) for field in after if before[field] != after[field]}
        if difference:
            project_grants(group)
            record(
                actor=by,
                capacity=capacity_in(by, group, permission),
                verb="group.changed",
                target=group,
                group=group,
                changes=difference,
            )
    return group


def archive_group(*, group: WorkingGroup, by: User | None, seen: str | None = None) -> WorkingGroup:
    """Everything stays readable by those who could read it; nothing can be written any more."""
    return _set_archived(group, "group.archived", archived=True, by=by, seen=seen)


def reopen_group(*, group: WorkingGroup, by: User | None, seen: str | None = None) -> WorkingGroup:
    return _set_archived(group, "group.reopened", archived=False, by=by, seen=seen)


def held_group(group: WorkingGroup, *, seen: str | None = None) -> WorkingGroup:
    """The group's row, kept until the transaction ends: whatever changes who may do what in it takes this first."""
    return locked(WorkingGroup.objects.all(), group.pk, seen=seen)


def archive_groups(*, groups: Iterable[WorkingGroup], by: User | None) -> int:
    """Those that are not yet; all of them, or none."""
    return _set_all_archived(groups, archived=True, by=by)


def reopen_groups(*, groups: Iterable[WorkingGroup], by: User | None) -> int:
    return _set_all_archived(groups, archived=False, by=by)


def _set_all_archived(groups: Iterable[WorkingGroup], *, archived: bool, by: User | None) -> int:
    act = archive_group if archived else reopen_group
    with transaction.atomic():
        # By their keys: two who choose the same groups take their locks in the same order.
        chosen = [group for group in sorted(groups, key=lambda group: group.pk) if group.is_archived != archived]
        for group in chosen:
            act(group=group, by=by)
    return len(chosen)


def _set_archived(group: WorkingGroup, verb: str, *, archived: bool, by: User | None, seen: str | None) -> WorkingGroup:
    with transaction.atomic():
        group = held_group(group, seen=seen)
        demand(by, Permission.MANAGE_GROUP, group)
        if group.is_archived != archived:
            capacity = capacity_in(by, group, Permission.MANAGE_GROUP)
            group.archived_at = timezone.now() if archived else None
            group.save()
            project_grants(group)
            record(actor=by, capacity=capacity, verb=verb, target=group, group=group)
    return group


def _written(field: str, value: Any) -> Any:
    if field == "presentation":
        return _paragraphs(value)
    return one_line(field, value) if field in {"name", "cadence"} else value


def _paragraphs(text: str) -> str:
    """Browsers send line ends of their own: a form saved unchanged changes nothing."""
    return text.replace("\r\n", "\n").strip()


def _check(group: WorkingGroup, served: list[Project]) -> None:
    if not group.slug:
        raise ValidationError({"slug": _("Donnez au groupe une adresse\u00a0: des lettres, des chiffres, des traits.")})
    group.full_clean(validate_unique=False, validate_constraints=False)
    if group.slug in RESERVED or _is_id(group.slug):
        raise ValidationError({"slug": _("Cette adresse est réservée\u00a0: donnez-en une autre.")})
    if WorkingGroup.objects.filter(slug=group.slug).exclude(pk=group.pk).exists():
        raise ValidationError({"slug": _("Un groupe porte déjà cette adresse.")})
    if any(project.contract_id != group.contract_id for project in served):
        raise ValidationError({"projects": _("Un groupe ne sert que des projets de son contrat.")})
    if group.parent is not None:
        if group.parent.contract_id != group.contract_id:
            raise ValidationError({"parent": _("Le groupe parent appartient à un autre contrat.")})
        if group.pk in _line_of(group.parent):
            raise ValidationError({"parent": _("Un groupe ne peut pas dépendre de lui-même, même de loin.")})


def _is_id(slug: str) -> bool:
    """The API would take it for an identifier, and never find the group."""
    try:
        UUID(slug)
    except ValueError:
        return False
    return True


def _line_of(group: WorkingGroup) -> set[UUID]:
    """The group and those above it. Groups are few, and their tree is shallow."""
    above = dict(WorkingGroup.objects.values_list("pk", "parent"))
    line: set[UUID] = set()
    current: UUID | None = group.pk
    while current is not None and current not in line:
        line.add(current)
        current = above.get(current)
    return line


def _content(group: WorkingGroup) -> dict[str, Any]:
    """Words rather than keys: this is read years later, by people."""
    return {
        "name": group.name,
        "slug": group.slug,
        "kind": str(group.kind),
        "parent": group.parent.slug if group.parent else "",
        "projects": sorted(group.projects.values_list("code", flat=True)),
        "presentation": group.presentation,
        "cadence": group.cadence,
        "approval_rule": str(group.approval_rule),
        "default_confidentiality": str(group.default_confidentiality),
    }
