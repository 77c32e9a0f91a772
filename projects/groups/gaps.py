"""Who is missing from a group, on a given day: one rule, written in SQL so that a list of groups asks it at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from accounts.organisations.enums import College
from projects.access.enums import Role
from projects.access.roles import SPEAKING
from projects.groups.enums import Gap, GroupKind
from projects.groups.models import Membership, WorkingGroup

if TYPE_CHECKING:
    from projects.groups.models import WorkingGroupQuerySet

# What fills each gap. An observer or a guest represents nobody.
FILLED_BY: Mapping[Gap, Q] = {
    Gap.PILOT: Q(role=Role.PILOT),
    Gap.CO_PILOT: Q(role=Role.CO_PILOT),
    Gap.RAPPORTEUR: Q(role=Role.RAPPORTEUR),
    Gap.STATE: Q(role__in=SPEAKING, college=College.STATE),
    Gap.INDUSTRY: Q(role__in=SPEAKING, college=College.INDUSTRY),
}
# The Bureau and the plenary committee have no seats of these names.
ONLY_IN_WORKING_GROUPS = frozenset({Gap.CO_PILOT, Gap.RAPPORTEUR})
WITHOUT_THEM = (GroupKind.BUREAU, GroupKind.PLENARY)


def with_gaps(groups: "WorkingGroupQuerySet", day: date) -> "WorkingGroupQuerySet":
    """An archived group lacks nobody."""
    missing = {_column(gap): _is_open(gap, day) for gap in Gap}
    annotated: WorkingGroupQuerySet = groups.annotate(**missing)
    return annotated


def gaps_of(group: WorkingGroup) -> list[Gap]:
    """Of a group that `with_gaps` found."""
    return [gap for gap in Gap if getattr(group, _column(gap))]


def said(gaps: Sequence[Gap]) -> str:
    """« Aucun copilote, aucun représentant de l’État. »"""
    labels = [str(gap.label) for gap in gaps]
    return ", ".join(labels[:1] + [label[0].lower() + label[1:] for label in labels[1:]]) + "."


def lacking(gap: str = "") -> Q:
    """The groups where this one is open; any of them when none is said."""
    found = Q()
    for each in [Gap(gap)] if gap else Gap:
        found |= Q(**{_column(each): True})
    return found


def _column(gap: Gap) -> str:
    return f"lacks_{gap.value}"


def _is_open(gap: Gap, day: date) -> Any:
    seats = Membership.objects.in_force(day).filter(FILLED_BY[gap], group=OuterRef("pk"))
    asked = Q(archived_at=None)
    if gap in ONLY_IN_WORKING_GROUPS:
        asked &= ~Q(kind__in=WITHOUT_THEM)
    return ExpressionWrapper(asked & ~Exists(seats), output_field=BooleanField())
