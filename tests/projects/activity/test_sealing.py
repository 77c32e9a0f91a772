import logging
import threading

import pytest
from django.db import OperationalError, connection, transaction

from projects.activity import sealing
from projects.activity.chain import START, Head, follow
from projects.activity.models import Event, Link, PendingLink
from projects.activity.sealing import head, seal
from projects.activity.services import record
from projects.activity.tasks import seal_journal
from tests.factories import OrganisationFactory
from tests.factories.activity import recorded, sealed
from tests.waiting import PATIENCE


class Undo(Exception):
    pass


def undone(target):
    with transaction.atomic():
        record(actor=None, verb="organisation.changed", target=target)
        raise Undo


def chain():
    return list(Link.objects.order_by("position").values_list("position", "event_id", "hash"))


@pytest.mark.django_db
def test_seal_puts_waiting_events_in_the_chain_in_their_order():
    events = recorded(3)
    assert seal(rounds=1) == 3
    end, expected = START, []
    for event in events:
        end = follow(end, event.digest)
        expected.append((end.position, event.pk, end.hash))
    assert chain() == expected
    assert [position for position, *_ in chain()] == [1, 2, 3]
    assert not PendingLink.objects.exists()


@pytest.mark.django_db
def test_seal_goes_on_from_where_the_chain_ends():
    sealed(2)
    before = chain()
    end = head()
    (event,) = sealed(1)
    assert chain() == [*before, (3, event.pk, follow(end, event.digest).hash)]


@pytest.mark.django_db
def test_head_of_an_empty_journal_is_the_start():
    assert head() == START
    sealed(1)
    link = Link.objects.get()
    assert head() == Head(1, link.hash)


@pytest.mark.django_db
def test_seal_of_nothing_costs_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seal(rounds=10) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_seal_costs_the_same_for_one_event_and_for_thirty(count, django_assert_num_queries):
    recorded(count)
    # anything?, savepoint, [lock], head, waiting, append, forget, release, anything?
    with django_assert_num_queries(9 if connection.vendor == "postgresql" else 8):
        assert seal(rounds=10) == count


@pytest.mark.django_db
def test_seal_works_in_batches(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    recorded(10)
    assert seal(rounds=2) == 8
    assert PendingLink.objects.count() == 2
    assert seal(rounds=2) == 2
    assert [position for position, *_ in chain()] == list(range(1, 11))


@pytest.mark.django_db
def test_task_seals_everything_that_waits(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    recorded(50)
    seal_journal()
    assert Link.objects.count() == 50
    assert not PendingLink.objects.exists()


@pytest.mark.django_db
def test_seal_notes_the_head_in_the_logs(caplog):
    with caplog.at_level(logging.INFO, logger="projects.activity.sealing"):
        sealed(2)
    (line,) = [entry.msg for entry in caplog.records if entry.name == "projects.activity.sealing"]
    assert line["event"] == "journal sealed"
    assert line["events"] == 2
    assert line["head"] == str(head())


@pytest.mark.django_db(transaction=True)
def test_event_is_sealed_as_soon_as_its_transaction_commits():
    (event,) = recorded()
    assert Link.objects.get().event_id == event.pk
    assert not PendingLink.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_events_of_one_transaction_make_one_seal(monkeypatch):
    seals = []
    original = sealing.seal
    monkeypatch.setattr(sealing, "seal", lambda **options: seals.append(original(**options)))
    target = OrganisationFactory()
    with transaction.atomic():
        for _ in range(5):
            record(actor=None, verb="organisation.changed", target=target)
        with transaction.atomic():
            record(actor=None, verb="organisation.changed", target=target)
    assert seals == [6]


@pytest.mark.django_db(transaction=True)
def test_seal_asked_inside_an_undone_savepoint_is_asked_again():
    target = OrganisationFactory()
    with transaction.atomic():
        with pytest.raises(Undo):
            undone(target)
        kept = record(actor=None, verb="organisation.changed", target=target)
    assert [event_id for _, event_id, _ in chain()] == [kept.pk]


@pytest.mark.django_db(transaction=True)
def test_seal_is_still_asked_when_a_later_savepoint_is_undone():
    target = OrganisationFactory()
    with transaction.atomic():
        kept = record(actor=None, verb="organisation.changed", target=target)
        with pytest.raises(Undo):
            undone(target)
    assert [event_id for _, event_id, _ in chain()] == [kept.pk]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sealed_when_the_act_is_undone():
    with pytest.raises(Undo):
        undone(OrganisationFactory())
    assert chain() == []


@pytest.mark.django_db(transaction=True)
def test_failure_to_seal_leaves_the_act_done_and_says_so_loudly(monkeypatch, caplog):
    def fail():
        raise OperationalError("the database is tired")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_seal_batch", fail)
        (event,) = recorded()
    assert Event.objects.get() == event
    assert PendingLink.objects.get().event == event
    errors = [entry for entry in caplog.records if entry.levelno == logging.ERROR]
    assert "the database is tired" in errors[0].getMessage()
    recorded()
    assert Link.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_seal_refuses_to_run_inside_an_act():
    # Its lock would be held until the act ends: acts would wait for one another again.
    target = OrganisationFactory()
    with transaction.atomic():
        record(actor=None, verb="organisation.changed", target=target)
        with pytest.raises(RuntimeError, match="durable"):
            seal(rounds=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_who_finds_the_lock_taken_leaves_and_its_holder_looks_again(monkeypatch):
    """The holder has read what waits, and holds the lock; an act commits, and finds it taken."""
    target = OrganisationFactory()
    held, committed = threading.Event(), threading.Event()
    original = sealing._rows

    def slow(statement, *parameters):
        rows = original(statement, *parameters)
        if statement == sealing._WAITING and threading.current_thread().name == "holder" and not held.is_set():
            held.set()
            assert committed.wait(PATIENCE)
        return rows

    monkeypatch.setattr(sealing, "_rows", slow)

    def hold():
        recorded(target=target)
        connection.close()

    holder = threading.Thread(target=hold, name="holder")
    holder.start()
    assert held.wait(PATIENCE)
    recorded(target=target)
    assert Link.objects.count() == 0
    assert PendingLink.objects.count() == 2
    committed.set()
    holder.join(PATIENCE)
    assert Link.objects.count() == 2
    assert not PendingLink.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_seal_leaves_the_session_as_careful_as_before():
    recorded()
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
