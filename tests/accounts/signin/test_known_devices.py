import pytest
from django.core import signing
from django.http import HttpResponse

from accounts.signin import known_devices
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NEW = "Nouvelle connexion à votre compte"


def cookie_of(response):
    return response.cookies[known_devices.COOKIE]


def remembered(rf, *people, **cookies):
    request = rf.get("/")
    request.COOKIES.update(cookies)
    for person in people:
        response = HttpResponse()
        known_devices.remember(request, response, person)
        request.COOKIES[known_devices.COOKIE] = cookie_of(response).value
    return request


def test_device_is_known_to_who_used_it_and_to_nobody_else(rf):
    first, second, third = UserFactory(), UserFactory(), UserFactory()
    request = remembered(rf, first, second)
    assert known_devices.knows(request, first)
    assert known_devices.knows(request, second)
    assert not known_devices.knows(request, third)


def test_cookie_says_nothing_of_who_they_are(rf):
    person = UserFactory()
    value = remembered(rf, person).COOKIES[known_devices.COOKIE]
    marks = signing.loads(value, salt=known_devices.SALT)
    assert str(person.pk) not in str(marks)
    assert person.email not in str(marks)


def test_cookie_is_kept_from_scripts_and_for_a_year(rf):
    response = HttpResponse()
    known_devices.remember(rf.get("/"), response, UserFactory())
    cookie = cookie_of(response)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == known_devices.YEAR


def test_cookie_is_kept_for_https_where_the_site_is(rf, settings):
    settings.SESSION_COOKIE_SECURE = True
    response = HttpResponse()
    known_devices.remember(rf.get("/"), response, UserFactory())
    assert cookie_of(response)["secure"]


@pytest.mark.parametrize("value", ["", "abc", signing.dumps(["x"], salt="autre")], ids=["empty", "words", "salt"])
def test_cookie_of_somebody_elses_making_is_not_believed(rf, value):
    request = rf.get("/")
    request.COOKIES[known_devices.COOKIE] = value
    assert not known_devices.knows(request, UserFactory())


def test_cookie_does_not_grow_for_ever(rf):
    people = UserFactory.create_batch(known_devices.PEOPLE_A_BROWSER + 2)
    request = remembered(rf, *people)
    assert not known_devices.knows(request, people[0])
    assert known_devices.knows(request, people[-1])


def test_first_entrance_of_all_is_not_announced(client, person, typed, mail):
    with mail() as messages:
        typed()
    assert [message.subject for message in messages] == []


def test_entrance_from_an_unknown_device_is_announced_once(client_elsewhere, client, person, typed, mail):
    typed()
    with mail() as messages:
        for _ in range(2):
            client_elsewhere.post(
                "/connexion/",
                {"login": person.email, "password": "filiere-demo"},
                headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
            )
            client_elsewhere.post("/deconnexion/")
    assert [message.subject for message in messages] == [NEW]
    assert messages[0].to == [person.email]
    assert "Firefox sur Linux, adresse 192.0.2.99" in messages[0].body
    assert "/compte/sessions/" in messages[0].body


def test_entrance_from_a_known_device_is_not_announced(client, person, typed, mail):
    typed()
    client.post("/deconnexion/")
    with mail() as messages:
        typed()
    assert not messages
