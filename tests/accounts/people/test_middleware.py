from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation

from accounts.people.middleware import PreferencesMiddleware
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _leave_no_zone() -> Iterator[None]:
    yield
    timezone.deactivate()
    translation.activate("fr")


def seen_by(user, rf) -> tuple[str, str]:
    found: list[str] = []

    def page(request):
        found.extend([timezone.get_current_timezone_name(), translation.get_language()])
        return HttpResponse()

    request = rf.get("/")
    request.user = user
    PreferencesMiddleware(page)(request)
    return found[0], found[1]


@pytest.mark.django_db
def test_preferences_tell_the_time_of_the_person_s_place(rf):
    assert seen_by(UserFactory(time_zone="Indian/Reunion"), rf)[0] == "Indian/Reunion"


@pytest.mark.django_db
def test_preferences_of_one_do_not_reach_the_next_visitor(rf):
    seen_by(UserFactory(time_zone="Indian/Reunion"), rf)
    assert seen_by(AnonymousUser(), rf)[0] == "Europe/Paris"


@pytest.mark.django_db
def test_preferences_with_a_zone_that_is_no_more_fall_back(rf):
    assert seen_by(UserFactory(time_zone="Mars/Olympus"), rf)[0] == "Europe/Paris"


@pytest.mark.django_db
def test_preferences_speak_the_person_s_language_when_it_is_offered(rf, settings):
    settings.LANGUAGES = [("fr", "Français"), ("en", "English")]
    assert seen_by(UserFactory(language="en"), rf)[1] == "en"


@pytest.mark.django_db
def test_preferences_with_a_language_that_is_not_offered_change_nothing(rf):
    assert seen_by(UserFactory(language="en"), rf)[1] == "fr"


@pytest.mark.django_db
def test_preferences_still_hold_while_an_answer_is_streamed(rf):
    """An exported list is written once every middleware is done."""

    def page(request):
        return StreamingHttpResponse(timezone.get_current_timezone_name() for _ in range(1))

    request = rf.get("/")
    request.user = UserFactory(time_zone="Pacific/Noumea")
    response = PreferencesMiddleware(page)(request)
    assert b"".join(response.streaming_content) == b"Pacific/Noumea"
