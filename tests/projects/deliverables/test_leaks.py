# Long because one world of secrets is made once, and searched in every way.
"""What is hidden is looked for everywhere, by everybody who should not know of it: lists, counts, exports, answers.

Each deliverable carries two words that nothing else does: one tells of it, the other of the work under way on it.
Whoever meets a word, a key or a hash that is none of theirs has learnt something.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.organisations.enums import College
from accounts.tokens.models import Scope
from filiere.days import today
from projects.access.enums import Confidentiality, Permission, Role
from projects.access.models import ProjectedDay
from projects.access.roles import COLLEGES, ROLES
from projects.deliverables import following
from projects.deliverables.approvals import mail as approval_mail
from projects.deliverables.approvals.services import approve, declare_recusal, request_changes, submit
from projects.deliverables.enums import ApprovalState
from projects.deliverables.opinions import mail as opinion_mail
from projects.deliverables.opinions.services import give
from projects.deliverables.versions.services import deposit_version
from projects.discussions.services import open_thread
from projects.models import (
    AcceptanceCriterion,
    Approval,
    Comment,
    Deliverable,
    Dependency,
    HealthNote,
    Opinion,
    Recusal,
    Thread,
    Version,
    WorkingGroup,
)
from tests.factories import OrganisationFactory, UserFactory
from tests.factories.access import Actor, Room, furnished, seat
from tests.factories.contracts import ContractFactory
from tests.factories.deliverables import DeliverableFactory, a_file, a_version, decided, validated_version
from tests.factories.groups import WorkingGroupFactory
from tests.factories.tokens import script_of
from tests.projects.groups.visits import links, text

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]  # Django's own admin leans on missing ones

NOON = "2026-06-15T12:00:00+02:00"
HERE = "/groupes/salle/"
UNKNOWN = "0193b0a0-0000-7000-8000-000000000000"
PUBLIC, FILIERE, GROUP, COLLEGE, RESTRICTED = Confidentiality
LEVELS = {
    "alumine": (PUBLIC, ""),
    "baryte": (FILIERE, ""),
    "cobalt": (GROUP, ""),
    "dolomie": (COLLEGE, College.STATE),
    "erbium": (COLLEGE, College.INDUSTRY),
    "fluorine": (RESTRICTED, ""),
}
STATE = "membre État, ici"
READERS = (
    "sans mandat",
    "pilote, ailleurs",
    "pilote, expiré",
    "observateur, ici",
    "invite, ici",
    "membre, ici",
    STATE,
    "délégué",
    "administrateur",
    "superutilisateur",
    "membre du Bureau",
)


@dataclass
class Case:
    """`open`: what was validated, or is before the Bureau; `work`: all that hangs on the rest."""

    word: str
    deliverable: Deliverable
    before_the_bureau: bool = False
    open: list[Version] = field(default_factory=list)
    work: list[Any] = field(default_factory=list)

    @property
    def worked(self) -> str:
        return self.word[::-1]

    def secrets(self, known: str) -> set[str]:
        if known == "work":
            return set()
        hidden = {self.worked, *(str(row.pk) for row in self.work)}
        hidden |= {row.sha256[:12] for row in self.work if isinstance(row, Version)}
        if known == "outcome":
            return hidden
        return hidden | {self.word, str(self.deliverable.pk), *(str(row.pk) for row in self.open)}


@dataclass
class World:
    room: Room
    cases: dict[str, Case]

    def known(self, name: str, word: str) -> str:
        """By the table of roles and the product's page, never by what the application computes."""
        actor, case = self.room.actors[name], self.cases[word]
        group, level = case.deliverable.group, case.deliverable.confidentiality
        reads = {
            PUBLIC: actor.person.is_active,
            FILIERE: actor.in_filiere,
            GROUP: actor.holds(Permission.READ, group),
            RESTRICTED: actor.holds(Permission.READ_RESTRICTED, group),
            COLLEGE: level == COLLEGE and actor.holds(COLLEGES[College(case.deliverable.college)], group),
        }[Confidentiality(level)]
        if reads and actor.holds(Permission.READ_WORK, group):
            return "work"
        sits = any(Permission.SIT_ON_BUREAU in held for held in actor.rights.values())
        validated = reads and not case.before_the_bureau
        return "outcome" if validated or (case.before_the_bureau and sits) else "nothing"

    def hidden_from(self, name: str) -> list[Case]:
        return [case for word, case in self.cases.items() if self.known(name, word) == "nothing"]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        connection.atomic_blocks[-1]._from_testcase = True  # as Django marks what surrounds its own tests
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), undone():
        room = furnished()
        state = seat(Role.MEMBER, room.group, college=College.STATE)
        rights = {room.group.slug: ROLES[Role.MEMBER] | {Permission.READ_COLLEGE_STATE}}
        room.actors[STATE] = Actor(state, rights)  # type: ignore[index]
        ProjectedDay.objects.update_or_create(id=1, defaults={"day": today()})
        pilots = {
            college: seat(Role.PILOT, room.group, college=college) for college in (College.INDUSTRY, College.STATE)
        }
        cases = {
            word: a_case(
                word, room.group, pilots[College(college or College.INDUSTRY)], confidentiality=level, college=college
            )
            for word, (level, college) in LEVELS.items()
        }
        cases["graphite"] = before_the_bureau("graphite", room.group, pilots[College.INDUSTRY])
        elsewhere = WorkingGroup.objects.get(slug="voisine")
        cases["krypton"] = a_case("krypton", elsewhere, seat(Role.PILOT, elsewhere))
        entangle(cases)
        yield World(room, cases)


def a_deliverable(word, group, pilot, **fields):
    row = DeliverableFactory(
        group=group,
        title=f"Titre {word}",
        code=f"code-{word}",
        description=f"Description {word}",
        due=f"Quand {word} voudra",
        due_end="2026-01-31",
        **fields,
    )
    row.owners.add(pilot)
    row.organisations.add(OrganisationFactory(name=f"Société {word}", acronym=""))
    return Deliverable.objects.get(pk=row.pk)


def a_case(word, group, pilot, **fields):
    """Its first version validated, a second before the pilots, and one of everything that is said on the way."""
    row = a_deliverable(word, group, pilot, **fields)
    case = Case(word, row, open=[validated_version(row, f"Premier {word}".encode())])
    second = a_version(row, f"Second {case.worked}".encode(), author=pilot, note=f"Note {case.worked}")
    Version.objects.filter(pk=second.pk).update(name=f"{case.worked}.txt")
    Version.objects.filter(pk=case.open[0].pk).update(replaced_at=second.deposited_at)
    hang_on(case, second, pilot)
    case.work.append(second)
    return case


def before_the_bureau(word, group, pilot):
    """A draft that was replaced; then what its pilots approved."""
    row = a_deliverable(word, group, pilot, needs_bureau=True)
    case = Case(word, row, before_the_bureau=True)
    first = a_version(row, f"Premier {case.worked}".encode(), author=pilot, note=f"Note {case.worked}")
    Version.objects.filter(pk=first.pk).update(name=f"{case.worked}.txt", replaced_at=first.deposited_at)
    second = a_version(row, f"Second {word}".encode(), author=pilot)
    hang_on(case, second, pilot)
    decided(Version.objects.get(pk=second.pk), ApprovalState.APPROVED)
    case.open, case.work = [second], [*case.work, first]
    return case


def hang_on(case, version, pilot):
    word = case.worked
    submit(version=version, by=pilot)
    following.set_health(deliverable=case.deliverable, health="orage", sentence=f"Ciel {word}", by=pilot)
    opinion = give(version=version, kind="defavorable", text=f"Avis {word}", by=pilot)
    thread = open_thread(field="version", target=version, text=f"Question {word}", about=f"Page {word}", by=pilot)
    recusal = declare_recusal(deliverable=case.deliverable, reason=f"Motif {word}", by=pilot)
    refusal = Approval.objects.create(
        version=version, sha256=version.sha256, verdict="modifications", reason=f"Non {word}", person=pilot, voice=pilot
    )
    case.work += [
        HealthNote.objects.get(deliverable=case.deliverable),
        opinion,
        thread,
        thread.comments.get(),
        recusal,
        refusal,
    ]


def entangle(cases):
    """What one may read waits for what one may not, is part of it, and is waited for by it."""
    for word, other in (("cobalt", "krypton"), ("cobalt", "fluorine"), ("dolomie", "alumine")):
        waits, needed = cases[word], cases[other]
        # Its reason is told to who reads both ends of it.
        link = Dependency.objects.create(
            deliverable=waits.deliverable, needs=needed.deliverable, why=f"Car {waits.worked} {needed.worked}"
        )
        waits.work.append(link)
    Deliverable.objects.filter(pk=cases["baryte"].deliverable.pk).update(parent=cases["fluorine"].deliverable)
    Deliverable.objects.filter(pk=cases["erbium"].deliverable.pk).update(parent=cases["alumine"].deliverable)


@pytest.fixture(autouse=True)
def _unhurried(settings) -> None:
    rates = {"person": "1000000/min", "visitor": "1000000/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


@pytest.fixture(autouse=True)
def _then(world):
    with time_machine.travel(NOON, tick=False), undone():
        yield


def signed_in(world, name):
    client = APIClient()
    client.force_login(world.room.actors[name].person)
    return client


def browser_of(world, name):
    client = Client()
    client.force_login(world.room.actors[name].person)
    return client


def read(response):
    if response.streaming:
        return b"".join(response).decode("utf-8", errors="replace")
    return f"{response.serialize_headers().decode()}\n{response.content.decode()}"


# --- Everything that lists, counts, exports or tells ------------------------

PAGES = (
    "/",
    "/groupes/",
    "/groupes/?format=csv",
    HERE,
    f"{HERE}livrables/",
    f"{HERE}livrables/?format=csv",
    f"{HERE}livrables/?tri=-title",
    f"{HERE}livrables/?approbation=soumis&meteo=orage",
    f"{HERE}livrables/?retard=1",
    f"{HERE}livrables/tableau/",
    f"{HERE}livrables/frise/",
    f"{HERE}journal/",
    f"{HERE}journal/?format=csv",
    f"{HERE}membres/",
    "/groupes/voisine/livrables/",
    "/livrables/",
    "/livrables/?format=csv",
    "/livrables/a-approuver/",
    "/livrables/a-approuver/?format=csv",
    "/bureau/a-valider/",
    "/bureau/a-valider/?format=csv",
    "/bureau/",
    "/contrat/",
    "/contrat/projets/",
    "/administration/journal/",
)
RESOURCES = (
    "deliverables/",
    "deliverables/?page_size=200&ordering=-changed_at",
    "deliverables/?approval_state=soumis",
    "deliverables/?health=orage",
    "deliverables/?late=true",
    "deliverables/?needs_bureau=true",
    "comments/",
    "threads/",
    "events/",
    "groups/",
    "groups/salle/",
    "me/",
    "me/data/",
)
MODELS = (Deliverable, Version, Approval, Opinion, Recusal, HealthNote, Dependency, Thread, Comment)
READING_ROOM = tuple(f"/admin/projects/{model._meta.model_name}/" for model in MODELS)
# An administrator audits: the journal says that something was done, to a key without a name.
KEYS_ARE_TOLD = {("administrateur", "/api/v1/events/"), ("administrateur", "/administration/journal/")}


@pytest.mark.parametrize("name", READERS)
def test_nothing_that_lists_or_counts_tells_of_what_is_hidden(world, name):
    client, wrong, met = signed_in(world, name), [], set()
    for path in (*PAGES, *(f"/api/v1/{each}" for each in RESOURCES), *READING_ROOM):
        found = read(client.get(path))
        for word, case in world.cases.items():
            told = {secret for secret in case.secrets(world.known(name, word)) if secret in found}
            if (name, path) in KEYS_ARE_TOLD:
                told &= {case.word, case.worked}
            wrong += [f"{path}: {word}, {secret}" for secret in sorted(told)]
            if case.word in found:
                met.add(word)
    assert not wrong, "\n".join(wrong)
    # And it does meet what is theirs: these pages do tell of deliverables.
    expected = {word for word in world.cases if world.known(name, word) != "nothing"}
    assert met == expected


def test_token_that_reads_finds_no_more_than_its_owner(world):
    name = "observateur, ici"
    client = script_of(world.room.actors[name].person, scope=Scope.READ, value="flr_reads_only")
    for path in (f"/api/v1/{each}" for each in RESOURCES):
        found = read(client.get(path))
        for word, case in world.cases.items():
            assert not [each for each in case.secrets(world.known(name, word)) if each in found], (path, word)


@pytest.mark.parametrize("name", ["pilote, suspendu", "visiteur"])
def test_closed_account_and_visitor_are_led_to_the_door(world, name):
    client = signed_in(world, name) if name in world.room.actors else APIClient()
    for path in (f"{HERE}livrables/", "/livrables/", f"/livrables/{world.cases['alumine'].deliverable.pk}/"):
        assert client.get(path)["Location"].startswith("/connexion/?")
    assert client.get("/api/v1/deliverables/").status_code == 401


@pytest.mark.parametrize("name", ["observateur, ici", STATE, "délégué", "invite, ici"])
def test_search_finds_no_word_of_what_is_hidden(world, name):
    client = signed_in(world, name)
    for word, case in world.cases.items():
        if case.deliverable.group.slug != "salle":
            continue
        known = world.known(name, word)
        # Of the text of files, that of the current version is searched.
        at_work = known == "work" and not case.before_the_bureau
        for asked, allowed in ((word, known != "nothing"), (case.worked, at_work)):
            listed = text(client.get(f"{HERE}livrables/", {"q": asked}))
            assert (f"Titre {word}" in listed) == allowed, (word, asked)
            api = client.get("/api/v1/deliverables/", {"search": asked}).json()
            # The API searches what a deliverable says of itself, never its files.
            assert api["count"] == (asked == word and known != "nothing"), (word, asked)


@pytest.mark.parametrize("name", ["observateur, ici", "membre, ici", STATE, "délégué"])
def test_figures_of_the_group_count_what_their_reader_knows(world, name):
    rows = [each for each in world.cases if world.cases[each].deliverable.group.slug == "salle"]
    late = sum(world.known(name, word) != "nothing" for word in rows)
    submitted = sum(world.known(name, word) == "work" for word in rows if word != "graphite")
    home = text(signed_in(world, name).get(HERE))
    assert f"{late} livrables sont en retard" in home
    waiting = re.search(r"(\d+) versions? atten\w+ l’approbation", home)
    assert int(waiting[1] if waiting else 0) == submitted


# --- What has an address of its own -----------------------------------------


def below(case):
    """Every address under one deliverable, pages and API, of all that hangs on it."""
    found = [f"/livrables/{case.deliverable.pk}/{rest}" for rest in UNDER_A_PAGE]
    found += [f"/api/v1/deliverables/{case.deliverable.pk}/{rest}" for rest in UNDER_A_RESOURCE]
    for version in (row for row in case.work if isinstance(row, Version)):
        found += [f"/livrables/{case.deliverable.pk}/versions/{version.number}/{rest}" for rest in UNDER_A_NUMBER]
        found += [f"/api/v1/versions/{version.pk}/{rest}" for rest in UNDER_A_VERSION]
        found += [f"/discussions/sur/version/{version.pk}/"]
    kinds = {Thread: "threads", Comment: "comments"}
    found += [f"/api/v1/{kinds[type(row)]}/{row.pk}/" for row in case.work if type(row) in kinds]
    found += [f"/discussions/{row.pk}/" for row in case.work if isinstance(row, Thread)]
    found += [f"/discussions/commentaires/{row.pk}/retirer/" for row in case.work if isinstance(row, Comment)]
    return found


UNDER_A_PAGE = ("", "modifier/", "avancement/", "criteres/", "meteo/", "dependances/", "deposer/", "deport/")
UNDER_A_NUMBER = ("", "fichier/", "apercu/", "comparer/", "soumettre/", "decision/", "fiche/", "avis/", "mon-avis/")
UNDER_A_RESOURCE = ("", "versions/", "dependencies/", "health/", "history/")
UNDER_A_VERSION = ("", "content/", "text/", "approvals/", "opinions/")


KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")


def alike(response, *given):
    """What is answered, without what was asked and what only this request has."""
    is_page = response["Content-Type"].startswith("text/html")
    body = KEY.sub("…", text(response) if is_page else response.content.decode())
    for each in given:
        body = body.replace(f"/{each}/", "/…/")
    kept = {name: response[name] for name in ("ETag", "Allow", "Content-Type", "Location") if name in response}
    return response.status_code, kept, body


@pytest.mark.parametrize("name", ["sans mandat", "pilote, ailleurs", STATE, "administrateur"])
def test_every_address_below_what_is_hidden_is_that_of_nothing(world, name):
    """By its key and by that of nothing, whatever the method: the same answer."""
    client = signed_in(world, name)
    case = next(each for each in reversed(world.hidden_from(name)) if each.word in {"fluorine", "erbium"})
    for path in below(case):
        found = alike(client.get(path))
        assert found[0] == 404, path
        assert found == alike(client.get(KEY.sub(UNKNOWN, path))), path


@pytest.mark.parametrize("method", ["head", "options", "post", "patch", "delete"])
def test_no_method_tells_a_hidden_one_from_one_that_never_was(world, method):
    client = signed_in(world, STATE)
    case = world.cases["erbium"]
    for path in (each for each in below(case) if method in {"options", "post"} or "/api/" in each):
        asked = {"data": {}, "format": "json"} if method in {"post", "patch", "put"} and "/api/" in path else {}
        with undone():
            found = alike(getattr(client, method)(path, **asked))
        with undone():
            unknown = KEY.sub(UNKNOWN, path)
            assert found == alike(getattr(client, method)(unknown, **asked)), (method, path)


@pytest.mark.parametrize("name", ["observateur, ici", "pilote, ailleurs", "membre du Bureau", "sans mandat"])
def test_draft_of_a_deliverable_that_one_reads_is_that_of_nothing(world, name):
    client = signed_in(world, name)
    readable = [case for word, case in world.cases.items() if world.known(name, word) == "outcome"]
    assert readable
    for case in readable:
        here = f"/livrables/{case.deliverable.pk}/versions/"
        for version in (row for row in case.work if isinstance(row, Version)):
            for rest in ("", "fichier/", "apercu/", "comparer/"):
                found = alike(client.get(f"{here}{version.number}/{rest}"), version.number)
                assert found[0] == 404
                assert found == alike(client.get(f"{here}99/{rest}"), 99), rest
            for rest in UNDER_A_VERSION:
                found = alike(client.get(f"/api/v1/versions/{version.pk}/{rest}"))
                assert (found[0], found) == (404, alike(client.get(f"/api/v1/versions/{UNKNOWN}/{rest}")))
        number = case.open[0].number
        for other in (1, 2, 3):
            if other != number:
                assert client.get(f"{here}{number}/comparer/", {"avec": other}).status_code == 404


@pytest.mark.parametrize("name", ["observateur, ici", "pilote, ailleurs", "membre du Bureau"])
def test_outcome_says_nothing_of_the_work_that_goes_on(world, name):
    """Its page, its version, its answers: none of the words, keys and hashes of what comes next."""
    client = signed_in(world, name)
    for word, case in world.cases.items():
        if world.known(name, word) != "outcome":
            continue
        version = case.open[0]
        here = f"/livrables/{case.deliverable.pk}/"
        for path in (
            here,
            f"{here}?histoire=entiere",
            f"{here}versions/{version.number}/",
            f"{here}versions/{version.number}/fichier/",
            f"/api/v1/deliverables/{case.deliverable.pk}/",
            f"/api/v1/deliverables/{case.deliverable.pk}/versions/",
            f"/api/v1/versions/{version.pk}/",
            f"/api/v1/versions/{version.pk}/text/",
        ):
            response = client.get(path)
            assert response.status_code == 200, path
            found = read(response)
            for other, each in world.cases.items():
                secrets = each.secrets(world.known(name, other))
                assert not [secret for secret in secrets if secret in found], (path, other)


def test_observer_is_not_told_which_criteria_the_work_meets(world):
    """Conformity is of the version under way: to who reads validated things only, a criterion is its words."""
    deliverable = world.cases["cobalt"].deliverable
    AcceptanceCriterion.objects.create(deliverable=deliverable, text="Chiffré", met=True)
    for name, met in (("observateur, ici", None), ("membre, ici", True)):
        document = signed_in(world, name).get(f"/api/v1/deliverables/{deliverable.pk}/").json()
        assert document["criteria"] == [{"text": "Chiffré", "met": met}]


def test_bureau_is_not_told_of_a_validated_version_that_it_may_not_read(world):
    """What was good enough for the group before this became a position of the comité stays the group's."""
    case = world.cases["graphite"]
    older = Version.objects.get(pk=case.work[-1].pk)
    Version.objects.filter(pk=older.pk).update(validated_at=older.deposited_at, state=ApprovalState.APPROVED)
    Deliverable.objects.filter(pk=case.deliverable.pk).update(validated=older)
    client = signed_in(world, "membre du Bureau")
    found = read(client.get(f"/api/v1/deliverables/{case.deliverable.pk}/"))
    assert older.sha256 not in found
    assert case.worked not in found
    assert client.get(f"/api/v1/versions/{older.pk}/").status_code == 404


# --- Answers to what is written ---------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("deliverables/", lambda key: {"group": "salle", "title": "Nouveau", "parent": key}),
        ("deliverables/{open}/dependencies/", lambda key: {"needs": key}),
        ("comments/", lambda key: {"version": key, "text": "Un mot"}),
        ("comments/", lambda key: {"thread": key, "text": "Un mot"}),
    ],
)
def test_key_of_what_is_hidden_in_a_body_is_an_unknown_one(world, path, body):
    """The pilot of the group, of the industry: what the State keeps to itself is not theirs to name."""
    hidden = world.cases["dolomie"]
    keys = {
        "parent": hidden.deliverable.pk,
        "needs": hidden.deliverable.pk,
        "version": next(row.pk for row in hidden.work if isinstance(row, Version)),
        "thread": next(row.pk for row in hidden.work if isinstance(row, Thread)),
    }
    client = signed_in(world, "pilote, ici")
    where = f"/api/v1/{path.format(open=world.cases['cobalt'].deliverable.pk)}"
    given = next(each for each in body("") if each in keys)
    found = alike(client.post(where, body(str(keys[given])), format="json"))
    assert found[0] == 400
    assert found == alike(client.post(where, body(UNKNOWN), format="json"))


def test_parent_of_a_page_is_chosen_among_what_its_writer_reads(world):
    client = browser_of(world, "pilote, ici")
    page = read(client.get(f"{HERE}livrables/nouveau/"))
    assert "Titre fluorine" in page
    assert "dolomie" not in page
    fields = {"title": "Nouveau", "confidentiality": "groupe", "parent": world.cases["dolomie"].deliverable.pk}
    refused = text(client.post(f"{HERE}livrables/nouveau/", fields))
    fields["parent"] = UNKNOWN
    assert refused == text(client.post(f"{HERE}livrables/nouveau/", fields))


def test_dependencies_are_offered_among_what_their_writer_reads(world):
    client = browser_of(world, "pilote, ici")
    page = f"/livrables/{world.cases['baryte'].deliverable.pk}/dependances/"
    assert "Titre fluorine" in read(client.get(page, {"q": "titre"}))
    for hidden in ("dolomie", "krypton"):
        assert f"Titre {hidden}" not in read(client.get(page, {"q": "titre"}))
        answer = client.post(page, {"needs": world.cases[hidden].deliverable.pk})
        assert f"Titre {hidden}" not in read(answer)
        assert not Dependency.objects.filter(
            deliverable=world.cases["baryte"].deliverable, needs=world.cases[hidden].deliverable
        ).exists()


def test_hidden_dependency_is_neither_shown_nor_removed(world):
    link = next(row for row in world.cases["cobalt"].work if isinstance(row, Dependency))  # needs krypton
    client, deliverable = signed_in(world, "pilote, ici"), world.cases["cobalt"].deliverable
    listed = client.get(f"/api/v1/deliverables/{deliverable.pk}/dependencies/")
    assert listed.json()["count"] == 1  # fluorine, which a pilot reads
    assert "krypton" not in read(listed)
    assert "krypton" not in read(client.get(f"/livrables/{deliverable.pk}/"))
    assert client.delete(f"/api/v1/deliverables/{deliverable.pk}/dependencies/{link.pk}/").status_code == 404
    assert client.post(f"/livrables/{deliverable.pk}/dependances/{link.pk}/retirer/").status_code == 404
    assert Dependency.objects.filter(pk=link.pk).exists()


def test_bulk_change_of_what_is_hidden_is_that_of_nothing(world):
    hidden = world.cases["fluorine"].deliverable
    for path, fields in (
        (f"{HERE}livrables/en-lot/", {"livrable": [hidden.pk], "progress": "finalise"}),
        (f"{HERE}livrables/tableau/", {"livrable": hidden.pk, "avancement": "finalise", "version": "1"}),
    ):
        found = alike(browser_of(world, "membre, ici").post(path, fields))
        fields["livrable"] = UNKNOWN
        assert found == alike(browser_of(world, "membre, ici").post(path, fields))
    hidden.refresh_from_db()
    assert hidden.progress == "a_lancer"


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_tag_of_what_is_hidden_is_never_compared(world, header):
    case = world.cases["fluorine"]
    where = f"/api/v1/deliverables/{case.deliverable.pk}/"
    tag = signed_in(world, "pilote, ici").get(where)["ETag"]
    client = signed_in(world, STATE)
    for value in (tag, '"0.x"', "*"):
        for method in ("get", "patch"):
            sent = {"data": {"title": "x"}, "format": "json"} if method == "patch" else {}
            found = getattr(client, method)(where, headers={header: value}, **sent)
            assert found.status_code == 404
            assert "fluorine" not in read(found)
            assert "ETag" not in found


def test_stale_answer_tells_its_reader_no_more_than_they_read(world):
    """412 shows what stands: to a member who sees a part, never the whole that is hidden from them."""
    case = world.cases["cobalt"]
    Deliverable.objects.filter(pk=case.deliverable.pk).update(parent=world.cases["fluorine"].deliverable)
    client = signed_in(world, "membre, ici")
    found = client.patch(
        f"/api/v1/deliverables/{case.deliverable.pk}/",
        {"progress": "en_cours"},
        format="json",
        headers={"If-Match": '"1.x"'},
    )
    assert found.status_code == 412
    assert found.json()["current"]["parent"] is None
    assert str(world.cases["fluorine"].deliverable.pk) not in read(found)


def test_answer_that_is_kept_is_replayed_to_nobody_else(world):
    pilot, body = signed_in(world, "pilote, ici"), {"group": "salle", "title": "Hafnium"}
    sent = {"format": "json", "headers": {"Idempotency-Key": "la-meme"}}
    assert pilot.post("/api/v1/deliverables/", body, **sent).status_code == 201
    for name in ("pilote, ailleurs", "sans mandat"):
        found = signed_in(world, name).post("/api/v1/deliverables/", body, **sent)
        assert found.status_code == 400
        assert "Idempotent-Replayed" not in found
        assert "Hafnium" not in read(found)


def test_filter_by_a_hidden_key_is_a_filter_by_an_unknown_one(world):
    client, case = signed_in(world, STATE), world.cases["erbium"]
    organisation = case.deliverable.organisations.get()
    second = next(row for row in case.work if isinstance(row, Version))
    thread = next(row for row in case.work if isinstance(row, Thread))
    for path, parameter, key in (
        ("deliverables/", "organisation", organisation.pk),
        ("threads/", "version", second.pk),
        ("comments/", "version", second.pk),
        ("comments/", "thread", thread.pk),
    ):
        found = client.get(f"/api/v1/{path}", {parameter: key})
        assert alike(found) == alike(client.get(f"/api/v1/{path}", {parameter: UNKNOWN}))
    page = read(client.get(f"{HERE}livrables/"))
    assert str(organisation.pk) not in page


# --- What leaves the house --------------------------------------------------


def test_letters_reach_those_who_read_it_and_nobody_else(world, tasks_at_once, django_capture_on_commit_callbacks):
    """Owners who read nothing of it, authors who left, those asked before it was kept from them: none is written to."""
    group, actors = world.room.group, world.room.actors
    pilot, other = seat(Role.PILOT, group), seat(Role.CO_PILOT, group)
    row = DeliverableFactory(group=group, title="Iridium", confidentiality=RESTRICTED)
    deaf = [actors[name].person for name in ("membre, ici", "observateur, ici", "pilote, expiré", "pilote, suspendu")]
    row.owners.add(*deaf, pilot)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        version = deposit_version(deliverable=row, file=a_file(b"Iridium un"), by=pilot, note="Iridium")
        submit(version=version, by=pilot)
        asked = Opinion.objects.create(version=version, person=deaf[0], asked_by=pilot)
        request_changes(version=version, reason="Iridium non", by=other)
        following_one = deposit_version(deliverable=Deliverable.objects.get(pk=row.pk), file=a_file(b"Deux"), by=pilot)
        submit(version=following_one, by=pilot)
        approve(version=following_one, sha256=following_one.sha256, by=other)
    opinion_mail.mail_asked(asked.pk)
    approval_mail.mail_awaited(version.pk)
    written = {message.to[0] for message in mail.outbox}
    readers = {
        person.email for person in (pilot, other, *(each.person for each in group.mandates.all())) if reads(person, row)
    }
    assert written
    assert written <= readers
    assert not written & {person.email for person in deaf}
    for message in mail.outbox:
        assert "Iridium" not in message.subject + message.body


def reads(person, row):
    return Deliverable.objects.visible_to(person).filter(pk=row.pk).exists()


def test_naming_somebody_opens_nothing_to_them(world, tasks_at_once, django_capture_on_commit_callbacks):
    case, actors = world.cases["erbium"], world.room.actors
    version = next(row for row in case.work if isinstance(row, Version))
    client, stranger = signed_in(world, "membre, ici"), UserFactory(given_name="Zoé", family_name="Zirconia")
    state = actors[STATE].person
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        said = client.post(
            "/api/v1/comments/",
            {"version": str(version.pk), "text": f"@{state} @{stranger} qu’en dites-vous ?"},
            format="json",
        )
    assert said.status_code == 201
    assert said.json()["mentions"] == []
    assert mail.outbox == []
    page = read(client.get(f"/discussions/{said.json()['thread']}/"))
    offered = re.findall(r'<option value="([^"]+)"', page)
    assert offered
    assert str(state) not in offered
    assert str(stranger) not in offered


@pytest.mark.parametrize("name", ["pilote, expiré", "observateur, ici"])
def test_export_of_what_concerns_oneself_names_nothing_that_one_no_longer_reads(world, name):
    person, case = world.room.actors[name].person, world.cases["fluorine"]
    case.deliverable.owners.add(person)
    version = case.open[0]
    Version.objects.filter(pk=version.pk).update(author=person)
    Recusal.objects.create(deliverable=case.deliverable, person=person, reason="Le mien")
    client = signed_in(world, name)
    found = read(client.get("/api/v1/me/data/"))
    assert "Le mien" in found
    assert case.word not in found
    assert case.worked not in found


def test_group_that_is_hidden_stays_so_behind_what_it_opened_to_all(world):
    """A reader of what is public sees no door into the group it comes from: it would be that of nothing."""
    client = signed_in(world, "sans mandat")
    page = client.get(f"/livrables/{world.cases['alumine'].deliverable.pk}/")
    assert page.status_code == 200
    leads = {href.partition("#")[0] for href in links(page)} - {""}
    answers = {href: client.get(href) for href in leads}
    assert [href for href, answer in answers.items() if read(answer) and answer.status_code != 200] == []


def test_bureau_reads_nothing_of_another_group_once_it_went_back(world):
    case = world.cases["graphite"]
    client = signed_in(world, "membre du Bureau")
    where = f"/livrables/{case.deliverable.pk}/"
    assert client.get(where).status_code == 200
    Deliverable.objects.filter(pk=case.deliverable.pk).update(approval_state=ApprovalState.CHANGES_ASKED)
    for path in (
        where,
        f"{where}versions/2/",
        f"{where}versions/2/fichier/",
        f"/api/v1/versions/{case.open[0].pk}/content/",
    ):
        assert client.get(path).status_code == 404
    assert "graphite" not in read(client.get("/bureau/a-valider/"))


def test_group_of_another_contract_has_a_bureau_of_its_own(world):
    """A seat on the Bureau of one contract lists nothing of another's queue."""
    other = WorkingGroupFactory(slug="autre-contrat", contract=ContractFactory(code="autre"))
    row = DeliverableFactory(group=other, title="Lanthane", needs_bureau=True)
    decided(a_version(row, b"Lanthane", author=None), ApprovalState.APPROVED)
    assert other.contract_id != world.room.group.contract_id
    assert "Lanthane" not in read(signed_in(world, "membre du Bureau").get("/bureau/a-valider/"))
