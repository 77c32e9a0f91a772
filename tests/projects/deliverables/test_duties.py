"""What somebody who leaves a group leaves behind of its deliverables."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.organisations.enums import College
from filiere.days import today
from projects.access.enums import Confidentiality, Role
from projects.deliverables.approvals.services import declare_recusal
from projects.deliverables.duties import approvals_to_give, deliverables_owned, opinions_to_give
from projects.deliverables.enums import ApprovalState, Progress
from projects.deliverables.opinions.services import ask, give
from projects.groups.mandates.handover import Leaving, duties_of
from projects.groups.mandates.services import end_mandate
from projects.models import Membership, Opinion
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version, submitted_version
from tests.factories.groups import MembershipFactory
from tests.projects.deliverables.approvals.going import demand_all, states, yes
from tests.projects.deliverables.stories import story, verbs

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


def mandate_of(person):
    return Membership.objects.select_related("group", "person").get(person=person)


def leaving(person, last=None, remaining=()):
    return Leaving(mandate_of(person), last or today() - DAY, tuple(remaining))


def told(provider, person, **fields):
    return [duty.what.replace("\u00a0", " ") for duty in provider(leaving(person, **fields))]


def ends(person, *, successor=None, on=None):
    end_mandate(mandate=mandate_of(person), by=None, on=on, successor=mandate_of(successor) if successor else None)


# --- What they answer for ---------------------------------------------------


def test_who_answers_for_nothing_leaves_nothing(people):
    person = people["membre"]
    assert [*told(deliverables_owned, person), *told(opinions_to_give, person), *told(approvals_to_give, person)] == []


def test_deliverables_are_counted_and_never_named(group, people):
    for progress in Progress:
        fields = {"stopped_on": today()} if progress in {Progress.SUSPENDED, Progress.ABANDONED} else {}
        DeliverableFactory(group=group, title="Secret", progress=progress, **fields).owners.add(people["membre"])
    DeliverableFactory().owners.add(people["membre"])
    assert told(deliverables_owned, people["membre"]) == ["Est responsable de 4 livrables"]
    assert "Secret" not in str(duties_of(mandate_of(people["membre"]), today() - DAY))


def test_who_keeps_a_seat_keeps_what_they_answer_for(group, people):
    DeliverableFactory(group=group).owners.add(people["membre"])
    other = MembershipFactory(group=group, person=people["membre"], role=Role.OBSERVER)
    assert deliverables_owned(Leaving(other, today() - DAY, (other,))) == []


def test_the_successor_becomes_responsible(group, people):
    deliverable = DeliverableFactory(group=group)
    deliverable.owners.set([people["membre"], people["rapporteur"]])
    ends(people["membre"], successor=people["pilote"])
    assert set(deliverable.owners.all()) == {people["pilote"], people["rapporteur"]}
    assert verbs(deliverable)[-1] == "changed"
    assert story(deliverable)[-1].changes["owners"][1] == sorted(
        str(people[name].pk) for name in ("pilote", "rapporteur")
    )


def test_without_a_successor_the_name_stays(group, people):
    deliverable = DeliverableFactory(group=group)
    deliverable.owners.add(people["membre"])
    ends(people["membre"])
    assert list(deliverable.owners.all()) == [people["membre"]]
    assert verbs(deliverable) == []


def test_what_the_successor_may_not_read_is_not_theirs(group, people):
    kept = DeliverableFactory(group=group, confidentiality=Confidentiality.COLLEGE, college=College.INDUSTRY)
    kept.owners.add(people["membre"])
    ends(people["membre"], successor=seat(Role.MEMBER, group, college=College.STATE))
    assert list(kept.owners.all()) == [people["membre"]]


# --- Opinions they were asked -----------------------------------------------


def test_opinions_not_given_are_asked_of_the_successor(
    group, people, tasks_at_once, django_capture_on_commit_callbacks
):
    deliverable = DeliverableFactory(group=group)
    version = a_version(deliverable, author=people["rapporteur"])
    due = today() + 9 * DAY
    ask(version=version, people=[people["membre"]], by=people["rapporteur"], due_on=due)
    assert told(opinions_to_give, people["membre"]) == ["Doit encore 1 avis"]
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        ends(people["membre"], successor=people["invite"])
    asked = Opinion.objects.get(withdrawn_at=None)
    assert (asked.person, asked.asked_by, asked.due_on) == (people["invite"], people["rapporteur"], due)
    assert verbs(deliverable)[-2:] == ["opinion_no_longer_asked", "opinion_asked"]
    assert [message.to for message in mail.outbox] == [[people["invite"].email]]


@pytest.mark.parametrize("successor", [None, "observateur", "pilote"])
def test_who_cannot_give_it_or_was_asked_already_is_not_asked(group, people, successor):
    version = a_version(DeliverableFactory(group=group), author=people["rapporteur"])
    ask(version=version, people=[people["membre"], people["pilote"]], by=people["rapporteur"])
    ends(people["membre"], successor=people[successor] if successor else None)
    assert [each.person for each in Opinion.objects.filter(withdrawn_at=None)] == [people["pilote"]]


def test_opinions_given_stay_said(group, people):
    version = a_version(DeliverableFactory(group=group), author=people["rapporteur"])
    ask(version=version, people=[people["membre"]], by=people["rapporteur"])
    give(version=version, kind="favorable", by=people["membre"])
    assert told(opinions_to_give, people["membre"]) == []
    ends(people["membre"], successor=people["pilote"])
    assert Opinion.objects.get().withdrawn_at is None


def test_who_leaves_later_still_gives_what_is_due_before(group, people):
    version = a_version(DeliverableFactory(group=group), author=people["rapporteur"])
    ask(version=version, people=[people["membre"]], by=people["rapporteur"], due_on=today() + 3 * DAY)
    assert told(opinions_to_give, people["membre"], last=today() + 9 * DAY) == []
    assert told(opinions_to_give, people["membre"], last=today() + 2 * DAY) == ["Doit encore 1 avis"]


# --- Approvals they were to give --------------------------------------------


def test_the_approval_of_who_leaves_is_no_longer_waited_for(
    group, people, tasks_at_once, django_capture_on_commit_callbacks
):
    demand_all(group)
    version = submitted_version(DeliverableFactory(group=group), author=people["membre"])
    yes(version, people["pilote"])
    assert told(approvals_to_give, people["copilote"]) == ["Son approbation est attendue sur 1 version"]
    assert told(approvals_to_give, people["pilote"]) == []
    with django_capture_on_commit_callbacks(execute=True):
        ends(people["copilote"])
    assert states(version) == (ApprovalState.APPROVED, ApprovalState.APPROVED)


def test_a_mandate_that_ends_later_is_still_waited_for(
    group, people, tasks_at_once, django_capture_on_commit_callbacks
):
    demand_all(group)
    version = submitted_version(DeliverableFactory(group=group), author=people["membre"])
    yes(version, people["pilote"])
    with django_capture_on_commit_callbacks(execute=True):
        ends(people["copilote"], on=today() + 9 * DAY)
    assert states(version)[0] == ApprovalState.SUBMITTED


def test_neither_authors_nor_who_stands_aside_are_waited_for(group, people):
    submitted_version(DeliverableFactory(group=group), author=people["copilote"])
    aside = DeliverableFactory(group=group)
    submitted_version(aside)
    declare_recusal(deliverable=aside, reason="Conflit", by=people["copilote"])
    assert told(approvals_to_give, people["copilote"]) == []
    assert told(approvals_to_give, people["membre"]) == []


def test_counting_duties_takes_as_many_queries_with_thirty(group, people, django_assert_num_queries):
    for _each in range(30):
        deliverable = DeliverableFactory(group=group)
        deliverable.owners.add(people["copilote"])
        ask(version=submitted_version(deliverable), people=[people["copilote"]], by=people["rapporteur"])
    gone = leaving(people["copilote"])
    with django_assert_num_queries(3):
        for provider in (deliverables_owned, opinions_to_give, approvals_to_give):
            assert provider(gone)
