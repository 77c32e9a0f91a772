import re

import pytest

from filiere.days import today
from filiere.versions import version_of
from projects.activity.models import Event
from projects.deliverables.enums import Progress
from projects.deliverables.models import Deliverable
from tests.factories.deliverables import DeliverableFactory, a_group_at_work
from tests.projects.deliverables.lists.visits import due
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db

BOARD = "/groupes/antibioresistance/livrables/tableau/"


@pytest.fixture
def room():
    return a_group_at_work()


def lanes(response):
    """The titles of cards, by the état of their column."""
    sections = re.findall(
        r'<section class="lane" aria-labelledby="colonne-(\w+)">(.*?)</section>', response.content.decode(), re.DOTALL
    )
    return {name: re.findall(r'<a href="/livrables/[^"]+">(.*?)</a>', inside) for name, inside in sections}


def stopped(group, progress, **fields):
    return DeliverableFactory(
        group=group, progress=progress, stopped_on=today(), stopped_because="En attente", **fields
    )


def move(client, row, progress, *, query="", **given):
    data = {"livrable": str(row.pk), "avancement": progress, "version": version_of(row), **given}
    return client.post(f"{BOARD}{query}", data)


def test_cards_stand_under_their_progress_what_is_late_first(client, room):
    group, people = room
    due(9, group=group, title="B", progress=Progress.UNDER_WAY)
    due(-9, group=group, title="A", progress=Progress.UNDER_WAY)
    DeliverableFactory(group=group, title="C")
    stopped(group, Progress.SUSPENDED, title="D")
    enter(client, people["membre"])
    response = client.get(BOARD)
    assert lanes(response) == {
        "a_lancer": ["C"],
        "en_cours": ["A", "B"],
        "en_finalisation": [],
        "finalise": [],
        "suspendu": ["D"],
    }
    assert response.content.decode().count('name="avancement"') == 3  # a suspension is taken up by an act of its own


def test_card_moves_and_the_board_comes_back_as_it_was_filtered(client, room):
    group, people = room
    row = due(-1, group=group)
    enter(client, people["membre"])
    response = move(client, row, "finalise", query="?retard=1")
    assert response["Location"] == f"{BOARD}?retard=1#livrable-{row.pk}"
    row.refresh_from_db()
    assert row.progress == Progress.FINISHED
    assert Event.objects.filter(verb="deliverable.progress_changed", actor=people["membre"]).exists()


def test_card_that_somebody_moved_meanwhile_stays_and_it_is_said(client, room):
    group, people = room
    row = DeliverableFactory(group=group, title="Bilan")
    enter(client, people["membre"])
    seen = version_of(row)
    Deliverable.objects.get(pk=row.pk).save()
    read = text(client.get(move(client, row, "finalise", version=seen)["Location"]))
    assert "Une autre personne a changé « Bilan » entre-temps" in read
    row.refresh_from_db()
    assert row.progress == Progress.TO_START


@pytest.mark.parametrize("progress", ["suspendu", "abandonne", "?", ""])
def test_card_does_not_move_where_a_reason_is_needed(client, room, progress):
    group, people = room
    row = DeliverableFactory(group=group)
    enter(client, people["pilote"])
    assert "demande un motif" in text(client.get(move(client, row, progress)["Location"]))
    row.refresh_from_db()
    assert row.progress == Progress.TO_START


def test_card_of_a_stop_does_not_move(client, room):
    group, people = room
    row = stopped(group, Progress.ABANDONED)
    enter(client, people["pilote"])
    assert "reprenez-le d’abord" in text(client.get(move(client, row, "en_cours")["Location"]))


def test_guest_and_observer_move_nothing(client, room):
    group, people = room
    row = DeliverableFactory(group=group)
    enter(client, people["invite"])
    assert "avancement" not in re.findall(r'name="(\w+)"', client.get(BOARD).content.decode())
    assert move(client, row, "en_cours").status_code == 403
    enter(client, people["observateur"])
    assert move(client, row, "en_cours").status_code == 404
    row.refresh_from_db()
    assert row.progress == Progress.TO_START


def test_card_that_is_hidden_or_elsewhere_does_not_exist(client, room):
    group, people = room
    hidden = DeliverableFactory(group=group, confidentiality="restreint")
    elsewhere = DeliverableFactory(confidentiality="public")
    enter(client, people["membre"])
    for row in (hidden, elsewhere):
        assert move(client, row, "en_cours").status_code == 404
    assert client.post(BOARD, {"livrable": "x"}).status_code == 404
