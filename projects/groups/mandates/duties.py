"""What a mandate leaves behind in its group: functions of `settings.DUTIES`."""

from datetime import timedelta
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission
from projects.access.roles import MAY_BORROW
from projects.activity.services import record
from projects.groups.delegations.services import cut_short
from projects.groups.mandates.handover import Duty, Leaving
from projects.groups.mandates.story import act_on
from projects.groups.models import Delegation, Membership

DAY = timedelta(days=1)


def delegations(leaving: Leaving) -> list[Duty]:
    """A delegation is a trust between two people: it ends with the mandate of either, and nobody inherits it."""
    person = leaving.mandate.person_id
    found = list(
        Delegation.objects.filter(
            Q(lender=person) | Q(borrower=person),
            group=leaving.mandate.group_id,
            revoked_at=None,
            ends_on__gt=max(leaving.last, today() - DAY),
        )
        .select_related("lender", "borrower", "group")
        .order_by("starts_on", "pk")
    )
    lent = [each for each in found if each.lender_id == person and not leaving.keeps(Permission(each.permission))]
    still_borrows = any(each.role in MAY_BORROW for each in leaving.remaining)
    held = [] if still_borrows else [each for each in found if each.borrower_id == person]
    to, by = (
        _("Délègue à %(person)s\u00a0: «\u00a0%(permission)s\u00a0»"),
        _("Tient de %(person)s une délégation\u00a0: «\u00a0%(permission)s\u00a0»"),
    )
    return [
        *(_delegation(leaving, each, to, each.borrower) for each in lent),
        *(_delegation(leaving, each, by, each.lender) for each in held),
    ]


def substitutes(leaving: Leaving) -> list[Duty]:
    return [
        Duty(
            what=_("A pour suppléant %(person)s") % {"person": each.person},
            with_successor=_("devient suppléant du successeur"),
            without=_("continue de siéger, et reste noté suppléant d’un mandat terminé"),
            settle=partial(_move_substitute, each),
        )
        for each in leaving.substitutes
    ]


def substitution(leaving: Leaving) -> list[Duty]:
    holder = leaving.mandate.substitute_for
    if holder is None or not holder.outlives(leaving.last):
        return []
    return [
        Duty(
            what=_("Est suppléant de %(person)s") % {"person": holder.person},
            with_successor=_("le successeur devient son suppléant, s’il n’a pas déjà de titulaire ni de suppléant"),
            without=_("le titulaire n’a plus ce suppléant"),
            settle=partial(_take_substitution, holder),
        )
    ]


def _delegation(leaving: Leaving, delegation: Delegation, said: str, other: User) -> Duty:
    def settle(successor: Membership | None, by: User | None) -> None:
        cut_short(delegation, leaving.last, by=by)

    ends = _("prend fin avec le mandat\u00a0: une délégation ne se transmet pas")
    what = said % {"person": other, "permission": delegation.get_permission_display()}
    return Duty(what=what, with_successor=ends, without=ends, settle=settle)


def _move_substitute(substitute: Membership, successor: Membership | None, by: User | None) -> None:
    """Not to themselves, nor to who is a substitute already: the rules of mandates hold here too."""
    if successor is None or successor.person_id == substitute.person_id or successor.substitute_for_id is not None:
        return
    _set_holder(substitute, successor, by=by)


def _take_substitution(holder: Membership, successor: Membership | None, by: User | None) -> None:
    if successor is None or successor.person_id == holder.person_id or successor.substitute_for_id is not None:
        return
    if successor.substitutes.after(today()).exists():
        return
    _set_holder(successor, holder, by=by)


def _set_holder(substitute: Membership, holder: Membership, *, by: User | None) -> None:
    before = str(substitute.substitute_for_id or "")
    substitute.substitute_for = holder
    substitute.save()
    record(
        **act_on(substitute, by),
        verb="mandate.substitution_moved",
        changes={"substitute_for": (before, str(holder.pk))},
    )
