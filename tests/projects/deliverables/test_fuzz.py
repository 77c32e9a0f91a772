"""The API of deliverables asked at random about things that exist: by a pilot, who may do nearly everything."""

from contextlib import suppress

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import GenerationMode

from projects.deliverables.approvals import services as approvals
from projects.deliverables.dependencies import depend
from projects.deliverables.opinions import services as opinions
from projects.models import Deliverable
from tests.factories.deliverables import DeliverableFactory, a_group_at_work, a_version
from tests.filiere.api.test_fuzz import FEW, Sender, _unhurried, api, ask  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def things():
    group, people = a_group_at_work()
    deliverable = DeliverableFactory(group=group, title="Feuille de route")
    dependency = depend(deliverable=deliverable, needs=DeliverableFactory(group=group), by=None)
    version = a_version(Deliverable.objects.get(pk=deliverable.pk), author=None)
    approvals.submit(version=version, by=people["membre"])
    (opinion,) = opinions.ask(version=version, people=[people["invite"]], by=people["pilote"])
    keys = {"deliverable": str(deliverable.pk), "version": str(version.pk)}
    own = {"dependencies": dependency.pk, "opinions": opinion.pk, "deliverables": deliverable.pk}
    return people["pilote"], keys, {**own, "versions": version.pk}


def by_session(person):
    client = APIClient()
    client.force_login(person)
    name = django_settings.SESSION_COOKIE_NAME
    cookies = {name: client.cookies[name].value, django_settings.CSRF_COOKIE_NAME: "x" * 32}
    return Sender({"X-CSRFToken": "x" * 32}, cookies, client)


def test_known_objects_are_asked_anything(api, things):  # noqa: F811
    pilot, keys, own = things
    sender, seen = by_session(pilot), set()
    for result in api.get_all_operations():
        operation = result.ok()
        words = operation.path.removeprefix("/api/v1/").split("/")
        if words[0] not in {"deliverables", "versions"} or "{" not in operation.path:
            continue
        if "content" in words:
            continue  # the tool would leave the file open; its own tests read it to the end
        known = {name: key for name, key in keys.items() if f"{{{name}}}" in operation.path}
        if "{id}" in words:
            known["id"] = str(own[words[words.index("{id}") - 1]])
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            with suppress(Unsatisfiable):
                given(operation.as_strategy(mode, path_parameters=known))(FEW(lambda case: ask(case, sender, seen)))()
    assert {200, 201, 204, 400, 409} <= seen
    assert max(seen) < 500
