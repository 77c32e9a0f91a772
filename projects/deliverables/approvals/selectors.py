"""What waits for one person's decision, in a constant number of queries.

The ballots made here hold what bears on that person alone: their mandates, what was lent to them, and by whom.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet, Value

from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission
from projects.access.standing import Standing, standing_of
from projects.deliverables.approvals.models import Approval, Recusal
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.enums import ApprovalState
from projects.deliverables.models import Deliverable
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle
from projects.groups.enums import STEERING_ROLES, ApprovalRule
from projects.groups.models import Delegation, Membership

RECUSED, SAID = "recused", "said"


def awaiting(person: User) -> list[Deliverable]:
    """Those whose current version misses their approval today, the longest first."""
    rows: QuerySet[Any] = Deliverable.objects.visible_to(person).filter(may_await(standing_of(person)))
    return awaited_among(rows.select_related("group", "current__submitted_by"), person)


def may_await(standing: Standing) -> Q:
    """Where they approve, what was submitted. Whether it is their voice that is missing takes a ballot."""
    groups = standing.groups(Permission.APPROVE)
    return Q(group__in=groups, group__archived_at=None, approval_state=ApprovalState.SUBMITTED)


def awaited_among(rows: Iterable[Deliverable], person: User) -> list[Deliverable]:
    """Of deliverables that `may_await` them: by their own mandate, or for who lent it to them. Neither what they stand
    aside from, nor what their voice said already, nor what they handed in alone."""
    found = sorted(rows, key=lambda row: (_submitted(row).submitted_at, row.pk))
    if not found:
        return []
    links = _links(found)
    seats = _seats(found, person)
    return [row for row in found if _is_awaited(_ballot(row, seats[row.group_id], links), row, person)]


@dataclass(frozen=True)
class _Seats:
    """In one group."""

    mandates: Sequence[Membership] = ()
    delegations: Sequence[Delegation] = ()


Links = Mapping[tuple[str, UUID], Sequence[tuple[UUID, UUID]]]


def _submitted(row: Deliverable) -> Any:
    assert row.current is not None
    return row.current


def _ballot(row: Deliverable, seats: _Seats, links: Links) -> Ballot:
    version = _submitted(row)
    return Ballot(
        version=version,
        rule=ApprovalRule(row.group.approval_rule),
        seats=seats.mandates,
        delegations=seats.delegations,
        recused=frozenset(person for person, _voice in links.get((RECUSED, row.pk), ())),
        approvals=[
            Approval(version=version, person_id=person, voice_id=voice)
            for person, voice in links.get((SAID, version.pk), ())
        ],
    )


def _is_awaited(ballot: Ballot, row: Deliverable, person: User) -> bool:
    """Who holds a delegation besides their own mandate may decide by either: one that is open is enough."""
    for capacity in ballot.capacities_of(person):
        now = Situation(row, person, ballot.version, capacity)
        vars(now)["ballot"] = ballot  # read once, for all of them
        if not obstacle(STEPS[Move.APPROVE], now):
            return True
    return False


def _links(rows: Sequence[Deliverable]) -> Links:
    """Who stands aside from which, and what was said of which version: one query for both."""
    recused = Recusal.objects.filter(deliverable__in=[row.pk for row in rows], lifted_at=None)
    said = Approval.objects.of_pilots().filter(version__in=[row.current_id for row in rows])
    every = (
        recused.order_by()
        .values_list(Value(RECUSED), "deliverable", "person", F("person_id"))
        .union(said.order_by().values_list(Value(SAID), "version", "person", "voice"), all=True)
    )
    found: dict[tuple[str, UUID], list[tuple[UUID, UUID]]] = defaultdict(list)
    for kind, key, person, voice in every:
        found[kind, key].append((person, voice))
    return found


def _seats(rows: Sequence[Deliverable], person: User) -> Mapping[UUID, _Seats]:
    """Who steers those groups, with what each lent to this person, and where they sit themselves: one query."""
    day = today()
    lent = Q(
        person__delegations_given__borrower=person,
        person__delegations_given__permission=Permission.APPROVE,
        person__delegations_given__revoked_at=None,
        person__delegations_given__starts_on__lte=day,
        person__delegations_given__ends_on__gte=day,
    )
    mandates: Any = (
        Membership.objects.in_force(day)
        .filter(
            Q(role__in=STEERING_ROLES) | Q(person=person),
            group__in={row.group_id for row in rows},
            person__is_active=True,
        )
        .annotate(lent=FilteredRelation("person__delegations_given", condition=lent))
        .annotate(lent_key=F("lent__pk"), lent_in=F("lent__group"))
        .select_related("person", "organisation")
        .order_by("starts_on", "pk")
    )
    seated: dict[UUID, dict[UUID, Membership]] = defaultdict(dict)
    loans: dict[UUID, dict[UUID, Delegation]] = defaultdict(dict)
    for mandate in mandates:
        seated[mandate.group_id][mandate.pk] = mandate
        if mandate.lent_in == mandate.group_id:
            loans[mandate.group_id][mandate.lent_key] = Delegation(
                pk=mandate.lent_key, group_id=mandate.group_id, lender=mandate.person, borrower=person
            )
    return {
        row.group_id: _Seats(list(seated[row.group_id].values()), list(loans[row.group_id].values())) for row in rows
    }
