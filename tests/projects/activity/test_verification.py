"""Each test does what somebody who holds the database could do, and expects to be told which event suffered."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from projects.activity import guards, verification
from projects.activity.chain import START, Head, digest_of, follow
from projects.activity.faults import Kind
from projects.activity.models import Event, Link, PendingLink
from projects.activity.sealing import head, seal
from projects.activity.verification import LATE_AFTER, verify
from tests.factories import AdministratorFactory, OrganisationFactory
from tests.factories.activity import recorded, sealed, tamper

pytestmark = pytest.mark.django_db

OTHER_ID = UUID("018f0000-0000-7000-8000-0000000000aa")


def told(verdict):
    return [(fault.kind, fault.event) for fault in verdict.faults]


def rechained(events):
    """The hashes an honest chain of these events would have."""
    ends, end = [], START
    for event in events:
        end = follow(end, event.digest)
        ends.append(end)
    return ends


def test_empty_journal_is_intact():
    verdict = verify()
    assert verdict.intact
    assert (verdict.checked, verdict.pending, verdict.head) == (0, 0, START)
    assert verdict.conclusion.startswith("Le journal est intact\u00a0: 0 maillon")


def test_untouched_journal_is_intact():
    sealed(5)
    recorded(2)
    verdict = verify()
    assert verdict.intact
    assert not verdict.warnings
    assert (verdict.checked, verdict.pending, verdict.head) == (5, 2, head())
    assert verdict.conclusion == "Le journal est intact\u00a0: 5 maillons vérifiés."


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-01-01 00:00:00+00:00"),
        ("capacity", "pilote"),
        ("verb", "organisation.merged"),
        ("object_type", "accounts.user"),
        ("object_id", "autre"),
        ("changes", '{"rang": [null, 99]}'),
        ("request_id", "autre-requete"),
        ("digest", "0" * 64),
        ("actor_id", "somebody"),
    ],
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_altered_column_of_an_event_names_it(column, value, place):
    other = AdministratorFactory()
    events = sealed(5)
    value = other.pk if value == "somebody" else value
    tamper(f"UPDATE projects_event SET {column} = %s WHERE id = %s", value, events[place].pk)
    (fault,) = verify().faults
    assert (fault.kind, fault.event, fault.position) == (Kind.ALTERED, events[place].pk, place + 1)
    assert str(events[place].pk) in fault.sentence


def test_one_microsecond_is_an_alteration():
    events = sealed(3)
    tamper("UPDATE projects_event SET at = %s WHERE id = %s", events[1].at + timedelta(microseconds=1), events[1].pk)
    assert told(verify()) == [(Kind.ALTERED, events[1].pk)]


def test_sentence_names_identifier_time_verb_and_what_is_wrong():
    (event,) = sealed(1, verb="organisation.created")
    tamper("UPDATE projects_event SET capacity = 'x'")
    (fault,) = verify().faults
    local = timezone.localtime(event.at)
    assert fault.sentence == (
        f"Modifié après coup\u00a0: l’événement {event.pk} du {local:%d/%m/%Y %H:%M:%S} (organisation.created) "
        "ne correspond plus à son empreinte."
    )
    assert (fault.at, fault.verb) == (event.at, "organisation.created")


def test_altered_identifier_is_told():
    events = sealed(3)
    with transaction.atomic():
        tamper("UPDATE projects_event SET id = %s WHERE id = %s", OTHER_ID, events[1].pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE projects_link SET event_id = %s WHERE position = 2",
                [Event._meta.pk.get_db_prep_value(OTHER_ID, connection)],
            )
        assert told(verify()) == [(Kind.ALTERED, OTHER_ID)]


def test_event_altered_together_with_its_digest_breaks_its_link():
    events = sealed(4)
    forged = Event.objects.get(pk=events[1].pk)
    forged.capacity = "pilote"
    tamper("UPDATE projects_event SET capacity = 'pilote', digest = %s WHERE id = %s", digest_of(forged), events[1].pk)
    assert told(verify()) == [(Kind.BROKEN_LINK, events[1].pk)]


def test_altered_hash_of_a_link_names_its_event():
    events = sealed(4)
    tamper("UPDATE projects_link SET hash = %s WHERE position = 2", "0" * 64)
    (fault,) = verify().faults
    assert (fault.kind, fault.event, fault.position) == (Kind.BROKEN_LINK, events[1].pk, 2)
    assert "maillon n°\u00a02" in fault.sentence


def test_altered_hash_of_the_last_link_is_told():
    events = sealed(3)
    tamper("UPDATE projects_link SET hash = %s WHERE position = 3", "0" * 64)
    assert told(verify()) == [(Kind.BROKEN_LINK, events[2].pk)]


def test_altered_position_leaves_a_hole():
    events = sealed(4)
    tamper("UPDATE projects_link SET position = 9 WHERE position = 4")
    (fault,) = verify().faults
    assert (fault.kind, fault.position) == (Kind.MISSING_LINK, 4)
    assert f"n°\u00a04 à 8\u00a0: ils ont été effacés, après l’événement {events[2].pk}" in fault.sentence


def test_swapped_events_are_told():
    events = sealed(5)
    rows = dict(Link.objects.values_list("position", "event_id"))
    tamper("DELETE FROM projects_link WHERE position IN (2, 3)")
    hashes = rechained(events)
    for position, event_id in ((2, rows[3]), (3, rows[2])):
        Link.objects.create(position=position, event_id=event_id, hash=hashes[position - 1].hash)
    assert told(verify()) == [(Kind.BROKEN_LINK, events[2].pk), (Kind.BROKEN_LINK, events[1].pk)]


def test_swapped_links_are_told():
    events = sealed(5)
    rows = {link.position: link for link in Link.objects.all()}
    tamper("DELETE FROM projects_link WHERE position IN (2, 3)")
    for position, other in ((2, rows[3]), (3, rows[2])):
        Link.objects.create(position=position, event_id=other.event_id, hash=other.hash)
    faults = told(verify())
    assert faults[0] == (Kind.BROKEN_LINK, events[2].pk)
    assert {event for _, event in faults} <= {events[1].pk, events[2].pk, events[3].pk}


def test_deleted_link_names_the_event_it_sealed():
    events = sealed(5)
    tamper("DELETE FROM projects_link WHERE position = 3")
    first, second = verify().faults
    assert (first.kind, first.event, first.position) == (Kind.MISSING_LINK, events[2].pk, 3)
    assert (second.kind, second.event) == (Kind.UNSEALED, events[2].pk)


@pytest.mark.parametrize("positions", [(1,), (2, 3), (1, 2)])
def test_deleted_links_leave_holes_and_their_events_are_named(positions):
    events = sealed(5)
    tamper(f"DELETE FROM projects_link WHERE position IN ({', '.join(map(str, positions))})")
    verdict = verify()
    assert verdict.faults[0].kind == Kind.MISSING_LINK
    assert verdict.faults[0].position == positions[0]
    assert [fault.event for fault in verdict.faults if fault.kind == Kind.UNSEALED] == [
        events[position - 1].pk for position in positions
    ]
    assert len(verdict.faults) == 1 + len(positions)


def test_deleted_last_link_leaves_its_event_outside():
    events = sealed(3)
    tamper("DELETE FROM projects_link WHERE position = 3")
    assert told(verify()) == [(Kind.UNSEALED, events[2].pk)]


def test_deleted_event_whose_link_stays_is_named():
    events = sealed(3)
    with transaction.atomic():
        tamper("DELETE FROM projects_event WHERE id = %s", events[1].pk)
        (fault,) = verify().faults
        assert (fault.kind, fault.event, fault.position) == (Kind.ERASED, events[1].pk, 2)
        assert abs(fault.at - events[1].at) < timedelta(minutes=1)
        assert str(events[1].pk) in fault.sentence
        transaction.set_rollback(True)  # before the database looks for dangling links


@pytest.mark.parametrize("position", [1, 3])
def test_event_deleted_with_its_link_leaves_a_hole_that_says_where(position):
    events = sealed(4)
    tamper("DELETE FROM projects_link WHERE position = %s", position)
    tamper("DELETE FROM projects_event WHERE id = %s", events[position - 1].pk)
    (fault,) = verify().faults
    assert (fault.kind, fault.position) == (Kind.MISSING_LINK, position)
    before = f"l’événement {events[position - 2].pk}" if position > 1 else "le début du journal"
    assert f"n°\u00a0{position}\u00a0: il a été effacé, après {before}" in fault.sentence


def test_end_deleted_with_its_events_is_told_by_a_noted_head():
    events = sealed(4)
    noted = head()
    tamper("DELETE FROM projects_link WHERE position = 4")
    tamper("DELETE FROM projects_event WHERE id = %s", events[3].pk)
    assert verify().intact
    (fault,) = verify(expected=[noted]).faults
    assert (fault.kind, fault.position) == (Kind.REWRITTEN, 4)
    assert "n°\u00a04 avait été noté et n’existe plus" in fault.sentence


def test_chain_rewritten_from_end_to_end_is_told_by_a_noted_head():
    events = sealed(4)
    early, noted = Head(2, Link.objects.get(position=2).hash), head()
    tamper("UPDATE projects_event SET capacity = 'x' WHERE id = %s", events[2].pk)
    forged = [Event.objects.get(pk=event.pk) for event in events]
    forged[2].digest = digest_of(forged[2])
    tamper("UPDATE projects_event SET digest = %s WHERE id = %s", forged[2].digest, forged[2].pk)
    for end in rechained(forged):
        tamper("UPDATE projects_link SET hash = %s WHERE position = %s", end.hash, end.position)
    assert verify().intact
    assert verify(expected=[early, START]).intact
    (fault,) = verify(expected=[early, noted]).faults
    assert (fault.kind, fault.event, fault.position) == (Kind.REWRITTEN, events[3].pk, 4)


def test_noted_heads_of_an_untouched_chain_agree():
    sealed(3)
    noted = [START, Head(1, Link.objects.get(position=1).hash), head()]
    sealed(3)
    assert verify(expected=noted).intact


def test_link_inserted_in_the_middle_is_told():
    events = sealed(3)
    (forged,) = recorded(1)
    tamper("UPDATE projects_link SET position = 4 WHERE position = 3")
    tamper("DELETE FROM projects_pendinglink")
    Link.objects.create(position=3, event=forged, hash="f" * 64)
    assert told(verify())[0] == (Kind.BROKEN_LINK, forged.pk)
    assert events[2].pk in {event for _, event in told(verify())}


def test_link_inserted_at_the_end_is_told():
    sealed(2)
    (forged,) = recorded(1)
    tamper("DELETE FROM projects_pendinglink")
    Link.objects.create(position=3, event=forged, hash="f" * 64)
    assert told(verify()) == [(Kind.BROKEN_LINK, forged.pk)]


def test_link_inserted_before_the_first_is_told():
    sealed(2)
    (forged,) = recorded(1)
    tamper("DELETE FROM projects_pendinglink")
    Link.objects.create(position=0, event=forged, hash="f" * 64)
    (fault,) = verify().faults
    assert (fault.kind, fault.position) == (Kind.BROKEN_LINK, 0)


def test_event_added_by_hand_is_told():
    sealed(2)
    forged = Event(verb="organisation.created", object_type="accounts.organisation", object_id="x")
    forged.digest = digest_of(forged)
    forged.save()
    (fault,) = verify().faults
    assert (fault.kind, fault.event) == (Kind.UNSEALED, forged.pk)
    assert "ni scellé ni en attente" in fault.sentence


def test_waiting_line_deleted_leaves_its_event_outside():
    (event,) = recorded(1)
    tamper("DELETE FROM projects_pendinglink")
    assert told(verify()) == [(Kind.UNSEALED, event.pk)]


def test_event_altered_while_it_waits_is_told_before_and_after_its_seal():
    sealed(1)
    (event,) = recorded(1)
    tamper("UPDATE projects_event SET verb = 'x' WHERE id = %s", event.pk)
    assert told(verify()) == [(Kind.ALTERED, event.pk)]
    seal(rounds=1)
    assert told(verify()) == [(Kind.ALTERED, event.pk)]


def test_digest_altered_while_it_waits_is_told_after_its_seal():
    (event,) = recorded(1)
    tamper("UPDATE projects_pendinglink SET digest = %s", "0" * 64)
    seal(rounds=1)
    assert told(verify()) == [(Kind.BROKEN_LINK, event.pk)]


def test_waiting_line_added_for_a_sealed_event_is_told():
    (event,) = sealed(1)
    PendingLink.objects.create(event=event, digest=event.digest)
    assert told(verify()) == [(Kind.SEALED_TWICE, event.pk)]


def test_each_of_several_faults_has_its_sentence_in_the_order_of_the_chain():
    events = sealed(9)
    for place in (7, 1, 4):
        tamper("UPDATE projects_event SET capacity = 'x' WHERE id = %s", events[place].pk)
    verdict = verify()
    assert told(verdict) == [(Kind.ALTERED, events[place].pk) for place in (1, 4, 7)]
    assert verdict.conclusion.startswith("Le journal n’est pas intact\u00a0: 3 anomalies")


def test_journal_altered_everywhere_is_told_without_telling_everything(monkeypatch):
    monkeypatch.setattr(verification, "WORTH_NAMING", 3)
    sealed(9)
    tamper("UPDATE projects_event SET capacity = 'x'")
    verdict = verify()
    assert len(verdict.faults) == 3
    assert "au moins 3 anomalies" in verdict.conclusion


def test_verification_reads_by_batches_of_two_statements(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(verification, "BATCH", 10)
    sealed(35)
    # Four batches and an empty one; then what stands outside, what waits, how many, what is late, the guards.
    with django_assert_num_queries(4 * 2 + 1 + 7):
        verdict = verify()
    assert verdict.intact
    assert verdict.checked == 35


@pytest.mark.parametrize("place", [9, 10, 11])
def test_fault_at_the_edge_of_a_batch_is_told_once(monkeypatch, place):
    monkeypatch.setattr(verification, "BATCH", 10)
    events = sealed(25)
    tamper("DELETE FROM projects_link WHERE position = %s", place)
    assert told(verify()) == [(Kind.MISSING_LINK, events[place - 1].pk), (Kind.UNSEALED, events[place - 1].pk)]


def test_event_that_waits_too_long_is_a_warning():
    (event,) = recorded(1)
    verdict = verify(now=event.at + LATE_AFTER - timedelta(seconds=1))
    assert not verdict.warnings
    verdict = verify(now=event.at + LATE_AFTER + timedelta(seconds=1))
    assert verdict.intact
    (warning,) = verdict.warnings
    assert warning.startswith("1 événement attend d’être scellé depuis le ")


def test_missing_guard_is_a_warning():
    sealed(1)
    tamper("SELECT 1")
    (warning,) = verify().warnings
    assert "projects_event_no_update" in warning
    guards.put_up(connection)
    assert not verify().warnings


def test_journal_of_an_anonymised_actor_is_intact():
    actor = AdministratorFactory()
    sealed(2, actor=actor, target=OrganisationFactory())
    actor.given_name, actor.family_name, actor.email = "", "", "anonyme@demo.example"
    actor.save()
    assert verify().intact
