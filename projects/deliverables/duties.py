"""What a mandate leaves behind of deliverables: functions of `settings.DUTIES`.

Whoever ends a mandate may not read every deliverable of the group: duties are counted here, never named.
"""

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.days import today
from filiere.web.french import number_fr
from projects.access.enums import Permission, Role
from projects.access.readers import who_works_on
from projects.access.roles import ROLES
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.holding import tell
from projects.deliverables.letters import after_commit
from projects.deliverables.models import Deliverable
from projects.deliverables.opinions.mail import tell_asked_after_commit
from projects.deliverables.opinions.models import Opinion
from projects.groups.enums import STEERING_ROLES, ApprovalRule
from projects.groups.mandates.handover import Duty, Leaving
from projects.groups.models import Membership

OVER = (Progress.FINISHED, Progress.ABANDONED)


def deliverables_owned(leaving: Leaving) -> list[Duty]:
    """Somebody answers for them: the successor, or the same name until the group chooses another."""
    if leaving.remaining:
        return []
    number = _owned(leaving).count()
    if not number:
        return []
    said = ngettext("Est responsable de %s livrable", "Est responsable de %s livrables", number)
    return [
        Duty(
            what=said % number_fr(number),
            with_successor=_("le successeur en devient responsable"),
            without=_("le groupe désigne un autre responsable\u202f; d’ici là, son nom y reste"),
            settle=partial(_hand_over, leaving),
        )
    ]


def opinions_to_give(leaving: Leaving) -> list[Duty]:
    if leaving.keeps(Permission.DISCUSS):
        return []
    number = _asked(leaving).count()
    if not number:
        return []
    said = ngettext("Doit encore %s avis", "Doit encore %s avis", number)
    return [
        Duty(
            what=said % number_fr(number),
            with_successor=_("demandé au successeur, s’il suit le livrable"),
            without=_("la demande est retirée"),
            settle=partial(_ask_the_successor, leaving),
        )
    ]


def approvals_to_give(leaving: Leaving) -> list[Duty]:
    """The voice goes with the mandate: what was complete but for it becomes so once the mandate has ended."""
    if leaving.mandate.role not in STEERING_ROLES or any(each.role in STEERING_ROLES for each in leaving.remaining):
        return []
    number = _waiting(leaving).count()
    if not number:
        return []
    said = ngettext(
        "Son approbation est attendue sur %s version", "Son approbation est attendue sur %s versions", number
    )
    falls = _("n’est plus attendue une fois le mandat terminé\u00a0: celle des autres pilotes suffit")
    return [
        Duty(
            what=said % number_fr(number),
            with_successor=_(
                "attendue du successeur s’il pilote le groupe\u202f; sinon, celle des autres pilotes suffit"
            ),
            without=falls,
            settle=partial(_settle_afterwards, leaving),
        )
    ]


def _owned(leaving: Leaving) -> "QuerySet[Any]":
    found: QuerySet[Any] = Deliverable.objects.filter(
        group=leaving.mandate.group_id, owners=leaving.mandate.person_id
    ).exclude(progress__in=OVER)
    return found


def _asked(leaving: Leaving) -> "QuerySet[Any]":
    """Who leaves later still gives those that are due before."""
    found: QuerySet[Any] = Opinion.objects.filter(
        version__deliverable__group=leaving.mandate.group_id,
        person=leaving.mandate.person_id,
        given_at=None,
        withdrawn_at=None,
    )
    return found if leaving.last < today() else found.filter(Q(due_on=None) | Q(due_on__gt=leaving.last))


def _waiting(leaving: Leaving) -> "QuerySet[Any]":
    person = leaving.mandate.person_id
    heard = Approval.objects.of_pilots().filter(voice=person).values("version")
    aside = Recusal.objects.filter(person=person, lifted_at=None).values("deliverable")
    found: QuerySet[Any] = Deliverable.objects.filter(
        group=leaving.mandate.group_id, approval_state=ApprovalState.SUBMITTED
    )
    found = found.exclude(current__in=heard).exclude(pk__in=aside)
    if leaving.mandate.group.approval_rule == ApprovalRule.ANY:
        found = found.exclude(Q(current__author=person) | Q(current__submitted_by=person))
    return found


def _hand_over(leaving: Leaving, successor: Membership | None, by: User | None) -> None:
    if successor is None:
        return
    old, new = leaving.mandate.person, successor.person
    for row in _locked(_owned(leaving)):
        if not who_works_on(row).filter(pk=new.pk).exists():
            continue  # a college's own matter stays with it
        before = _owners(row)
        row.owners.remove(old)
        row.owners.add(new)
        row.save()
        tell(row, "deliverable.changed", by=by, permission=Permission.PLAN, changes={"owners": (before, _owners(row))})


def _ask_the_successor(leaving: Leaving, successor: Membership | None, by: User | None) -> None:
    by_deliverable: dict[Any, list[Opinion]] = {}
    for opinion in _asked(leaving).select_related("version"):
        by_deliverable.setdefault(opinion.version.deliverable_id, []).append(opinion)
    for row in _locked(Deliverable.objects.filter(pk__in=by_deliverable)):
        for opinion in by_deliverable[row.pk]:
            _pass_on(row, opinion, successor, by)
        row.save()


def _pass_on(row: Deliverable, opinion: Opinion, successor: Membership | None, by: User | None) -> None:
    opinion.withdrawn_at = timezone.now()
    opinion.save()
    number, person = opinion.version.number, str(opinion.person_id)
    told = {"version": (None, number), "people": (None, [person])}
    tell(row, "deliverable.opinion_no_longer_asked", by=by, permission=Permission.CONTRIBUTE, changes=told)
    if successor is None or not _may_be_asked(row, opinion, successor):
        return
    asked = Opinion.objects.create(
        version=opinion.version, person=successor.person, asked_by=opinion.asked_by, due_on=opinion.due_on
    )
    due = opinion.due_on.isoformat() if opinion.due_on else ""
    told = {"version": (None, number), "people": (None, [str(successor.person_id)]), "due_on": (None, due)}
    tell(row, "deliverable.opinion_asked", by=by, permission=Permission.CONTRIBUTE, changes=told)
    tell_asked_after_commit(asked)


def _may_be_asked(row: Deliverable, opinion: Opinion, successor: Membership) -> bool:
    return (
        Permission.DISCUSS in ROLES[Role(successor.role)]
        and opinion.version_id == row.current_id
        and who_works_on(row).filter(pk=successor.person_id).exists()
        and not Opinion.objects.filter(version=opinion.version, person=successor.person_id, withdrawn_at=None).exists()
    )


def _settle_afterwards(leaving: Leaving, successor: Membership | None, by: User | None) -> None:
    """The mandate still runs while its duties are settled, and a later end is the scheduled job's to see."""
    after_commit(_task, leaving.mandate.group_id)


def _task() -> Any:
    from projects.deliverables.tasks import settle_approvals_of  # tasks call the services that end mandates

    return settle_approvals_of


def _locked(rows: "QuerySet[Any]") -> "list[Deliverable]":
    """The caller holds the group; deliverables come after it, by their keys."""
    keys = list(rows.values_list("pk", flat=True))
    found = Deliverable.objects.filter(pk__in=keys).select_for_update(of=("self",), no_key=True)
    return list(found.select_related("group").order_by("pk"))


def _owners(row: Deliverable) -> list[str]:
    return sorted(str(pk) for pk in row.owners.values_list("pk", flat=True))
