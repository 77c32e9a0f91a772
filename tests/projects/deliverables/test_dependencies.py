"""What a deliverable waits for, perhaps in another group, and never itself, even from afar."""

from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from projects.access.enums import Confidentiality, Role
from projects.deliverables.dependencies import depend, needed_from, stop_depending
from projects.models import Dependency
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.contracts import ContractFactory
from tests.factories.deliverables import DeliverableFactory
from tests.factories.groups import MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.stories import archive, hidden_from, refuses, story, strangers, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return WorkingGroupFactory()


@pytest.fixture
def deliverable(group):
    return DeliverableFactory(group=group)


@pytest.fixture
def pilot(group):
    return seat(Role.PILOT, group)


def wrong(**arguments):
    with pytest.raises(ValidationError) as caught:
        depend(**arguments)
    return caught.value.message_dict


def test_depend_notes_what_and_why(deliverable, group, pilot):
    needs = DeliverableFactory(group=group, title="Un titre")
    dependency = depend(deliverable=deliverable, needs=needs, why=" Les  chiffres. ", by=pilot)
    assert Dependency.objects.get() == dependency
    assert (dependency.deliverable, dependency.needs, dependency.why) == (deliverable, needs, "Les chiffres.")
    (event,) = story(deliverable)
    assert (event.verb, event.actor) == ("deliverable.dependency_added", pilot)
    # By its key: who reads this story may not know the other one.
    assert event.changes == {"needs": [None, str(needs.pk)]}
    assert story(needs) == []


def test_depend_on_what_another_group_owes_needs_to_see_it(deliverable, pilot):
    hidden, open_draft = DeliverableFactory(), DeliverableFactory(confidentiality=Confidentiality.FILIERE)
    for needs in (hidden, open_draft):  # a draft that is open to the filière is still work of its group
        with pytest.raises(Http404):
            depend(deliverable=deliverable, needs=needs, by=pilot)
    MembershipFactory(group=hidden.group, person=pilot, role=Role.MEMBER)
    depend(deliverable=deliverable, needs=hidden, by=pilot)
    depend(deliverable=deliverable, needs=open_draft, by=UserFactory(is_delegate=True))
    assert Dependency.objects.count() == 2


def test_depend_is_for_those_who_plan(deliverable, group):
    needs = DeliverableFactory(group=group)
    hidden_from(depend, strangers(group), deliverable=deliverable, needs=needs)
    people = {role.value: seat(role, group) for role in (Role.MEMBER, Role.GUEST)}
    refuses(depend, people, deliverable=deliverable, needs=needs)
    hidden_from(depend, {"observer": seat(Role.OBSERVER, group)}, deliverable=deliverable, needs=needs)
    depend(deliverable=deliverable, needs=needs, by=seat(Role.RAPPORTEUR, group))


def test_depend_in_an_archived_group_is_over(deliverable, group, pilot):
    needs = DeliverableFactory(group=group)
    archive(group)
    refuses(depend, {"pilot": pilot}, deliverable=deliverable, needs=needs)


def test_circle_is_refused_whoever_closes_it(group, pilot):
    first, second, third, fourth = (DeliverableFactory(group=group) for _ in range(4))
    depend(deliverable=first, needs=second, by=pilot)
    depend(deliverable=second, needs=third, by=pilot)
    depend(deliverable=first, needs=third, by=pilot)
    depend(deliverable=third, needs=fourth, by=pilot)
    assert needed_from(first.pk) == {second.pk, third.pk, fourth.pk}
    sentence = "Ce livrable attend déjà celui-ci, même de loin\u00a0: ils s’attendraient l’un l’autre."
    for deliverable, needs in ((second, first), (third, first), (fourth, first), (fourth, second), (first, first)):
        assert wrong(deliverable=deliverable, needs=needs, by=pilot) == {"needs": [sentence]}
    assert Dependency.objects.count() == 4


def test_circle_across_groups_is_refused(deliverable):
    elsewhere = DeliverableFactory()
    depend(deliverable=deliverable, needs=elsewhere, by=None)
    assert wrong(deliverable=elsewhere, needs=deliverable, by=None).keys() == {"needs"}


def test_circle_is_not_looked_for_for_ever(group, django_assert_max_num_queries):
    chain = [DeliverableFactory(group=group) for _ in range(5)]
    for here, there in pairwise(chain):
        depend(deliverable=here, needs=there, by=None)
    with django_assert_max_num_queries(5):
        assert needed_from(chain[0].pk) == {row.pk for row in chain[1:]}


def test_same_dependency_twice_is_refused(deliverable, group, pilot):
    needs = DeliverableFactory(group=group)
    depend(deliverable=deliverable, needs=needs, by=pilot)
    assert wrong(deliverable=deliverable, needs=needs, by=pilot) == {"needs": ["Cette dépendance est déjà notée."]}


def test_deliverable_of_another_contract_is_not_waited_for(deliverable):
    other = DeliverableFactory(group=WorkingGroupFactory(contract=ContractFactory(code="autre")))
    assert wrong(deliverable=deliverable, needs=other, by=None) == {
        "needs": ["Ce livrable appartient à un autre contrat."]
    }


def test_reason_of_a_dependency_has_its_measure(deliverable, group, pilot):
    needs = DeliverableFactory(group=group)
    assert wrong(deliverable=deliverable, needs=needs, why="x" * 301, by=pilot).keys() == {"why"}


def test_stop_depending_removes_it_once_and_tells_it_once(deliverable, group, pilot):
    dependency = depend(deliverable=deliverable, needs=DeliverableFactory(group=group), by=pilot)
    for _ in range(2):
        stop_depending(dependency=dependency, by=pilot)
    assert not Dependency.objects.exists()
    assert verbs(deliverable) == ["dependency_added", "dependency_removed"]
    assert story(deliverable)[-1].changes == {"needs": [str(dependency.needs_id), ""]}


def test_stop_depending_is_for_those_who_plan(deliverable, group, pilot):
    dependency = depend(deliverable=deliverable, needs=DeliverableFactory(group=group), by=pilot)
    hidden_from(stop_depending, strangers(group), dependency=dependency)
    refuses(stop_depending, {"member": seat(Role.MEMBER, group)}, dependency=dependency)
    assert Dependency.objects.count() == 1
