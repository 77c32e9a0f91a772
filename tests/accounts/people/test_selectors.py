from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.people import selectors
from accounts.people.services import change_preferences, make_delegate
from tests.factories import AdministratorFactory, UserFactory
from tests.factories.people import fail_sign_in, give_second_factor, give_token, invite, open_session

pytestmark = pytest.mark.django_db


def test_people_say_who_holds_a_second_factor():
    bare, protected, saved = UserFactory(), UserFactory(), UserFactory()
    give_second_factor(protected)
    Authenticator.objects.create(user=saved, type=Authenticator.Type.RECOVERY_CODES, data={})
    held = dict(selectors.people().values_list("pk", "has_second_factor"))
    assert held == {bare.pk: False, protected.pk: True, saved.pk: False}


def test_access_of_counts_what_is_theirs():
    person, other = UserFactory(), UserFactory()
    for each in (person, other):
        open_session(each)
        give_second_factor(each)
        give_token(each, name=f"Jeton de {each.pk}")
    give_token(person, name="Révoqué")
    person.api_tokens.filter(name="Révoqué").update(revoked_at=timezone.now())
    invitation = invite("", by=other, accepted_by=person, accepted_at=timezone.now())
    access = selectors.access_of(person)
    assert access.sessions == 1
    assert [token.name for token in access.tokens] == [f"Jeton de {person.pk}"]
    assert [factor.user for factor in access.factors] == [person]
    assert access.invitation == invitation
    assert not access.locked_out


def test_recent_events_are_by_and_about_the_person_newest_first():
    administrator, person = AdministratorFactory(), UserFactory()
    change_preferences(person=administrator, by=administrator, digest="hebdomadaire")
    make_delegate(person=person, by=administrator)
    change_preferences(person=person, by=person, digest="hebdomadaire")
    told = [event.verb for event in selectors.recent_events(person)]
    assert told == ["person.preferences_changed", "person.made_delegate"]
    assert [event.verb for event in selectors.recent_events(person, limit=1)] == ["person.preferences_changed"]


def test_recent_events_cost_two_queries_however_many_there_are(django_assert_num_queries):
    person = UserFactory()
    for number in range(15):
        change_preferences(person=person, by=person, given_name=f"Prénom {number}")
    with django_assert_num_queries(2):
        events = selectors.recent_events(person)
        assert [str(event.actor) for event in events] == ["Prénom 14 " + person.family_name] * 10


def test_access_of_somebody_who_never_came_is_empty():
    access = selectors.access_of(UserFactory())
    assert (access.sessions, access.tokens, access.factors, access.invitation) == (0, [], [], None)


@pytest.mark.parametrize(("times", "minutes", "locked"), [(8, 1, True), (7, 1, False), (8, 16, False)])
def test_access_of_tells_a_lockout_while_it_lasts(times, minutes, locked):
    person = UserFactory()
    attempt = fail_sign_in(person.email, times=times)
    attempt.attempt_time = timezone.now() - timedelta(minutes=minutes)
    attempt.save()
    assert selectors.access_of(person).locked_out is locked
