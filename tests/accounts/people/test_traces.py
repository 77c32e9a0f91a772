import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from accounts.people.traces import forget_address, forget_person
from filiere.models import StoredAnswer
from tests.factories import UserFactory
from tests.factories.people import fail_sign_in, half_open_session, open_session, remember_answer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["jean+csf@demo.example", "Jean+CSF@Demo.Example", " jean+csf@demo.example\n"])
def test_attempts_are_forgotten_however_the_address_was_typed(typed):
    fail_sign_in(typed)
    forget_person(UserFactory(email="jean+csf@demo.example"))
    assert not any(model.objects.exists() for model in (AccessAttempt, AccessFailureLog, AccessLog))


@pytest.mark.parametrize("typed", ["marie.jean@demo.example", "jean@demo.example.org", "jeanXdemo.example", None])
def test_attempts_on_other_addresses_stay(typed):
    """The dot and the plus of an address are themselves, not « any letter » and « several »."""
    attempt = fail_sign_in(typed or "x")
    if typed is None:
        AccessAttempt.objects.filter(pk=attempt.pk).update(username=None)
    forget_person(UserFactory(email="jean@demo.example"))
    assert AccessAttempt.objects.exists()


def test_sessions_of_the_person_are_forgotten_half_open_ones_too():
    person, other = UserFactory(), UserFactory()
    open_session(person)
    half_open_session(person)
    kept = {open_session(other), half_open_session(other)}
    forget_person(person)
    assert set(Session.objects.values_list("session_key", flat=True)) == kept


@pytest.mark.parametrize("body", ["{id}", "{email}", '{{"family_name": "{name}"}}', '{{"family_name": "{escaped}"}}'])
def test_answers_that_mention_the_person_are_forgotten(body):
    person, asker = UserFactory(family_name="Éléonore"), UserFactory()
    escaped = "\\u00c9l\\u00e9onore"
    remember_answer(asker, body.format(id=person.pk, email=person.email, name=person.family_name, escaped=escaped))
    kept = remember_answer(asker, '{"family_name": "Autre"}', key="kept")
    forget_person(person)
    assert list(StoredAnswer.objects.all()) == [kept]


def test_answer_under_way_is_left_to_who_is_writing_it():
    """Somebody who erases themself with an Idempotency-Key: its row is claimed, and empty still."""
    person = UserFactory()
    claimed = remember_answer(person, "")
    StoredAnswer.objects.filter(pk=claimed.pk).update(status=0)
    forget_person(person)
    assert StoredAnswer.objects.exists()


def test_forget_address_keeps_the_sessions():
    person = UserFactory()
    open_session(person)
    fail_sign_in("ancienne@demo.example")
    forget_address(person, "ancienne@demo.example")
    assert Session.objects.exists()
    assert not AccessAttempt.objects.exists()
