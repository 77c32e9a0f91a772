"""The table itself: what it opens, to whom, and that nothing moves outside of it."""

import pytest

from filiere.refusals import Refused
from projects.access.enums import Permission, Role
from projects.access.roles import ROLES
from projects.activity.sentences import SENTENCES
from projects.deliverables.approvals.bureau import send_back, validate
from projects.deliverables.approvals.services import approve, request_changes, submit, withdraw
from projects.deliverables.enums import ApprovalState
from projects.deliverables.versions.services import deposit_version
from projects.deliverables.workflow import STEPS, Move, Situation, obstacle
from projects.models import Deliverable, Version
from tests.factories.deliverables import DeliverableFactory, a_file, a_group_at_work, a_version, decided
from tests.projects.deliverables.stories import a_bureau

pytestmark = pytest.mark.django_db

S = ApprovalState


def test_every_move_has_its_step_its_words_and_its_sentence():
    assert set(STEPS) == set(Move)
    for move, step in STEPS.items():
        assert step.move == move
        assert step.records in SENTENCES
        assert step.sources
        assert step.target != S.NO_VERSION
        for condition in (*step.conditions, *([step.once] if step.once else [])):
            assert str(condition.otherwise).endswith(".")
            assert str(condition.means).endswith(".")


def test_every_state_can_be_reached_and_left():
    reached = {step.target for step in STEPS.values()}
    assert reached == set(S) - {S.NO_VERSION}
    for state in S:
        assert any(state in step.sources for step in STEPS.values())


def test_steps_belong_to_the_roles_that_the_product_names():
    def may(move):
        return {role for role in Role if STEPS[move].permission in ROLES[role]}

    pilots = {Role.PILOT, Role.CO_PILOT}
    assert may(Move.DEPOSIT) == may(Move.SUBMIT) == pilots | {Role.RAPPORTEUR, Role.MEMBER}
    assert may(Move.APPROVE) == may(Move.REQUEST_CHANGES) == pilots
    assert {move for move, step in STEPS.items() if step.in_bureau} == {Move.VALIDATE, Move.SEND_BACK}
    assert {move for move, step in STEPS.items() if step.reason} == {Move.REQUEST_CHANGES, Move.SEND_BACK}


def by_service(move, version, people, bureau, keeper):
    def decision(**more):
        return {
            "version": version,
            "sha256": version.sha256,
            "bureau": bureau,
            "reference": "2026-01",
            "by": keeper,
            **more,
        }

    acts = {
        Move.DEPOSIT: lambda: deposit_version(
            deliverable=version.deliverable, file=a_file(b"Encore un texte."), by=people["membre"]
        ),
        Move.SUBMIT: lambda: submit(version=version, by=people["membre"]),
        Move.WITHDRAW: lambda: withdraw(version=version, by=people["pilote"]),
        Move.APPROVE: lambda: approve(version=version, sha256=version.sha256, by=people["pilote"]),
        Move.REQUEST_CHANGES: lambda: request_changes(version=version, reason="Non", by=people["pilote"]),
        Move.VALIDATE: lambda: validate(**decision()),
        Move.SEND_BACK: lambda: send_back(**decision(reason="Non")),
    }
    return acts[move]()


@pytest.mark.parametrize("needs_bureau", [True, False])
@pytest.mark.parametrize("state", [state for state in S if state != S.NO_VERSION])
@pytest.mark.parametrize("move", Move)
def test_service_does_what_the_table_opens_and_refuses_the_rest_with_its_sentence(move, state, needs_bureau):
    if state == S.VALIDATED and not needs_bureau:
        state = S.APPROVED
    (group, people), (bureau, keeper) = a_group_at_work(), a_bureau()
    deliverable = DeliverableFactory(group=group, needs_bureau=needs_bureau)
    version = decided(a_version(deliverable), state)
    step = STEPS[move]
    who = keeper if step.in_bureau else people["membre" if move in {Move.DEPOSIT, Move.SUBMIT} else "pilote"]
    deliverable.refresh_from_db()
    problem = obstacle(step, Situation(deliverable, who, version))
    allowed = state in step.sources and not (
        (step.in_bureau and not needs_bureau)
        or (move == Move.REQUEST_CHANGES and state == (S.VALIDATED if needs_bureau else S.APPROVED))
    )
    assert bool(problem) is not allowed
    if allowed:
        by_service(move, version, people, bureau, keeper)
        assert Deliverable.objects.get().approval_state == step.target
        assert Version.objects.first().state == step.target
    else:
        with pytest.raises(Refused) as caught:
            by_service(move, version, people, bureau, keeper)
        assert caught.value.sentence == problem
        assert Deliverable.objects.get().approval_state == state


def test_before_any_version_only_a_deposit_is_open():
    group, people = a_group_at_work()
    deliverable = DeliverableFactory(group=group)
    now = Situation(deliverable, people["pilote"])
    assert [move for move, step in STEPS.items() if S.NO_VERSION in step.sources] == [Move.DEPOSIT]
    assert obstacle(STEPS[Move.DEPOSIT], now) == ""
    assert STEPS[Move.DEPOSIT].permission == Permission.CONTRIBUTE


def test_replaced_version_is_told_as_such_whatever_its_state():
    group, people = a_group_at_work()
    deliverable = DeliverableFactory(group=group)
    for state in (S.DRAFT, S.CHANGES_ASKED, S.APPROVED):
        version = decided(a_version(deliverable, state.encode()), state)
        a_version(deliverable, f"après {state}".encode())
        deliverable.refresh_from_db()
        for move in set(Move) - {Move.DEPOSIT}:
            sentence = obstacle(STEPS[move], Situation(deliverable, people["pilote"], version))
            assert sentence == "Une version plus récente a été déposée\u00a0: c’est elle qui compte."
