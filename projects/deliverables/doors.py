"""What the page of a deliverable lets its reader do: a control that would refuse is not shown."""

from dataclasses import dataclass, fields
from functools import partial

from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.deliverables.enums import LIVE, Progress
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle


@dataclass(frozen=True)
class Doors:
    """`approve` and `request_changes` lead to one page, where one decides."""

    deposit: bool = False
    submit: bool = False
    withdraw: bool = False
    approve: bool = False
    request_changes: bool = False
    change: bool = False
    tick: bool = False
    move: bool = False
    tell_health: bool = False
    suspend: bool = False
    abandon: bool = False
    resume: bool = False
    stand_aside: bool = False
    come_back: bool = False

    @property
    def decide(self) -> bool:
        return self.approve or self.request_changes

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def doors_of(now: Situation, *, recused: bool) -> Doors:
    """For who works on the deliverable; `now.version` is its current one."""
    deliverable = now.deliverable
    may = partial(standing_of(now.person).may, group=deliverable.group)
    opens = partial(is_open, now)
    contributes, approves = may(Permission.CONTRIBUTE), may(Permission.APPROVE)
    handed_in, live = now.version is not None, deliverable.progress in LIVE
    return Doors(
        deposit=opens(Move.DEPOSIT),
        submit=handed_in and opens(Move.SUBMIT),
        withdraw=handed_in and opens(Move.WITHDRAW),
        approve=handed_in and opens(Move.APPROVE),
        request_changes=handed_in and opens(Move.REQUEST_CHANGES),
        change=may(Permission.PLAN),
        tick=contributes,
        move=contributes and not deliverable.is_stopped,
        tell_health=approves and not deliverable.is_stopped,
        suspend=approves and live,
        abandon=approves and (live or deliverable.progress == Progress.SUSPENDED),
        resume=approves and deliverable.is_stopped,
        stand_aside=approves and not recused,
        come_back=approves and recused,
    )


def is_open(now: Situation, move: Move) -> bool:
    step = STEPS[move]
    if now.state not in step.sources or not standing_of(now.person).may(step.permission, now.deliverable.group):
        return False
    return any(not obstacle(step, each) for each in _ways(now, move))


def _ways(now: Situation, move: Move) -> list[Situation]:
    """Who holds a delegation besides their own mandate may decide by either: one that is open is enough."""
    if move not in {Move.APPROVE, Move.REQUEST_CHANGES}:
        return [now]
    found = []
    for capacity in now.ballot.capacities_of(now.person):
        by_it = Situation(now.deliverable, now.person, now.version, capacity)
        vars(by_it)["ballot"] = now.ballot  # read once
        found.append(by_it)
    return found
