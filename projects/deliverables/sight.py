"""« Pourquoi cette personne voit-elle ce livrable ? »: each door there is, whether it is open to them, and by what.

What is decided by is asked, never what it rests on: the answer is that of `visible_to`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Confidentiality, Permission
from projects.access.roles import COLLEGES
from projects.access.standing import Standing, standing_of
from projects.deliverables.models import BEFORE_THE_BUREAU, Deliverable, seen_by
from projects.deliverables.permissions import works_on
from projects.groups.access.explanations import explain

Reasons = Mapping[Permission, tuple[str, ...]]


@dataclass(frozen=True)
class Door:
    what: str
    is_open: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sight:
    """`works`: whether they follow the work; `reads`: whether they read it at all."""

    person: User
    reads: bool
    works: bool
    doors: tuple[Door, ...]


def sight_of(person: User, deliverable: Deliverable) -> Sight:
    standing = standing_of(person)
    reasons = {answer.permission: answer.reasons for answer in explain(person, deliverable.group, today())}
    doors = [_level(standing, deliverable, reasons), _work(standing, deliverable, reasons)]
    if deliverable.needs_bureau:
        doors.append(_bureau(standing, deliverable, reasons))
    rows: Any = Deliverable.objects.filter(pk=deliverable.pk)
    by_their_place = rows.filter(seen_by(standing)).exists()
    return Sight(
        person=person,
        reads=by_their_place or rows.visible_to(person).exists(),
        works=by_their_place and works_on(person, deliverable),
        doors=tuple(doors),
    )


def _level(standing: Standing, deliverable: Deliverable, reasons: Reasons) -> Door:
    level = Confidentiality(deliverable.confidentiality)
    if level == Confidentiality.PUBLIC:
        return Door(_("Public\u00a0: tout compte ouvert le lit"), standing.known)
    if level == Confidentiality.FILIERE:
        told = reasons[Permission.READ_FILIERE]
        if standing.in_filiere and not told:
            told = (_("un mandat dans un autre groupe"),)
        return Door(_("Filière\u00a0: il faut siéger dans un groupe, ailleurs qu’en invité"), standing.in_filiere, told)
    needed = _permission_for(level, deliverable)
    what = _("%(level)s\u00a0: il faut «\u00a0%(permission)s\u00a0»") % {
        "level": level.label,
        "permission": needed.label,
    }
    return Door(what, standing.may(needed, deliverable.group), reasons[needed])


def _permission_for(level: Confidentiality, deliverable: Deliverable) -> Permission:
    if level == Confidentiality.COLLEGE:
        return {college.value: permission for college, permission in COLLEGES.items()}[deliverable.college]
    return Permission.READ_RESTRICTED if level == Confidentiality.RESTRICTED else Permission.READ


def _work(standing: Standing, deliverable: Deliverable, reasons: Reasons) -> Door:
    what = _("Travaux en cours\u00a0: il faut «\u00a0%(permission)s\u00a0»\u202f; sinon, la version validée seule") % {
        "permission": Permission.READ_WORK.label
    }
    return Door(what, standing.may(Permission.READ_WORK, deliverable.group), reasons[Permission.READ_WORK])


def _bureau(standing: Standing, deliverable: Deliverable, reasons: Reasons) -> Door:
    """Whatever the group: a seat on a Bureau."""
    seated = bool(standing.groups(Permission.SIT_ON_BUREAU))
    told = reasons[Permission.SIT_ON_BUREAU] or ((_("un mandat dans un Bureau"),) if seated else ())
    what = _("Position du comité\u00a0: une fois approuvée par les pilotes, le Bureau la lit")
    return Door(what, seated and deliverable.approval_state in BEFORE_THE_BUREAU, told)
