import pytest

from projects.access.enums import Role
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.matters import deliverables_to_follow
from projects.models import WorkingGroup
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, submitted_version, validated_version
from tests.factories.groups import WorkingGroupFactory
from tests.projects.deliverables.lists.visits import due, titles
from tests.projects.groups.visits import enter, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


def told(group, reader):
    return [matter for key, matter in deliverables_to_follow([group], reader) if key == group.pk]


def test_late_and_soon_and_submitted_are_counted_and_lead_to_their_list(client, room):
    group, people = room
    due(-3, group=group, title="A")
    due(-1, group=group, title="B")
    soonest, far = due(0, group=group, title="C"), due(60, group=group, title="D")
    due(61, group=group)
    due(-3, group=group, progress=Progress.FINISHED)
    due(-3, group=group, recurrent=True)
    DeliverableFactory(group=group)
    submitted_version(far, author=people["membre"])
    found = told(group, people["membre"])
    assert [(matter.title, matter.late, matter.on) for matter in found] == [
        ("2 livrables sont en retard", True, None),
        ("1 version attend l’approbation des pilotes", False, None),
        ("2 livrables sont attendus bientôt", False, soonest.due_end),
    ]
    enter(client, people["membre"])
    assert [titles(client.get(matter.href)) for matter in found] == [["A", "B"], ["D"], ["C", "D"]]
    read = text(client.get(f"/groupes/{group.slug}/"))
    assert "2 livrables sont en retard" in read
    assert "1 version attend" in read


def test_reader_is_told_of_what_they_read_alone(room):
    group, people = room
    due(-1, group=group, confidentiality="restreint")
    assert told(group, people["membre"]) == []
    assert [matter.title for matter in told(group, people["pilote"])] == ["1 livrable est en retard"]
    assert told(group, UserFactory()) == []


def test_observer_is_told_nothing_of_approvals_under_way(room):
    group, people = room
    row = DeliverableFactory(group=group)
    validated_version(row)
    submitted_version(row, author=people["membre"])
    assert WorkingGroup.objects.get().deliverables.get().approval_state == ApprovalState.SUBMITTED
    assert told(group, people["observateur"]) == []
    assert len(told(group, people["invite"])) == 1


@pytest.mark.parametrize("number", [1, 30])
def test_matters_cost_one_query_however_many_groups(number, django_assert_num_queries):
    reader = UserFactory(is_delegate=True)
    groups = [WorkingGroupFactory() for _ in range(number)]
    for group in groups:
        due(-1, group=group)
        submitted_version(due(3, group=group), author=seat(Role.MEMBER, group))
    list(deliverables_to_follow(groups, reader))
    with django_assert_num_queries(3):  # two of them for who the reader is
        assert len(list(deliverables_to_follow(groups, reader))) == 3 * number
