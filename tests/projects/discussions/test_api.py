import pytest
from rest_framework.test import APIClient

from projects.access.enums import Role
from projects.discussions import services
from projects.models import Comment, Thread
from tests.factories import UserFactory
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return a_group_at_work()


@pytest.fixture
def version(room):
    return a_version(DeliverableFactory(group=room[0]))


@pytest.fixture
def people(room):
    return room[1]


def api(person):
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_commenting_opens_a_thread_then_answers_in_it(version, people):
    client = api(people[Role.MEMBER])
    first = client.post("/api/v1/comments/", {"version": str(version.pk), "text": "Pourquoi\u202f?", "about": "page 2"})
    assert first.status_code == 201
    assert first.data["version"] == str(version.pk)
    again = client.post("/api/v1/comments/", {"thread": first.data["thread"], "text": "Parce que."})
    assert again.status_code == 201
    assert Thread.objects.get().comments.count() == 2


@pytest.mark.parametrize(
    "body", [{"text": "Seul"}, {"text": ""}, {"text": "x", "version": "pas-une-clé"}, {"text": "x", "autre": 1}]
)
def test_a_bad_body_is_named(people, body):
    answer = api(people[Role.MEMBER]).post("/api/v1/comments/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_what_is_hidden_is_refused_in_the_words_of_what_is_unknown(version, people):
    client = api(UserFactory())
    hidden = client.post("/api/v1/comments/", {"version": str(version.pk), "text": "x"})
    unknown = client.post("/api/v1/comments/", {"version": str(people[Role.PILOT].pk), "text": "x"})
    assert (hidden.status_code, hidden.json()["errors"]) == (unknown.status_code, unknown.json()["errors"])


def test_an_observer_lists_nothing_and_cannot_write(version, people):
    services.open_thread(field="version", target=version, text="Entre nous.", by=people[Role.PILOT])
    client = api(people[Role.OBSERVER])
    assert client.get("/api/v1/comments/").data["count"] == 0
    assert client.get("/api/v1/threads/").data["count"] == 0
    assert client.post("/api/v1/comments/", {"version": str(version.pk), "text": "x"}).status_code == 400


def test_a_comment_is_corrected_by_its_author_and_taken_back(version, people):
    comment = services.open_thread(
        field="version", target=version, text="Avant.", by=people[Role.MEMBER]
    ).comments.get()
    address = f"/api/v1/comments/{comment.pk}/"
    assert api(people[Role.PILOT]).patch(address, {"text": "Après."}).status_code == 403
    mine = api(people[Role.MEMBER])
    tag = mine.get(address)["ETag"]
    assert mine.patch(address, {"text": "Après."}, headers={"if-match": tag}).data["text"] == "Après."
    assert mine.patch(address, {"text": "Encore."}, headers={"if-match": tag}).status_code == 412
    assert mine.delete(address).status_code == 204
    assert Comment.objects.get().text == ""


def test_a_thread_is_settled_and_reopened(version, people):
    thread = services.open_thread(field="version", target=version, text="Oui\u202f?", by=people[Role.MEMBER])
    client = api(people[Role.PILOT])
    assert client.post(f"/api/v1/threads/{thread.pk}/settle/").data["resolved_at"] is not None
    assert client.get("/api/v1/threads/?resolved=true").data["count"] == 1
    assert client.post(f"/api/v1/threads/{thread.pk}/reopen/").data["resolved_at"] is None


def test_a_list_asks_the_same_number_of_questions_for_thirty(version, people, django_assert_max_num_queries):
    client = api(people[Role.PILOT])
    client.get("/api/v1/comments/")  # the first reader of the day has the grants made
    for _each in range(30):
        services.open_thread(field="version", target=version, text="Mot.", by=people[Role.MEMBER])
    with django_assert_max_num_queries(9):
        assert client.get("/api/v1/comments/").data["count"] == 30
    with django_assert_max_num_queries(9):
        assert client.get("/api/v1/threads/").data["count"] == 30
