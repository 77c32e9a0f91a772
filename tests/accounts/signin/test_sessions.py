from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.signin.selectors import open_sessions
from projects.activity.models import Event
from tests.factories import UserFactory
from tests.factories.signin import SessionFactory

pytestmark = pytest.mark.django_db
PAGE = "/compte/sessions/"


@pytest.fixture
def inside(client, person, typed):
    typed()
    return person


def text(response):
    return response.content.decode()


def test_sessions_are_listed_this_one_first(client, inside):
    SessionFactory(user=inside)
    page = text(client.get(PAGE))
    assert page.index("Celle-ci") < page.index("Firefox sur Windows")
    assert "192.0.2.7" in page
    assert "Fermer toutes les autres" in page


def test_session_alone_is_offered_nothing_to_close(client, inside):
    page = text(client.get(PAGE))
    assert "Fermer" not in page.split("<main", 1)[1].split("</main", 1)[0].replace("Fermez", "")


def test_sessions_that_let_nobody_in_are_not_listed(client, inside):
    expired, gone = SessionFactory.create_batch(2, user=inside)
    Session.objects.filter(session_key=expired.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    Session.objects.filter(session_key=gone.session_key).delete()
    assert len(open_sessions(inside, current="")) == 1


def test_sessions_of_others_are_not_listed(client, inside):
    SessionFactory(user=UserFactory(), ip="192.0.2.200")
    assert "192.0.2.200" not in text(client.get(PAGE))


def test_open_sessions_costs_one_query(person, django_assert_num_queries):
    SessionFactory(user=person)
    with django_assert_num_queries(1):
        open_sessions(person, current="")
    SessionFactory.create_batch(29, user=person)
    with django_assert_num_queries(1):
        assert len(open_sessions(person, current="")) == 30


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_whatever_the_number_of_sessions(client, inside, count, django_assert_num_queries):
    SessionFactory.create_batch(count, user=inside)
    client.get(PAGE)
    with django_assert_num_queries(3):
        client.get(PAGE)


def test_session_that_is_closed_is_out_at_its_next_request(client, client_elsewhere, inside):
    client_elsewhere.post("/connexion/", {"login": inside.email, "password": "filiere-demo"})
    session = UserSession.objects.get(session_key=client_elsewhere.session.session_key)
    assert client.post(PAGE, {"session": session.pk}).url == PAGE
    assert client_elsewhere.get(PAGE).url == f"/connexion/?next={PAGE}"
    assert client.get(PAGE).status_code == 200
    assert Event.objects.get().verb == "person.session_ended"


def test_session_already_closed_is_told(client, inside):
    session = SessionFactory(user=inside)
    client.post(PAGE, {"session": session.pk})
    assert "Cette session était déjà fermée." in text(client.post(PAGE, {"session": session.pk}, follow=True))


def test_session_that_closes_itself_is_out(client, inside):
    own = UserSession.objects.get(session_key=client.session.session_key)
    assert client.post(PAGE, {"session": own.pk}).status_code == 302
    assert client.get(PAGE).url == f"/connexion/?next={PAGE}"


def test_session_of_another_person_stays_open(client, inside):
    session = SessionFactory(user=UserFactory())
    client.post(PAGE, {"session": session.pk})
    assert UserSession.objects.filter(pk=session.pk).exists()
    assert not Event.objects.exists()


def test_all_other_sessions_are_closed(client, inside):
    SessionFactory.create_batch(2, user=inside)
    response = client.post(PAGE, {"others": "1"}, follow=True)
    assert "2 autres sessions sont fermées." in text(response)
    assert UserSession.objects.get().session_key == client.session.session_key
    assert "Aucune autre session n’était ouverte." in text(client.post(PAGE, {"others": "1"}, follow=True))


@pytest.mark.parametrize(
    "sent", [{}, {"session": ""}, {"session": "abc"}, {"session": "-1"}, {"session": "9" * 40}, {"session": "²"}]
)
def test_nonsense_is_refused(client, inside, sent):
    assert client.post(PAGE, sent).status_code == 400


def test_page_is_for_who_is_signed_in(client):
    assert client.get(PAGE).url.startswith("/connexion/")
    assert client.post(PAGE, {"others": "1"}).url.startswith("/connexion/")


def test_page_is_kept_by_no_cache(client, inside):
    assert "no-store" in client.get(PAGE)["Cache-Control"]
