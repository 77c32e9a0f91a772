from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.people import time_zones

GetResponse = Callable[[HttpRequest], HttpResponse]


class PreferencesMiddleware:
    """Speaks a person's language and tells the time of their place.

    Neither is undone at the end: a streamed answer is written after this returns, and the next request of the same
    thread sets its own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not person.is_authenticated:
            timezone.deactivate()
            return self.get_response(request)
        timezone.activate(time_zones.zone(person.time_zone))
        if person.language in dict(settings.LANGUAGES):
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
