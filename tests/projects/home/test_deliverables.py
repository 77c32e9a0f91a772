from datetime import timedelta

import pytest

from filiere.days import today
from projects.access.enums import Permission, Role
from projects.deliverables.approvals.services import declare_recusal, request_changes
from projects.deliverables.enums import Progress
from projects.deliverables.opinions.services import ask, give
from projects.groups.services import archive_group
from projects.home.deliverables import MOST, expected_by_deliverables
from projects.models import Deliverable, Membership
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version, submitted_version
from tests.factories.groups import DelegationFactory, MembershipFactory, WorkingGroupFactory
from tests.projects.deliverables.lists.visits import due
from tests.projects.groups.visits import enter, links, text

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def room():
    return a_group_at_work()


def titles(person):
    return [each.title.replace("\u00a0", " ") for each in expected_by_deliverables(person)]


def handed_in(group, by, **fields):
    deliverable = DeliverableFactory(group=group, **fields)
    submitted_version(deliverable, author=by)
    return deliverable


def test_nothing_is_expected_of_who_sits_nowhere(room):
    assert titles(UserFactory()) == titles(AdministratorFactory()) == []


def test_version_to_approve_comes_first_and_leads_to_the_decision(client, room):
    group, people = room
    row = handed_in(group, people["membre"], title="Bilan")
    due(-9, group=group, title="En retard").owners.add(people["pilote"])
    enter(client, people["pilote"])
    response = client.get("/")
    read = text(response)
    assert read.index("Approuver « Bilan »") < read.index("Remettre « En retard »")
    assert f"version 1, soumise à l’instant par {people['membre']}" in read
    assert f"/livrables/{row.pk}/versions/1/decision/" in links(response)


@pytest.mark.parametrize("role", ["rapporteur", "membre", "observateur", "invite"])
def test_version_to_approve_is_not_told_to_the_others(room, role):
    group, people = room
    handed_in(group, seat(Role.MEMBER, group))
    assert titles(people[role]) == []


def test_version_is_told_to_who_borrows_the_right_and_not_to_who_stands_aside(room):
    group, people = room
    row = handed_in(group, seat(Role.MEMBER, group), title="Bilan")
    DelegationFactory(group=group, lender=people["copilote"], borrower=people["membre"], permission=Permission.APPROVE)
    declare_recusal(deliverable=row, reason="Intérêt direct", by=people["pilote"])
    assert titles(people["pilote"]) == []
    assert titles(people["membre"]) == titles(people["copilote"]) == ["Approuver « Bilan »"]


def test_many_versions_are_counted_rather_than_listed(room):
    group, people = room
    for _ in range(MOST + 2):
        handed_in(group, people["membre"])
    found = list(expected_by_deliverables(people["pilote"]))
    assert len(found) == MOST + 1
    assert (found[-1].href, found[-1].text) == ("/livrables/a-approuver/", f"Elles sont {MOST + 2} en tout.")


def test_opinion_that_was_asked_is_expected_until_it_is_given(room):
    group, people = room
    row = DeliverableFactory(group=group, title="Bilan")
    version = a_version(row, author=people["rapporteur"])
    ask(version=version, people=[people["membre"], people["invite"]], by=people["rapporteur"], due_on=today() + DAY)
    for role in ("membre", "invite"):
        (expected,) = expected_by_deliverables(people[role])
        assert expected.title == "Donner votre avis sur «\u00a0Bilan\u00a0»"
        assert f"demandé par {people['rapporteur']}, attendu pour le" in expected.text
        assert expected.href == f"/livrables/{row.pk}/versions/1/mon-avis/"
        assert not expected.late
    give(version=version, kind="favorable", by=people["membre"])
    assert titles(people["membre"]) == []
    a_version(row, author=people["rapporteur"])
    assert titles(people["invite"]) == []


def test_opinion_is_late_after_its_day_and_without_a_day_never(room):
    group, people = room
    version = a_version(DeliverableFactory(group=group))
    (opinion,) = ask(version=version, people=[people["membre"]], by=people["pilote"])
    (expected,) = expected_by_deliverables(people["membre"])
    assert not expected.late
    assert "attendu" not in expected.text
    opinion.due_on = today() - DAY
    opinion.save()
    (expected,) = expected_by_deliverables(people["membre"])
    assert expected.late


def test_changes_requested_are_told_to_who_handed_in_or_submitted(room):
    group, people = room
    author = seat(Role.MEMBER, group)
    row = DeliverableFactory(group=group, title="Bilan")
    version = submitted_version(row, author=author, submitted_by=people["membre"])
    request_changes(version=version, reason="Chiffrez.", by=people["pilote"])
    told = ["Des modifications sont demandées sur « Bilan »"]
    assert titles(author) == titles(people["membre"]) == told
    assert titles(people["rapporteur"]) == []
    Deliverable.objects.get(pk=row.pk)
    a_version(Deliverable.objects.get(pk=row.pk), author=author)
    assert titles(author) == []


@pytest.mark.parametrize(
    ("days", "fields", "told"),
    [
        (-40, {}, True),
        (-1, {}, True),
        (0, {}, True),
        (30, {}, True),
        (31, {}, False),
        (-1, {"progress": Progress.FINISHED}, False),
        (-1, {"recurrent": True}, False),
        (5, {"recurrent": True}, True),
        (-1, {"progress": Progress.SUSPENDED, "stopped_on": "2026-01-01", "stopped_because": "x"}, False),
    ],
)
def test_own_deliverable_is_told_when_late_or_due_within_thirty_days(room, days, fields, told):
    group, people = room
    row = due(days, group=group, title="Bilan", **fields)
    row.owners.add(people["membre"])
    found = list(expected_by_deliverables(people["membre"]))
    assert bool(found) is told
    if told:
        assert found[0].late is (days < 0)
    assert titles(people["rapporteur"]) == []


def test_own_deliverables_beyond_a_few_are_left_to_their_list(room):
    group, people = room
    for days in range(MOST + 1):
        due(-days - 1, group=group).owners.add(people["membre"])
    found = list(expected_by_deliverables(people["membre"]))
    assert len(found) == MOST + 1
    assert found[-1].href == "/livrables/?miens=1"


def test_group_that_is_archived_or_hidden_expects_nothing(room):
    group, people = room
    handed_in(group, people["membre"])
    due(-1, group=group).owners.add(people["pilote"])
    due(-1, group=group, confidentiality="restreint").owners.add(people["membre"])
    assert titles(people["membre"]) == []
    archive_group(group=group, by=None)
    assert titles(people["pilote"]) == []


def test_mandate_that_ended_expects_nothing_any_more(room):
    group, people = room
    person = people["pilote"]
    handed_in(group, people["membre"])
    due(-1, group=group).owners.add(person)
    Membership.objects.filter(person=person).update(ends_on=today() - DAY)
    MembershipFactory(person=person)
    from projects.groups.projection import project

    project(group)
    assert titles(person) == []


@pytest.mark.parametrize("role", ["pilote", "copilote", "membre"])
def test_home_costs_the_same_with_one_or_thirty_of_everything(client, room, role, django_assert_max_num_queries):
    group, people = room
    person = people[role]
    DelegationFactory(group=group, lender=people["pilote"], borrower=people["membre"], permission=Permission.APPROVE)
    enter(client, person)
    costs = []
    for number in (1, 30):
        for _ in range(number):
            handed_in(group, seat(Role.MEMBER, group))
            due(-1, group=group).owners.add(person)
            asked = a_version(DeliverableFactory(group=group))
            ask(version=asked, people=[person], by=people["rapporteur"])
            mine = DeliverableFactory(group=group)
            request_changes(version=submitted_version(mine, author=person), reason="x", by=people["copilote"])
            MembershipFactory(person=person, group=WorkingGroupFactory(), role=Role.PILOT)
        client.get("/aide/")  # when somebody was last seen is noted down now and then
        with django_assert_max_num_queries(12) as queries:
            read = text(client.get("/"))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    for words in ("Approuver", "Donner votre avis", "Des modifications sont demandées", "Remettre"):
        assert words in read
