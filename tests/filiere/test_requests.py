"""Where a request comes from, what it is called, and the one line it leaves."""

import ipaddress
import json
import logging

import pytest
import structlog
from django.http import HttpResponse
from django.test import RequestFactory

from filiere import requests
from filiere.logs import dictionary
from filiere.requests import RequestIdMiddleware, TrustedProxyMiddleware, comes_from_this_machine, current_request_id
from tests.factories import UserFactory

PROXIES = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "2001:db8::/32", "127.0.0.1")))


@pytest.fixture
def lines():
    """What really leaves the process, formatted as in production."""
    formatter = dictionary("json")["formatters"]["structured"]
    factory = formatter.pop("()")
    handler = Keeping(factory(**formatter))
    for name in dictionary("json")["handlers"]["stream"]["filters"]:
        handler.addFilter(dictionary("json")["filters"][name]["()"]())
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


class Keeping(logging.Handler):
    def __init__(self, formatter):
        super().__init__()
        self.setFormatter(formatter)
        self.raw = []

    def emit(self, record):
        self.raw.append(self.format(record))

    @property
    def text(self):
        return "\n".join(self.raw)

    def access(self):
        return [line for line in map(json.loads, self.raw) if line["event"] == "request"]


# --- The identifier ---------------------------------------------------------


def test_every_answer_carries_the_id_of_its_request(client):
    first, second = client.get("/healthz")["X-Request-ID"], client.get("/healthz")["X-Request-ID"]
    assert first != second
    assert len(first) == 36


@pytest.mark.parametrize("given", ["req-12345678", "A.b_c-9" * 5, "a" * 64])
def test_well_formed_id_of_the_sender_is_kept(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "with space and more", "é" * 10, "line\nbreak-in", "<script>x</script>"]
)
def test_malformed_id_of_the_sender_is_replaced(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] != given


def test_id_is_known_while_the_request_is_answered_and_new_for_the_next():
    seen = []
    middleware = RequestIdMiddleware(lambda request: seen.append(current_request_id()) or HttpResponse())
    for _ in range(2):
        answer = middleware(RequestFactory().get("/"))
        assert seen[-1] == answer["X-Request-ID"]
    assert seen[0] != seen[1]


def test_nothing_is_called_by_its_name_once_the_request_is_over(client):
    client.get("/healthz")
    assert current_request_id() == ""


def test_what_the_last_request_bound_is_forgotten():
    structlog.contextvars.bind_contextvars(left_by="the last one")
    seen = {}
    RequestIdMiddleware(lambda request: seen.update(structlog.contextvars.get_contextvars()) or HttpResponse())(
        RequestFactory().get("/")
    )
    assert set(seen) == {"request_id"}


# --- The access line --------------------------------------------------------


@pytest.mark.django_db
def test_one_line_tells_what_became_of_a_request(client, lines):
    answer = client.get("/api/v1/nulle-part/")
    (line,) = lines.access()
    assert line["method"] == "GET"
    assert line["status"] == answer.status_code == 404
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["ms"] > 0
    assert "person" not in line


def test_line_carries_the_route_and_never_the_path(lines):
    middleware = RequestIdMiddleware(matched("invitation/<str:token>/"))
    middleware(RequestFactory().get("/invitation/jeton-tres-secret/?suite=secrete"))
    (line,) = lines.access()
    assert line["route"] == "/invitation/<str:token>/"
    assert "secret" not in lines.text


def matched(route, status=200, user=None):
    def answer(request):
        request.resolver_match = type("Match", (), {"route": route})
        if user is not None:
            request.user = user
        return HttpResponse(status=status)

    return answer


@pytest.mark.django_db
def test_path_that_leads_nowhere_is_not_repeated(client, lines):
    client.get("/invitation-mal-recopiee/jeton-tres-secret/")
    assert lines.access()[0]["route"] == "-"
    assert "secret" not in lines.text


def test_balancer_is_not_worth_a_line_until_something_is_wrong(lines):
    for status in (200, 503):
        RequestIdMiddleware(matched("readyz", status))(RequestFactory().get("/readyz"))
    assert [line["status"] for line in lines.access()] == [503]


@pytest.mark.django_db
def test_line_names_the_person_by_id_alone(client, lines):
    person = UserFactory()
    RequestIdMiddleware(matched("x/", user=person))(RequestFactory().get("/x/"))
    assert lines.access()[0]["person"] == str(person.pk)
    assert person.email not in lines.text


@pytest.mark.django_db
def test_line_costs_no_query(client, lines, django_assert_num_queries):
    from django.contrib.auth import get_user
    from django.utils.functional import SimpleLazyObject

    request = RequestFactory().get("/x/")
    request.session = {}
    with django_assert_num_queries(0):
        RequestIdMiddleware(matched("x/", user=SimpleLazyObject(lambda: get_user(request))))(request)
    assert "person" not in lines.access()[0]


@pytest.mark.django_db
def test_person_whom_the_page_asked_for_is_named(client, lines):
    person = UserFactory()
    client.force_login(person)
    client.get("/administration/etat/")
    assert lines.access()[0]["person"] == str(person.pk)


def test_failed_request_is_told_with_its_route(lines, client, settings):
    client.raise_request_exception = False
    settings.ROOT_URLCONF = "tests.filiere.failing_urls"
    client.get("/invitation/jeton-tres-secret/")
    assert lines.access()[0]["status"] == 500
    told = next(json.loads(line) for line in lines.raw if "Internal Server Error" in line)
    assert told["event"] == "Internal Server Error: /invitation/<str:token>/"
    assert "RuntimeError" in told["exception"]
    assert "secret" not in lines.text


def test_unready_answer_is_told_once(lines, client, settings):
    settings.ROOT_URLCONF = "tests.filiere.failing_urls"
    client.get("/absent/")
    assert [line["status"] for line in lines.access()] == [503]
    assert "Service Unavailable" not in lines.text


# --- Where it comes from ----------------------------------------------------


def seen(sender, settings=None, proxies=PROXIES, **headers):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=sender, headers=headers)
    TrustedProxyMiddleware(lambda request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("sender", "chain", "client"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the left one is the client's own writing
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2, 10.0.0.3", "198.51.100.7"),
        ("2001:db8::1", "2001:db9::7", "2001:db9::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7:4321", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, rubbish, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # nobody we know: what it forwards is worth nothing
        ("", "203.0.113.9", ""),
    ],
)
def test_address_of_the_client(settings, sender, chain, client):
    assert seen(sender, settings, **{"X-Forwarded-For": chain}).META["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("sender", "scheme", "secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", " HTTPS ", True),
        ("10.0.0.1", "http", False),
        ("10.0.0.1", "javascript", False),
        ("198.51.100.7", "https", False),
    ],
)
def test_scheme_is_believed_from_a_proxy_alone(settings, sender, scheme, secure):
    assert seen(sender, settings, **{"X-Forwarded-Proto": scheme}).is_secure() is secure


def test_forwarded_headers_reach_nobody_further(settings):
    request = seen("198.51.100.7", settings, **{"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"})
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"} & set(request.META)


@pytest.mark.parametrize(
    ("sender", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, False),
        ("127.0.0.1", {"Forwarded": "for=198.51.100.7"}, False),
        ("198.51.100.7", {}, False),
        ("", {}, False),
    ],
)
def test_local_is_whoever_calls_without_a_proxy(settings, sender, headers, local):
    assert comes_from_this_machine(seen(sender, settings, **headers)) is local


def test_without_named_proxies_nobody_is_believed(settings):
    request = seen("127.0.0.1", settings, proxies=(), **{"X-Forwarded-For": "198.51.100.7"})
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"


def test_unremarkable_routes_exist():
    from django.urls import reverse

    assert {reverse("healthz"), reverse("readyz")} == requests._UNREMARKABLE
