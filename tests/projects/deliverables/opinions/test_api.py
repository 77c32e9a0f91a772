from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Role
from projects.models import Event, Opinion
from tests.factories import UserFactory
from tests.factories.access import seat
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.factories.groups import WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db


def api_of(person=None):
    client = APIClient()
    if person:
        client.force_login(person)
    return client


@pytest.fixture
def people():
    return a_group_at_work()[1]


@pytest.fixture
def version(people):
    return a_version(DeliverableFactory(group=people["pilote"].mandates.get().group), author=None)


def opinions_on(version, rest=""):
    return f"/api/v1/versions/{version.pk}/opinions/{rest}"


def asked(api, version, *people, **fields):
    return api.post(
        opinions_on(version, "ask/"), {"people": [str(person.pk) for person in people], **fields}, format="json"
    )


@pytest.mark.parametrize("role", Role)
def test_who_debates_gives_an_opinion(version, people, role):
    response = api_of(people[role.value]).post(opinions_on(version), {"kind": "favorable"})
    if role == Role.OBSERVER:
        problem(response, 404, "introuvable")
    else:
        assert response.status_code == 201, response.json()
        assert response["Location"].endswith(opinions_on(version, f"{response.json()['id']}/"))


def test_opinion_is_told_with_who_gave_it_and_for_whom(version, people):
    member = api_of(people["membre"])
    made = member.post(opinions_on(version), {"kind": "favorable_reserves", "text": "Chiffres à revoir"}).json()
    (listed,) = api_of(people["pilote"]).get(opinions_on(version)).json()["results"]
    assert listed == made == member.get(opinions_on(version, f"{made['id']}/")).json()
    assert (made["person"], made["kind"], made["text"]) == (
        str(people["membre"].pk),
        "favorable_reserves",
        "Chiffres à revoir",
    )
    assert made["person_name"] == people["membre"].get_full_name()
    assert made["organisation_name"]
    assert made["given_at"]
    assert made["asked_by"] is None


def test_opinion_given_again_replaces_the_first(version, people):
    member = api_of(people["membre"])
    first = member.post(opinions_on(version), {"kind": "favorable"}).json()
    second = member.post(opinions_on(version), {"kind": "defavorable", "text": "Non"}).json()
    assert first["id"] == second["id"]
    assert Opinion.objects.get().kind == "defavorable"


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({}, "kind"),
        ({"kind": "bof"}, "kind"),
        ({"kind": "defavorable"}, "text"),
        ({"kind": "favorable_reserves", "text": " "}, "text"),
        ({"kind": "favorable", "text": "x" * 5001}, "text"),
        ({"kind": "favorable", "person": "x"}, "person"),
    ],
)
def test_opinion_that_makes_no_sense_is_named(version, people, body, at_fault):
    response = api_of(people["membre"]).post(opinions_on(version), body)
    assert list(problem(response, 400, "validation")["errors"]) == [at_fault]


def test_members_are_asked_once(version, people):
    later = (today() + timedelta(days=7)).isoformat()
    member = api_of(people["membre"])
    response = asked(member, version, people["rapporteur"], people["invite"], due_on=later)
    assert response.status_code == 201, response.json()
    assert {each["person"] for each in response.json()["asked"]} == {
        str(people["rapporteur"].pk),
        str(people["invite"].pk),
    }
    assert {(each["due_on"], each["kind"], each["late"]) for each in response.json()["asked"]} == {(later, "", False)}
    again = asked(member, version, people["rapporteur"])
    assert list(problem(again, 400, "validation")["errors"]) == ["people"]
    assert member.get(opinions_on(version), {"given": "false"}).json()["count"] == 2
    api_of(people["invite"]).post(opinions_on(version), {"kind": "sans_avis"})
    assert member.get(opinions_on(version), {"given": "true"}).json()["count"] == 1
    assert member.get(opinions_on(version), {"kind": "sans_avis", "person": people["invite"].pk}).json()["count"] == 1


def test_only_who_may_answer_is_asked(version, people):
    member = api_of(people["membre"])
    stranger = seat(Role.MEMBER, WorkingGroupFactory())
    answers = [asked(member, version, person) for person in (stranger, UserFactory())]
    told = [problem(each, 400, "validation")["errors"] for each in answers]
    assert told[0] == told[1] == {"people": ["Une de ces personnes n’existe pas."]}
    for person in (people["observateur"],):
        assert list(problem(asked(member, version, person), 400, "validation")["errors"]) == ["people"]
    assert list(problem(asked(member, version), 400, "validation")["errors"]) == ["people"]
    past = asked(member, version, people["pilote"], due_on="2020-01-01")
    assert list(problem(past, 400, "validation")["errors"]) == ["due_on"]
    assert not Opinion.objects.exists()


def test_guest_asks_nobody(version, people):
    problem(asked(api_of(people["invite"]), version, people["membre"]), 403, "interdit")


def test_question_is_taken_back_by_who_asked_it_or_a_pilot(version, people):
    rapporteur = api_of(people["rapporteur"])
    for who, status in ((people["membre"], 403), (people["invite"], 403), (people["rapporteur"], 204)):
        if not Opinion.objects.filter(withdrawn_at=None).exists():
            asked(rapporteur, version, people["membre"])
        opinion = Opinion.objects.get(withdrawn_at=None)
        assert api_of(who).delete(opinions_on(version, f"{opinion.pk}/")).status_code == status
    assert rapporteur.get(opinions_on(version)).json()["count"] == 0
    asked(rapporteur, version, people["membre"])
    opinion = Opinion.objects.get(withdrawn_at=None)
    assert api_of(people["pilote"]).delete(opinions_on(version, f"{opinion.pk}/")).status_code == 204


def test_opinion_that_was_given_is_not_taken_back(version, people):
    made = api_of(people["membre"]).post(opinions_on(version), {"kind": "favorable"}).json()
    response = api_of(people["pilote"]).delete(opinions_on(version, f"{made['id']}/"))
    assert problem(response, 409, "refus")["code"] == "settled"


def test_opinion_is_about_the_version_of_its_address(version, people):
    made = api_of(people["membre"]).post(opinions_on(version), {"kind": "favorable"}).json()
    other = a_version(DeliverableFactory(group=version.deliverable.group), author=None)
    problem(api_of(people["membre"]).get(opinions_on(other, f"{made['id']}/")), 404, "introuvable")


def test_opinion_waits_for_no_approval_and_gives_none(version, people):
    api_of(people["pilote"]).post(opinions_on(version), {"kind": "favorable"})
    version.refresh_from_db()
    assert version.state == "brouillon"
    assert Event.objects.get(object_id=str(version.deliverable_id)).verb == "deliverable.opinion_given"


def test_token_that_only_reads_says_nothing(version, people):
    script = script_of(people["membre"], scope=Scope.READ)
    assert script.get(opinions_on(version)).status_code == 200
    problem(script.post(opinions_on(version), {"kind": "favorable"}), 403, "interdit")
    problem(asked(script, version, people["pilote"]), 403, "interdit")


def test_list_costs_the_same_for_one_opinion_and_for_thirty(version, people):
    api = api_of(people["membre"])

    def cost(count):
        for _ in range(count):
            person = seat(Role.MEMBER, version.deliverable.group)
            Opinion.objects.create(version=version, person=person, asked_by=people["pilote"])
        api.get(opinions_on(version))
        with CaptureQueriesContext(connection) as queries:
            api.get(opinions_on(version))
        return len(queries)

    assert cost(1) == cost(29) <= 12
