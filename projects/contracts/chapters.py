"""Writes about axes, the chapters of a contract."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from accounts.people.names import one_line
from filiere.refusals import Refused
from filiere.versions import locked
from projects.activity.services import record
from projects.contracts.codes import check_code
from projects.contracts.models import Axis, Contract


@transaction.atomic
def add_axis(*, contract: Contract, code: str, title: str, by: User | None, position: int | None = None) -> Axis:
    """Comes last, unless a position is given."""
    contract = locked(Contract.objects.all(), contract.pk)
    axis = Axis(contract=contract, code=check_code(code, contract.axes.all()), title=one_line("title", title))
    axis.full_clean(exclude=["position"], validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            axis.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError({"code": _("Ce code est déjà pris.")}) from error
    _place(axis, contract.axes.count() if position is None else position)
    changes = {"code": (None, axis.code), "title": (None, axis.title), "position": (None, axis.position)}
    record(actor=by, capacity=capacity_of(by), verb="axis.added", target=axis, changes=changes)
    return axis


@transaction.atomic
def change_axis(
    *,
    axis: Axis,
    by: User | None,
    seen: str | None = None,
    title: str | None = None,
    position: int | None = None,
) -> Axis:
    """What is None stays as it is. `position` counts from 1; the others make room."""
    locked(Contract.objects.all(), axis.contract_id)  # whoever places an axis places them all
    axis = locked(Axis.objects.all(), axis.pk, seen=seen)
    changes: dict[str, tuple[Any, Any]] = {}
    if title is not None and (wanted := one_line("title", title)) != axis.title:
        changes["title"] = (axis.title, wanted)
        axis.title = wanted
        axis.full_clean(validate_unique=False, validate_constraints=False)
        axis.save()
    if position is not None:
        before = axis.position
        _place(axis, position)
        if axis.position != before:
            changes["position"] = (before, axis.position)
    if changes:
        record(actor=by, capacity=capacity_of(by), verb="axis.changed", target=axis, changes=changes)
    return axis


@transaction.atomic
def remove_axis(*, axis: Axis, by: User | None, seen: str | None = None) -> None:
    """Only an empty one. Links that led to it as a whole go with it."""
    contract = locked(Contract.objects.all(), axis.contract_id)
    axis = locked(Axis.objects.all(), axis.pk, seen=seen)
    if axis.projects.exists():
        raise Refused(
            _("L’axe «\u00a0%(axis)s\u00a0» a encore des projets\u00a0: rattachez-les d’abord à un autre axe.")
            % {"axis": axis},
            code="not_empty",
        )
    changes: dict[str, tuple[Any, Any]] = {"axes": (str(axis), None)}
    if links := sorted(axis.linked_from.values_list("why", flat=True)):
        changes["links"] = (links, None)
    # Told of the contract: of an axis that is no more, the journal could not tell the name.
    record(actor=by, capacity=capacity_of(by), verb="axis.removed", target=contract, changes=changes)
    axis.delete()


def _place(axis: Axis, position: int) -> None:
    """Axes are numbered from 1 without a gap; only those that move are written."""
    others = list(axis.contract.axes.exclude(pk=axis.pk))
    place = min(max(position, 1), len(others) + 1)
    others.insert(place - 1, axis)
    for rank, each in enumerate(others, start=1):
        if each.position != rank:
            each.position = rank
            # Making room is no edit: who is writing another axis's title loses nothing by it.
            each.save(update_fields=["position", "changed_at"] if each is axis else ["position"])
