"""How the work goes: état d’avancement, météo, suspension, abandonment. None of them approves anything."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, version_of
from projects.access.enums import Role
from projects.deliverables.enums import LIVE, PLAIN, ApprovalState, Progress
from projects.deliverables.following import (
    abandon,
    follow_together,
    set_health,
    set_progress,
    suspend,
    take_up_again,
)
from projects.models import Deliverable, HealthNote
from tests.factories import UserFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.projects.deliverables.stories import (
    archive,
    borrower,
    hidden_from,
    onlookers,
    refuses,
    story,
    strangers,
    verbs,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def group(room):
    return room[0]


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


def wrong(act, **arguments):
    with pytest.raises(ValidationError) as caught:
        act(**arguments)
    return caught.value.message_dict


def refused(act, **arguments):
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return caught.value.sentence


# --- État d’avancement ------------------------------------------------------


@pytest.mark.parametrize("role", ["pilote", "copilote", "rapporteur", "membre"])
@pytest.mark.parametrize("progress", PLAIN[1:])
def test_progress_is_said_by_those_who_contribute(deliverable, people, role, progress):
    set_progress(deliverable=deliverable, progress=progress, by=people[role])
    assert Deliverable.objects.get().progress == progress
    (event,) = story(deliverable)
    assert (event.verb, event.actor) == ("deliverable.progress_changed", people[role])
    assert event.changes == {"progress": ["a_lancer", progress]}


def test_progress_is_not_said_by_others(deliverable, group, people):
    hidden_from(set_progress, strangers(group), deliverable=deliverable, progress="en_cours")
    hidden_from(set_progress, {"observer": people["observateur"]}, deliverable=deliverable, progress="en_cours")
    refuses(set_progress, onlookers(group, Role.GUEST), deliverable=deliverable, progress="en_cours")
    archive(group)
    refuses(set_progress, {"pilot": people["pilote"]}, deliverable=deliverable, progress="en_cours")


def test_same_progress_again_tells_nothing(deliverable, people):
    set_progress(deliverable=deliverable, progress="a_lancer", by=people["membre"])
    assert story(deliverable) == []


@pytest.mark.parametrize("progress", ["suspendu", "abandonne", "fini", ""])
def test_stopping_is_no_plain_progress(deliverable, people, progress):
    sentence = "Suspendre ou abandonner demande un motif\u00a0: ce sont des actes à part."
    assert wrong(set_progress, deliverable=deliverable, progress=progress, by=people["pilote"]) == {
        "progress": [sentence]
    }


def test_finished_work_is_not_approved_for_all_that(deliverable, people):
    a_version(deliverable)
    set_progress(deliverable=deliverable, progress="finalise", by=people["membre"])
    assert Deliverable.objects.get().approval_state == ApprovalState.DRAFT


def test_progress_of_what_changed_meanwhile_shows_both(deliverable, people):
    seen = version_of(deliverable)
    set_progress(deliverable=deliverable, progress="en_cours", by=people["membre"], seen=seen)
    with pytest.raises(Stale):
        set_progress(deliverable=deliverable, progress="finalise", by=people["pilote"], seen=seen)


# --- Météo ------------------------------------------------------------------


@pytest.mark.parametrize("role", ["pilote", "copilote"])
def test_health_is_the_pilots_judgement_with_its_sentence_and_its_history(deliverable, people, role):
    set_health(deliverable=deliverable, health="soleil", by=people[role])
    set_health(deliverable=deliverable, health="orage", sentence=" Le financement  manque. ", by=people[role])
    assert Deliverable.objects.get().health == "orage"
    last, first = HealthNote.objects.all()
    assert (last.health, last.sentence, last.by) == ("orage", "Le financement manque.", people[role])
    assert last.capacity == f"{Role(role).label.lower()}, {people[role].mandates.get().organisation}"
    assert (first.health, first.sentence) == ("soleil", "")
    assert [event.changes for event in story(deliverable)] == [
        {"health": ["", "soleil"], "sentence": [None, ""]},
        {"health": ["soleil", "orage"], "sentence": [None, "Le financement manque."]},
    ]


def test_health_is_also_said_by_who_borrowed_the_pilot_s_right(deliverable, group, people):
    set_health(deliverable=deliverable, health="soleil", by=borrower(group, people["pilote"]))
    assert HealthNote.objects.get().capacity == "par délégation"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"health": "brouillard"}, {"health": ["Choisissez soleil, nuages ou orage."]}),
        ({"health": "nuages"}, {"sentence": ["Dites en une phrase ce qui assombrit le ciel."]}),
        ({"health": "orage", "sentence": "  "}, {"sentence": ["Dites en une phrase ce qui assombrit le ciel."]}),
        ({"health": "soleil", "sentence": "x" * 501}, {"sentence": ["Écrivez 500 caractères au plus."]}),
    ],
)
def test_health_says_what_is_wrong_by_its_field(deliverable, people, fields, error):
    assert wrong(set_health, deliverable=deliverable, by=people["pilote"], **fields) == error
    assert not HealthNote.objects.exists()


def test_health_is_not_said_by_others(deliverable, group, people):
    hidden_from(set_health, strangers(group), deliverable=deliverable, health="soleil")
    refuses(
        set_health,
        onlookers(group, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST),
        deliverable=deliverable,
        health="soleil",
    )


# --- Suspension and abandonment ---------------------------------------------


def test_suspend_says_why_and_until_when_and_silences_lateness(group, people):
    deliverable = DeliverableFactory(group=group, progress="en_cours", due_end=today() - DAY)
    assert deliverable.is_late
    resumes_on = today() + 30 * DAY
    suspend(deliverable=deliverable, reason=" Faute de\r\nbudget ", resumes_on=resumes_on, by=people["pilote"])
    row = Deliverable.objects.get()
    assert (row.progress, row.stopped_because, row.stopped_on, row.resumes_on, row.progress_before) == (
        "suspendu",
        "Faute de\nbudget",
        today(),
        resumes_on,
        "en_cours",
    )
    assert not row.is_late
    assert not Deliverable.objects.late().exists()
    (event,) = story(deliverable)
    assert (event.verb, event.changes) == (
        "deliverable.suspended",
        {
            "progress": ["en_cours", "suspendu"],
            "stopped_because": [None, "Faute de\nbudget"],
            "resumes_on": [None, resumes_on.isoformat()],
        },
    )


def test_take_up_again_goes_back_to_where_it_stood(group, people):
    deliverable = DeliverableFactory(group=group, progress="en_finalisation")
    suspend(deliverable=deliverable, reason="Faute de budget", by=people["pilote"])
    abandon(deliverable=deliverable, reason="Sans objet", by=people["copilote"])
    row = Deliverable.objects.get()
    assert (row.progress, row.stopped_because, row.progress_before) == ("abandonne", "Sans objet", "en_finalisation")
    take_up_again(deliverable=deliverable, by=people["pilote"])
    row = Deliverable.objects.get()
    assert (row.progress, row.stopped_because, row.stopped_on, row.resumes_on, row.progress_before) == (
        "en_finalisation",
        "",
        None,
        None,
        "",
    )
    assert verbs(deliverable) == ["suspended", "abandoned", "taken_up_again"]


def test_stopped_deliverable_says_so_to_who_moves_it(deliverable, people):
    abandon(deliverable=deliverable, reason="Sans objet", by=people["pilote"])
    sentence = "Ce livrable est suspendu ou abandonné\u00a0: reprenez-le d’abord."
    assert refused(set_progress, deliverable=deliverable, progress="en_cours", by=people["membre"]) == sentence
    take_up_again(deliverable=deliverable, by=people["pilote"])
    running = "Ce livrable n’est ni suspendu ni abandonné."
    assert refused(take_up_again, deliverable=deliverable, by=people["pilote"]) == running


@pytest.mark.parametrize("act", [suspend, abandon])
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("", "Dites pourquoi."), (" \r\n", "Dites pourquoi."), ("x" * 2001, "Écrivez 2\u202f000 caractères au plus.")],
)
def test_stopping_takes_a_reason(deliverable, people, act, reason, sentence):
    assert wrong(act, deliverable=deliverable, reason=reason, by=people["pilote"]) == {"reason": [sentence]}


def test_resumption_is_not_expected_in_the_past(deliverable, people):
    found = wrong(suspend, deliverable=deliverable, reason="Budget", resumes_on=today() - DAY, by=people["pilote"])
    assert found == {"resumes_on": ["Une reprise prévue n’est pas déjà passée."]}


@pytest.mark.parametrize(
    ("act", "fields"), [(suspend, {"reason": "Budget"}), (abandon, {"reason": "Budget"}), (take_up_again, {})]
)
def test_stopping_and_taking_up_are_the_pilots(deliverable, group, people, act, fields):
    hidden_from(act, strangers(group), deliverable=deliverable, **fields)
    refuses(act, onlookers(group, Role.RAPPORTEUR, Role.MEMBER, Role.GUEST), deliverable=deliverable, **fields)
    archive(group)
    refuses(act, {"pilot": people["pilote"]}, deliverable=deliverable, **fields)


# --- Lateness ---------------------------------------------------------------


@pytest.mark.parametrize("progress", Progress)
@pytest.mark.parametrize("recurrent", [True, False])
def test_only_what_somebody_still_works_on_is_late_and_from_the_end_of_its_period(progress, recurrent):
    stopped = {"stopped_on": date(2024, 1, 1)} if progress not in PLAIN else {}
    deliverable = DeliverableFactory(
        progress=progress,
        recurrent=recurrent,
        due="S1 2024",
        due_start=date(2024, 1, 1),
        due_end=date(2024, 6, 30),
        **stopped,
    )
    expected = progress in LIVE and not recurrent
    with time_machine.travel("2024-06-30T12:00:00+02:00", tick=False):
        assert not deliverable.is_late
        assert not Deliverable.objects.late().exists()
    with time_machine.travel("2024-07-01T12:00:00+02:00", tick=False):
        assert deliverable.is_late is expected
        assert Deliverable.objects.late().exists() is expected


def test_what_has_no_date_is_never_late():
    assert not DeliverableFactory().is_late
    assert not Deliverable.objects.late(date(2999, 1, 1)).exists()


# --- Together ---------------------------------------------------------------


def test_several_are_moved_at_once_and_counted(group, people):
    rows = [DeliverableFactory(group=group) for _ in range(3)]
    set_progress(deliverable=rows[0], progress="en_cours", by=people["membre"])
    rows[0].refresh_from_db()
    assert follow_together(deliverables=rows, progress="en_cours", by=people["pilote"]) == 2
    assert set(Deliverable.objects.values_list("progress", flat=True)) == {"en_cours"}


def test_all_are_moved_or_none(group, people):
    mine, stopped, elsewhere = DeliverableFactory(group=group), DeliverableFactory(group=group), DeliverableFactory()
    suspend(deliverable=stopped, reason="Budget", by=people["pilote"])
    stopped.refresh_from_db()
    for others, error in (([mine, stopped], Refused), ([mine, elsewhere], Http404)):
        with pytest.raises(error):
            follow_together(deliverables=others, progress="en_cours", by=people["pilote"])
        mine.refresh_from_db()
        assert mine.progress == "a_lancer"
    with pytest.raises(PermissionDenied):
        follow_together(deliverables=[mine], progress="en_cours", by=UserFactory(is_delegate=True))
