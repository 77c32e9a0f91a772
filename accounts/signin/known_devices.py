"""The browsers a person has used before: a signed cookie says so, the server keeps nothing about them."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.people.models import User

COOKIE = "appareil"
SALT = "accounts.signin.known_devices"
YEAR = 365 * 24 * 3600
PEOPLE_A_BROWSER = 20


def knows(request: HttpRequest, person: User) -> bool:
    return _mark(person) in _marks(request)


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    marks = [_mark(person), *_marks(request)][:PEOPLE_A_BROWSER]
    response.set_cookie(
        COOKIE,
        signing.dumps(marks, salt=SALT),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _marks(request: HttpRequest) -> list[str]:
    try:
        return list(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR))
    except signing.BadSignature:
        return []


def _mark(person: User) -> str:
    return salted_hmac(SALT, str(person.pk), algorithm="sha256").hexdigest()[:16]
