"""What a person takes away of their part in deliverables."""

import pytest

from projects.access.enums import Permission, Role
from projects.deliverables.approvals.services import declare_recusal
from projects.deliverables.following import set_health
from projects.deliverables.opinions.services import give
from projects.deliverables.personal_data import approvals, comments, deliverables, opinions, versions
from projects.groups.mandates.services import end_mandate
from projects.models import Comment, Membership, Thread
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, submitted_version
from tests.factories.groups import DelegationFactory
from tests.projects.deliverables.approvals.going import yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def people(room):
    return room[1]


@pytest.fixture
def version(room, people):
    deliverable = DeliverableFactory(group=room[0], title="Feuille de route")
    deliverable.owners.add(people["membre"])
    return submitted_version(deliverable, author=people["membre"])


def test_what_they_answer_for_and_handed_in(version, people):
    [owned] = deliverables(people["membre"])["livrables_dont_vous_repondez"]
    assert (owned["livrable"], owned["avancement"]) == ("Feuille de route", "a_lancer")
    told = versions(people["membre"])
    assert told["versions_deposees"][0]["empreinte"] == version.sha256
    assert told["versions_soumises"][0]["version"] == 1
    assert versions(people["pilote"]) == {"versions_deposees": [], "versions_soumises": []}


def test_what_they_decided_and_what_was_decided_in_their_name(version, people, room):
    member = seat(Role.MEMBER, room[0])
    DelegationFactory(group=room[0], lender=people["pilote"], borrower=member, permission=Permission.APPROVE)
    yes(version, member, reason="Conforme")
    declare_recusal(deliverable=version.deliverable, reason="Conflit", by=people["copilote"])
    assert approvals(member)["approbations"][0]["motif"] == "Conforme"
    lent = approvals(people["pilote"])
    assert lent["approbations"] == []
    assert lent["approbations_donnees_en_votre_nom"][0]["empreinte"] == version.sha256
    assert approvals(people["copilote"])["deports"][0]["motif"] == "Conflit"


def test_what_they_said(version, people):
    give(version=version, kind="favorable", by=people["invite"], text="Utile")
    set_health(deliverable=version.deliverable, health="orage", sentence="Retard", by=people["pilote"])
    thread = Thread.objects.create(version=version)
    Comment.objects.create(thread=thread, author=people["membre"], text="Une question")
    assert opinions(people["invite"])["avis"][0]["motivation"] == "Utile"
    assert opinions(people["pilote"])["meteos"][0]["phrase"] == "Retard"
    assert comments(people["membre"])["commentaires"][0]["commentaire"] == "Une question"


def test_the_title_of_what_they_no_longer_read_stays_with_the_group(version, people):
    end_mandate(mandate=Membership.objects.get(person=people["membre"]), by=None)
    [told] = versions(people["membre"])["versions_deposees"]
    assert told["livrable"] == str(version.deliverable_id)


def test_each_section_is_as_many_queries_with_thirty(room, people, django_assert_max_num_queries):
    submitted_version(DeliverableFactory(group=room[0]), author=people["membre"])
    versions(people["membre"])  # the first question of a day brings grants up to it
    with django_assert_max_num_queries(10) as one:
        versions(people["membre"])
    for _each in range(29):
        submitted_version(DeliverableFactory(group=room[0]), author=people["membre"])
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert len(versions(people["membre"])["versions_deposees"]) == 30
