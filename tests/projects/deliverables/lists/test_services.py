import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from filiere.days import today
from projects.activity.models import Event
from projects.deliverables.enums import Progress
from projects.deliverables.lists.services import change_together
from projects.deliverables.models import Deliverable
from tests.factories import UserFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


def test_all_change_and_each_has_its_events(room):
    group, people = room
    rows = [DeliverableFactory(group=group) for _ in range(3)]
    number = change_together(
        deliverables=rows, by=people["pilote"], progress="en_cours", due="fin 2030", owners=[people["membre"]]
    )
    assert number == 3
    for row in Deliverable.objects.all():
        assert (row.progress, row.due) == (Progress.UNDER_WAY, "fin 2030")
        assert list(row.owners.all()) == [people["membre"]]
        verbs = Event.objects.filter(object_id=str(row.pk)).values_list("verb", flat=True)
        assert sorted(verbs) == ["deliverable.changed", "deliverable.progress_changed"]


def test_what_is_left_empty_stays(room):
    group, people = room
    row = DeliverableFactory(group=group, due="T1 2030", due_end="2030-03-31")
    row.owners.add(people["pilote"])
    change_together(deliverables=[row], by=people["membre"], progress="finalise")
    row.refresh_from_db()
    assert (row.due, list(row.owners.all())) == ("T1 2030", [people["pilote"]])


def test_one_refusal_undoes_all_and_every_line_refused_is_named(room):
    group, people = room
    free, *stopped = (
        DeliverableFactory(group=group, title="Libre"),
        *(
            DeliverableFactory(
                group=group, title=title, progress=Progress.SUSPENDED, stopped_on=today(), stopped_because="x"
            )
            for title in ("Un", "Deux")
        ),
    )
    with pytest.raises(ValidationError) as refused:
        change_together(deliverables=[free, *stopped], by=people["pilote"], progress="en_cours")
    said = refused.value.messages
    assert said[0] == "Rien n’a changé."
    assert {line.partition("\u00a0»")[0] for line in said[1:]} == {"«\u00a0Un", "«\u00a0Deux"}
    free.refresh_from_db()
    assert free.progress == Progress.TO_START
    assert not Event.objects.filter(object_id=str(free.pk)).exists()


@pytest.mark.parametrize("change", [{"due": "un de ces jours 20xx"}, {"progress": "suspendu"}, {}])
def test_what_makes_no_sense_changes_nothing(room, change):
    group, people = room
    row = DeliverableFactory(group=group)
    with pytest.raises(ValidationError):
        change_together(deliverables=[row], by=people["pilote"], **change)
    row.refresh_from_db()
    assert (row.due, row.progress) == ("", Progress.TO_START)


def test_owner_who_does_not_sit_there_is_refused(room):
    group, people = room
    with pytest.raises(ValidationError, match="siège dans le groupe"):
        change_together(deliverables=[DeliverableFactory(group=group)], by=people["pilote"], owners=[UserFactory()])


@pytest.mark.parametrize(
    ("role", "change", "refusal"),
    [
        ("membre", {"due": "T1 2030"}, PermissionDenied),
        ("invite", {"progress": "en_cours"}, PermissionDenied),
        ("observateur", {"progress": "en_cours"}, Http404),
    ],
)
def test_rights_are_those_of_each_act(room, role, change, refusal):
    group, people = room
    with pytest.raises(refusal):
        change_together(deliverables=[DeliverableFactory(group=group)], by=people[role], **change)
