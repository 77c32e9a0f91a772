"""The API asked what its own document says may be asked, and what it says may not: it never fails, and keeps its word.

Examples are few, and the same at each run. `TIMES=50` in the environment asks for more of them.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from filiere.api import schema
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.tokens import script_of

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
FEW = settings(
    max_examples=int(os.environ.get("TIMES", "4")),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

pytestmark = pytest.mark.django_db


class Sender(NamedTuple):
    headers: dict[str, str]
    cookies: dict[str, str]
    client: APIClient

    @property
    def known(self) -> bool:
        return bool(self.headers)


def visitor() -> Sender:
    return Sender({}, {}, APIClient())


def member() -> Sender:
    client = script_of(UserFactory(), value="flr_member")
    return Sender({"Authorization": "Token flr_member"}, {}, client)


def administrator() -> Sender:
    """By a session: what a token may not do is tried too."""
    client = APIClient()
    client.force_login(AdministratorFactory())
    session = django_settings.SESSION_COOKIE_NAME
    cookies = {session: client.cookies[session].value, django_settings.CSRF_COOKIE_NAME: "x" * 32}
    return Sender({"X-CSRFToken": "x" * 32}, cookies, client)


@pytest.fixture(autouse=True)
def _unhurried(settings) -> None:
    rates = {"person": "1000000/min", "visitor": "1000000/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


@pytest.fixture
def api() -> Any:
    document = json.loads(json.dumps(schema.document()))
    # Who asks is decided here; credentials made up at random would take their place.
    for operations in document["paths"].values():
        for operation in operations.values():
            del operation["security"]
    found = schemathesis.openapi.from_dict(document)
    found.app = get_wsgi_application()
    return found


@contextmanager
def one_connection() -> Iterator[None]:
    """A real request ends by closing what it finds open: here, the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def existing(api: Any, operation: Any, client: APIClient) -> str | None:
    """The id of an object this sender may see, so that not every address leads nowhere."""
    collection, braces, _rest = operation.path.partition("{id}")
    if not braces or "get" not in api.raw_schema["paths"].get(collection, ()):
        return None
    results = client.get(collection).json().get("results")
    return results[0]["id"] if results else None


def strategies(api: Any, operation: Any, sender: Sender) -> Iterator[Any]:
    yield operation.as_strategy(GenerationMode.POSITIVE)
    if not sender.known:
        return  # every door is closed, whatever is said at it
    yield operation.as_strategy(GenerationMode.NEGATIVE)
    if found := existing(api, operation, sender.client):
        yield operation.as_strategy(GenerationMode.POSITIVE, path_parameters={"id": found})


class _Undone(Exception):
    """Every case starts from the same data."""


def ask(case: Any, sender: Sender, seen: set[int]) -> None:
    with suppress(_Undone), transaction.atomic(), one_connection():
        response = case.call(headers=sender.headers, cookies=sender.cookies)
        seen.add(response.status_code)
        case.validate_response(response, checks=CHECKS)
        raise _Undone


@pytest.mark.parametrize("person", [visitor, member, administrator])
def test_api_never_fails_and_answers_as_it_says(api, person: Callable[[], Sender]):
    OrganisationFactory.create_batch(3)
    sender = person()
    seen: set[int] = set()
    for result in api.get_all_operations():
        operation = result.ok()
        for strategy in strategies(api, operation, sender):
            # Some operations take nothing that could be wrong.
            with suppress(Unsatisfiable):
                given(strategy)(FEW(lambda case: ask(case, sender, seen)))()
    expected = {visitor: {401}, member: {200, 400, 403, 404}, administrator: {200, 201, 400, 404}}[person]
    assert expected <= seen
    if person is visitor:
        # 404: what the addresses themselves do not take, before anybody asks who comes.
        assert seen <= {401, 404}
