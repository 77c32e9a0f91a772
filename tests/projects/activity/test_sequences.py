"""Any sequence of acts, nested and undone in any way: the journal holds exactly what was committed."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.activity import sealing
from projects.activity.models import Event, Link, PendingLink
from projects.activity.sealing import seal
from projects.activity.services import record
from projects.activity.verification import verify
from tests.factories import OrganisationFactory

KEPT, UNDONE = "kept", "undone"
ACT = "act"
SEAL = "seal"

inside = st.recursive(
    st.just(ACT),
    lambda inner: st.tuples(st.sampled_from([KEPT, UNDONE]), st.lists(inner, max_size=4)),
    max_leaves=8,
)
transactions = st.tuples(st.sampled_from([KEPT, UNDONE]), st.lists(inside, max_size=5))
programmes = st.lists(st.one_of(transactions, st.just(SEAL)), max_size=6)


class Undo(Exception):
    pass


def play(step, target):
    """Does it, and returns the events that it leaves if nothing above it is undone."""
    if step == ACT:
        return [record(actor=None, verb="organisation.changed", target=target).pk]
    outcome, steps = step
    try:
        with transaction.atomic():
            events = [pk for inner in steps for pk in play(inner, target)]
            if outcome == UNDONE:
                raise Undo
    except Undo:
        return []
    return events


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seals_itself", [True, False], ids=["sealed after each commit", "sealed by the task alone"])
def test_journal_holds_what_was_committed_and_nothing_else(monkeypatch, seals_itself):
    monkeypatch.setattr(sealing, "BATCH", 3)
    if not seals_itself:
        monkeypatch.setattr(sealing, "_after_commit", lambda: None)
    target = OrganisationFactory()
    committed = []

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(programme=programmes)
    def run(programme):
        for step in programme:
            if step == SEAL:
                seal(rounds=100)
                assert not PendingLink.objects.exists()
            else:
                committed.extend(play(step, target))
        if seals_itself:
            assert not PendingLink.objects.exists()
        assert list(Event.objects.order_by("id").values_list("pk", flat=True)) == committed
        verdict = verify()
        assert not verdict.faults
        assert verdict.checked + verdict.pending == len(committed)

    run()
    seal(rounds=1000)
    # One process writes one act after the other: the chain has their order.
    assert list(Link.objects.order_by("position").values_list("event_id", flat=True)) == committed
    assert len(committed) > 50
