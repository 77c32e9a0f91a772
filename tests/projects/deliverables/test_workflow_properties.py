"""People, versions, loans, mandates and recusals in any order: what is approved was approved as its rule demands.

After each act the whole journal is replayed (`replay`), by rules written a second time that ask the code nothing.
"""

from collections import Counter
from random import Random

import pytest
from django.db import transaction

from projects.activity.sealing import seal
from projects.activity.verification import verify
from projects.deliverables import workflow
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.enums import ApprovalState
from projects.groups.enums import ApprovalRule
from projects.models import Deliverable, Version
from tests.projects.deliverables.acts import FEW, NAMES, Room

pytestmark = pytest.mark.django_db

STATES = set(ApprovalState) - {ApprovalState.NO_VERSION}

# Chance that is the same every day. Drawn evenly: what looks for simple cases tries one act over and over.
TURNS, ACTS = 30, 12
# Those who steer more often than the others.
WHO = [0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6]
AUTHOR = 4


def begin(room, approved=0, *, bureau=False):
    """Where nothing was deposited, nothing much can happen: in the middle of things, before or after approvals."""
    room.try_to("stages", 0, 0, int(bureau))
    for name in ("deposit", "submit"):
        assert room.try_to(name, AUTHOR, 0, 1)
    for steering in range(approved):
        room.try_to("approve", steering, 0, 2)


class Undone(Exception):
    pass


@pytest.mark.parametrize("rule", ApprovalRule)
def test_whatever_people_do_an_approved_version_was_approved_as_its_rule_demands(rule):
    room, met, done = Room(rule, FEW), Counter(), Counter()

    def live(draw, turn):
        begin(room, turn % 3, bureau=turn % 2 == 1)
        acts = []
        for _ in range(ACTS):
            acts.append((draw.choice(NAMES), draw.choice(WHO), draw.choice(WHO), draw.randrange(31)))
            done[acts[-1][0]] += room.try_to(*acts[-1])
            try:
                replay = room.check()
            except AssertionError as error:
                raise AssertionError(f"{error} — after {acts}") from error
            met[replay.state] += 1
        met.update(replay.seen)
        assert not verify().faults

    for turn in range(TURNS):
        try:
            with transaction.atomic():
                live(Random(turn), turn)
                raise Undone
        except Undone:
            pass
    # It went everywhere: otherwise this would prove little.
    assert [state for state in STATES if not met[state]] == []
    assert [name for name in set(NAMES) if not done[name]] == []
    assert met["deliverable.version_approved"] > TURNS / 3


def run_script(room, *steps):
    for name, who, other, number in steps:
        room.try_to(name, who, other, number)
        room.check()


PILOT, FIRST, SECOND, RAPPORTEUR, MEMBER = range(5)


def test_long_life_of_a_deliverable_replays_from_end_to_end():
    """One whole story that random acts would seldom tell: both stages, a loan, a recusal, departures, all the verbs."""
    room = Room(ApprovalRule.ALL)
    run_script(
        room,
        ("stages", PILOT, 0, 1),
        ("deposit", MEMBER, 0, 1),
        ("submit", MEMBER, 0, 0),
        ("approve", PILOT, 0, 2),
        ("request_changes", FIRST, 0, 0),
        ("deposit", PILOT, 0, 2),
        ("submit", PILOT, 0, 0),
        ("approve", PILOT, 0, 2),
        ("lend", FIRST, RAPPORTEUR, 1),
        ("approve", RAPPORTEUR, 0, 1),
        ("recuse", SECOND, 0, 0),
        ("validate", 0, 0, 1),
        ("deposit", MEMBER, 0, 3),
        ("submit", MEMBER, 0, 0),
        ("approve", PILOT, 0, 2),
        ("end", FIRST, 0, 0),
        ("settle", 0, 0, 0),
        ("send_back", 0, 0, 1),
    )
    replay = room.check()
    assert (replay.state, replay.validated, replay.current.number) == ("modifications_demandees", 2, 3)
    assert replay.seen["deliverable.version_approved"] == 2
    for verb in ("validated_by_bureau", "sent_back_by_bureau", "changes_requested", "recusal_declared"):
        assert replay.seen[f"deliverable.{verb}"] == 1, verb
    assert Version.objects.count() == 3
    seal(rounds=100)
    assert verify().intact


# --- The replay would see it ------------------------------------------------


def broken(room, *steps):
    with pytest.raises(AssertionError):
        run_script(room, *steps)


def test_replay_sees_an_author_who_approves_alone(monkeypatch):
    monkeypatch.setattr(Ballot, "is_independently_approved", property(lambda self: bool(self.approvals)))
    monkeypatch.setattr(Ballot, "lets_say", lambda *_: True)
    broken(
        Room(),
        ("deposit", PILOT, 0, 1),
        ("submit", PILOT, 0, 0),
        ("approve", PILOT, 0, 2),
    )


def test_replay_sees_one_pilot_where_all_are_asked(monkeypatch):
    monkeypatch.setattr(Ballot, "required", property(lambda _: []))
    broken(
        Room(ApprovalRule.ALL),
        ("deposit", MEMBER, 0, 1),
        ("submit", MEMBER, 0, 0),
        ("approve", PILOT, 0, 2),
    )


def test_replay_sees_a_recused_voice(monkeypatch):
    monkeypatch.setattr(Ballot, "is_recused", lambda *_: False)
    broken(
        Room(),
        ("deposit", MEMBER, 0, 1),
        ("submit", MEMBER, 0, 0),
        ("recuse", PILOT, 0, 0),
        ("approve", PILOT, 0, 2),
    )


def test_replay_sees_an_approval_that_outlives_its_version():
    room = Room(ApprovalRule.ALL)
    run_script(
        room, ("deposit", MEMBER, 0, 1), ("submit", MEMBER, 0, 0), ("approve", PILOT, 0, 2), ("deposit", MEMBER, 0, 2)
    )
    room.check()
    first = Version.objects.get(number=1)
    first.approvals.update(voided_at=None, voided_because="")
    with pytest.raises(AssertionError, match="replaced version"):
        room.check()


def test_replay_sees_a_state_that_nobody_earned():
    room = Room()
    begin(room)
    Deliverable.objects.update(approval_state="approuve_pilotes")
    Version.objects.update(state="approuve_pilotes")
    with pytest.raises(AssertionError):
        room.check()


def test_acts_of_the_play_reach_every_move_of_the_table():
    """A move added to the table is tried at random too."""
    assert {move.value.replace("-", "_") for move in workflow.Move} <= set(NAMES)
