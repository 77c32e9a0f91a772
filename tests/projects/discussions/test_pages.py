import pytest
from django.urls import reverse

from filiere.versions import version_of
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
def people(room):
    return room[1]


@pytest.fixture
def version(room):
    return a_version(DeliverableFactory(group=room[0], title="Feuille de route"))


@pytest.fixture
def thread(version, people):
    return services.open_thread(
        field="version", target=version, text="Un **mot** <b>fort</b>", about="page 4", by=people[Role.MEMBER]
    )


def opening(version):
    return reverse("thread-open", kwargs={"field": "version", "pk": version.pk})


def test_a_member_opens_a_thread_and_lands_on_it(client, version, people):
    client.force_login(people[Role.MEMBER])
    answer = client.post(opening(version), {"about": "page 4", "text": "Pourquoi\u202f?"})
    made = Thread.objects.get()
    assert answer.url == f"{reverse('deliverable', args=[version.deliverable_id])}#fil-{made.pk}"


def test_what_was_said_of_an_older_version_is_read_with_it(client, thread, version, people):
    a_version(version.deliverable, b"Un autre texte.")
    client.force_login(people[Role.PILOT])
    assert "page 4" in client.get(reverse("version", args=[version.deliverable_id, 1])).content.decode()
    answer = client.post(reverse("thread-settle", args=[thread.pk]))
    assert answer.url.startswith(reverse("version", args=[version.deliverable_id, 1]))


def test_a_refused_comment_keeps_what_was_typed(client, version, people):
    client.force_login(people[Role.MEMBER])
    answer = client.post(opening(version), {"about": "page 4", "text": " "})
    assert 'value="page 4"' in answer.content.decode()
    assert not Thread.objects.exists()


def test_what_is_written_is_drawn_safely(client, thread, people):
    client.force_login(people[Role.PILOT])
    page = client.get(reverse("thread", args=[thread.pk])).content.decode()
    assert "<strong>mot</strong>" in page
    assert "&lt;b&gt;fort&lt;/b&gt;" in page


def test_answering_settling_and_reopening(client, thread, people):
    client.force_login(people[Role.PILOT])
    client.post(reverse("thread-settle", args=[thread.pk]))
    assert Thread.objects.get().resolved_by == people[Role.PILOT]
    client.post(reverse("thread-reopen", args=[thread.pk]))
    assert Thread.objects.get().resolved_at is None
    client.post(reverse("thread", args=[thread.pk]), {"text": "Parce que."})
    assert thread.comments.count() == 2


def test_correcting_shows_both_texts_to_who_comes_second(client, thread, people):
    comment = thread.comments.get()
    seen = version_of(comment)
    services.correct(comment=comment, text="Entre-temps", by=people[Role.MEMBER])
    client.force_login(people[Role.MEMBER])
    answer = client.post(reverse("comment-correct", args=[comment.pk]), {"text": "Le mien", "version": seen})
    page = answer.content.decode()
    assert "Le mien" in page
    assert "Entre-temps" in page
    assert Comment.objects.get().text == "Entre-temps"


def test_only_its_author_is_offered_to_correct(client, thread, people):
    comment = thread.comments.get()
    client.force_login(people[Role.PILOT])
    assert client.get(reverse("comment-correct", args=[comment.pk])).status_code == 403
    client.post(reverse("comment-take-back", args=[comment.pk]))
    assert Comment.objects.get().text == ""
    assert client.get(reverse("comment-take-back", args=[comment.pk])).status_code == 403


@pytest.mark.parametrize("who", ["observer", "outsider", "superuser"])
def test_to_others_none_of_it_exists(client, thread, version, people, who):
    stranger = {
        "observer": people[Role.OBSERVER],
        "outsider": UserFactory(),
        "superuser": UserFactory(is_superuser=True),
    }[who]
    client.force_login(stranger)
    comment = thread.comments.get()
    addresses = [
        opening(version),
        *(reverse(name, args=[thread.pk]) for name in ("thread", "thread-settle", "thread-reopen")),
        *(reverse(name, args=[comment.pk]) for name in ("comment-correct", "comment-take-back")),
    ]
    for address in addresses:
        assert client.post(address, {"text": "Moi aussi"}).status_code == 404, address
    assert Comment.objects.count() == 1


def test_what_cannot_be_discussed_does_not_exist(client, people):
    client.force_login(people[Role.PILOT])
    assert client.get(reverse("thread-open", args=["group", people[Role.PILOT].pk])).status_code == 404


def test_a_page_asks_the_same_number_of_questions_for_thirty(client, thread, people, django_assert_max_num_queries):
    client.force_login(people[Role.PILOT])
    client.get(reverse("thread", args=[thread.pk]))  # the first reader of the day has the grants made
    for _each in range(30):
        services.answer(thread=thread, text="Oui.", by=people[Role.MEMBER])
    with django_assert_max_num_queries(12):
        client.get(reverse("thread", args=[thread.pk]))
