"""Nobody opens or does what they should not: every kind of person at every address, pages and API alike.

What is expected comes from the table of roles and from `addresses`, never from what the application computes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.access.models import ProjectedDay
from projects.models import WorkingGroup
from tests.factories.access import LENT, Actor, Room, furnished
from tests.factories.tokens import script_of
from tests.projects.access.addresses import (
    ADMINISTRATORS,
    API,
    COORDINATORS,
    EVERYONE,
    FILIERE,
    FINER,
    INVITING,
    PAGES,
    POSTED,
    SIGNED_IN,
    THEIRS,
    Rule,
    Whom,
    Work,
)
from tests.projects.access.world import address, ours, things_of

pytestmark = pytest.mark.django_db

HERE = "tests/projects/access/addresses.py"
NOON = "2026-06-15T12:00:00+02:00"
SITUATIONS = ("ici", "ailleurs", "archives", "expiré", "futur", "suspendu")
OTHERS = ("membre du Bureau", "délégué", "administrateur", "superutilisateur", "sans mandat")
ACTORS = (
    "visiteur",
    *(f"{role}, {situation}" for role in Role for situation in SITUATIONS),
    *(f"emprunte {permission}" for permission in LENT),
    *OTHERS,
)
# They meet every address; the others those of groups.
ALL_ROUND = {"visiteur", "pilote, ici", "invite, ici", "pilote, suspendu", *OTHERS}
MARKS = {
    EVERYONE: "everyone",
    SIGNED_IN: "signed_in",
    FILIERE: "filiere",
    COORDINATORS: "coordinators",
    ADMINISTRATORS: "administrators",
}
WHOM: dict[str, Whom] = {name: whom for whom, names in PAGES.items() for name in names}
SCREENS = {pattern.name: pattern.callback for _, pattern in ours() if not hasattr(pattern.callback, "cls")}
VIEWS = {pattern.name: pattern.callback for _, pattern in ours() if hasattr(pattern.callback, "cls")}
SAFE = {"get"}
ASKS = [(resource, method, ask) for resource, asks in sorted(API.items()) for method, ask in asks.items()]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once, and gone with its transaction; each question asked of it is undone by itself."""
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), undone():
        room = furnished()
        ProjectedDay.objects.update_or_create(id=1, defaults={"day": today()})
        yield room, [things_of(group, room) for group in (room.group, room.archived)]


@pytest.fixture(autouse=True)
def _unhurried(settings) -> None:
    rates = {"person": "1000000/min", "visitor": "1000000/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        # As Django marks what surrounds its own tests: no act of the application.
        connection.atomic_blocks[-1]._from_testcase = True
        yield
        transaction.set_rollback(True)


# --- The table --------------------------------------------------------------


def test_every_page_is_described():
    strangers = sorted(SCREENS.keys() ^ (WHOM.keys() | THEIRS), key=str)
    assert not strangers, (
        f"Say in {HERE} (PAGES) who opens these pages, and take out those that are no more: {strangers}"
    )


def test_every_page_says_of_itself_what_the_table_says():
    said = {name: getattr(SCREENS[name], "access", None) for name in WHOM}
    expected = {name: mark_of(whom) for name, whom in WHOM.items()}
    assert said == expected
    assert not [name for name in THEIRS if hasattr(SCREENS[name], "access")]


def mark_of(whom: Whom) -> str:
    if isinstance(whom, Work):
        return f"deliverable:{whom.permission or 'read'}"
    return f"group:{whom}" if isinstance(whom, Permission) else MARKS[whom]


def test_every_method_of_every_resource_is_described():
    offered = {name: methods_of(view) for name, view in VIEWS.items()}
    described = {name: set(asks) for name, asks in API.items()}
    strangers = {
        name: (offered.get(name, set()), described.get(name, set()))
        for name in offered.keys() | described.keys()
        if offered.get(name) != described.get(name)
    }
    assert not strangers, f"Say in {HERE} (API) whom these answer (offered, described): {strangers}"


def methods_of(view: Any) -> set[str]:
    if actions := getattr(view, "actions", None):
        return set(actions) - {"head"}
    return {method for method in ("get", "post", "put", "patch", "delete") if getattr(view.cls, method, None)}


def test_every_actor_is_asked(world):
    room, _ = world
    assert set(ACTORS) == {"visiteur", *room.actors}


# --- What each answers ------------------------------------------------------


@pytest.mark.parametrize("name", ACTORS)
def test_pages_let_in_whom_they_should(world, name):
    room, doors = world
    actor, client = room.actors.get(name), APIClient()
    wrong = []
    with undone():
        if actor:
            client.force_login(actor.person)
        for things in doors:
            for page in sorted(WHOM):
                if not _concerns(name, WHOM[page], things["group"], room):
                    continue
                path = address(page, things, api=False)
                with undone():
                    found = verdict(client.post(path) if page in POSTED else client.get(path))
                if found not in expected_of_page(page, actor, things["group"]):
                    wrong.append(f"{path}: {found}, not {expected_of_page(page, actor, things['group'])}")
    assert not wrong, "\n".join([name, *wrong])


@pytest.mark.parametrize("name", ACTORS)
def test_resources_answer_whom_they_should(world, name):
    room, doors = world
    client = APIClient()
    with undone():
        if actor := room.actors.get(name):
            client.force_login(actor.person)
        wrong = _asked_everything(client, name, actor, room, doors)
    assert not wrong, "\n".join([name, *wrong])


@pytest.mark.parametrize("name", ["pilote, ici", "délégué", "administrateur"])
def test_token_that_reads_reads_as_its_owner_and_writes_nothing(world, name):
    room, doors = world
    with undone():
        client = script_of(room.actors[name].person, scope=Scope.READ, value="flr_read_only")
        wrong = _asked_everything(client, name, room.actors[name], room, doors, reads_only=True)
    assert not wrong, "\n".join([name, *wrong])


def _asked_everything(
    client: APIClient,
    name: str,
    actor: Actor | None,
    room: Room,
    doors: list[dict[str, Any]],
    *,
    reads_only: bool = False,
) -> list[str]:
    wrong = []
    for things in doors:
        for resource, method, ask in ASKS:
            if not _concerns(name, ask.whom, things["group"], room):
                continue
            path = address(resource, things, api=True)
            body = ask.body(things["bodies"]) if ask.body else {}
            with undone():
                sent = {} if method in SAFE else {"data": body, "format": "json"}
                found = verdict(getattr(client, method)(path, **sent))
            wanted = {"refused"} if reads_only and method not in SAFE else expected(ask.whom, actor, things["group"])
            if found not in wanted:
                wrong.append(f"{method} {path}: {found}, not {wanted}")
    return wrong


def _concerns(name: str, whom: Whom, group: WorkingGroup, room: Room) -> bool:
    """Addresses without a group are asked once, and of the few whom they could tell apart."""
    if isinstance(whom, Permission | Work) or callable(whom):
        return group == room.group or name.endswith("archives") or name in {"visiteur", *OTHERS}
    return name in ALL_ROUND and group == room.group


def verdict(response: Any) -> str:
    if response.streaming:
        b"".join(response)  # to its end: a file that is left open outlives the question
    if response.status_code == 401 or (response.status_code == 302 and response["Location"].startswith("/connexion/?")):
        return "login"
    if response.status_code == 404:
        return "hidden"
    if response.status_code == 403:
        return "refused"
    # What is named in the body and hidden is as unknown as in an address.
    if response.status_code == 400 and {"group", "thread"} & response.json().get("errors", {}).keys():
        return "hidden"
    assert response.status_code < 500 or response.wsgi_request.path == "/readyz"  # which complains of the tests' own
    # An archived group says so to who could otherwise write: a refusal as good as another.
    if response.status_code == 409 and response.json().get("code") == "archived":
        return "refused"
    return "in"


def expected_of_page(page: str, actor: Actor | None, group: WorkingGroup) -> set[str]:
    wanted = expected(WHOM[page], actor, group)
    if "in" in wanted and page in FINER and actor and not FINER[page](actor, group):
        return {"refused", "hidden"}
    return wanted


def expected(whom: Whom, actor: Actor | None, group: WorkingGroup) -> set[str]:
    if whom == EVERYONE:
        return {"in", "hidden"}
    if actor is None or not actor.person.is_active:
        return {"login"}
    if isinstance(whom, Rule):
        return _by_rule(whom, actor)
    if not actor.holds(Permission.SEE, group) or (isinstance(whom, Work) and not whom.exists_for(actor, group)):
        return {"hidden"}
    if isinstance(whom, Work):
        return {"in"} if whom.lets(actor, group) else {"refused"}
    allowed = actor.holds(whom, group) if isinstance(whom, Permission) else whom(actor, group)
    return {"in"} if allowed else {"refused", "hidden"} if callable(whom) else {"refused"}


def _by_rule(rule: Rule, actor: Actor) -> set[str]:
    coordinates = actor.person.is_staff or actor.person.is_delegate
    invites = any(Permission.INVITE in permissions for permissions in actor.rights.values())
    otherwise = {"refused"}
    return {
        SIGNED_IN: {"in", "hidden"},  # what is somebody else's is unknown
        FILIERE: {"in"} if actor.in_filiere else {"hidden"},
        COORDINATORS: {"in"} if coordinates else otherwise,
        INVITING: {"in"} if coordinates or invites else otherwise,
        ADMINISTRATORS: {"in"} if actor.person.is_staff else otherwise,
    }[rule]
