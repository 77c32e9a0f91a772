"""Synthetic data at any size, each growing from the one before: what is compared lies on the same rows."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import Alias, Organisation, User
from accounts.organisations.enums import College, OrganisationKind
from filiere.text import fold
from projects.activity.chain import START, digest_of, follow
from projects.models import Event, Link
from tests.bench.owing import owe
from tests.bench.sitting import grant, seat

# Of the smallest size; a hundred times as many are what the design promises to carry, and more organisations than that.
PEOPLE, ORGANISATIONS, EVENTS = 100, 60, 10_000
# Fifty, at every size: a search for them fills one page of the list.
HOSPITALS = 50
WORDS = ("Institut", "Laboratoire", "Fédération", "Agence", "Université", "Société", "Syndicat")
BATCH = 2000
M = TypeVar("M", bound=models.Model)


def grow(*, since: int, to: int) -> None:
    """From `since` times the smallest size to `to` times; 0 is nothing at all."""
    with transaction.atomic():
        people = _save(_people(range(PEOPLE * since, PEOPLE * to)))
        organisations = _save(_organisations(range(ORGANISATIONS * since, ORGANISATIONS * to)))
        _save(_spellings(organisations))
        seat(people, organisations, to=to)
        owe(since=since, to=to)
        actors = list(User.objects.values_list("pk", flat=True)[:100])
        objects = list(Organisation.objects.values_list("pk", flat=True)[:500])
        _save_events(_events(range(EVENTS * since, EVENTS * to), actors, objects))
    grant()
    with connection.cursor() as cursor:
        # Otherwise the planner still believes the tables small.
        cursor.execute("ANALYZE")


def _people(numbers: Iterable[int]) -> Iterator[User]:
    for number in numbers:
        given, family, email = f"Prénom{number % 97}", f"Nom{number}", f"bench-{number}@demo.example"
        yield User(
            email=email,
            given_name=given,
            family_name=family,
            searchable=fold(f"{given} {family} {email}"),
            password="!",
            is_staff=number == 0,
        )


def _organisations(numbers: Iterable[int]) -> Iterator[Organisation]:
    kinds, colleges = [*OrganisationKind], [*College]
    for number in numbers:
        yield Organisation(
            name=f"{'Hôpital' if number < HOSPITALS else WORDS[number % len(WORDS)]} numéro {number}",
            acronym=f"ORG{number}",
            kind=kinds[number % len(kinds)],
            college=colleges[number % len(colleges)],
        )


def _spellings(organisations: Iterable[Organisation]) -> Iterator[Alias]:
    for one in organisations:
        for text in (one.name, one.acronym):
            yield Alias(organisation=one, text=text, folded=fold(text), own=True)


def _events(numbers: Iterable[int], actors: list[Any], objects: list[Any]) -> Iterator[Event]:
    for number in numbers:
        event = Event(
            at=timezone.now(),
            actor_id=actors[number % len(actors)],
            verb="organisation.changed",
            object_type="accounts.organisation",
            object_id=str(objects[number % len(objects)]),
            changes={"name": [f"Avant {number}", f"Après {number}"]},
        )
        event.digest = digest_of(event)
        yield event


def _save_events(events: Iterator[Event]) -> None:
    """Sealed as well: the list is read as it stands in a real installation."""
    last = Link.objects.order_by("-position").values_list("position", "hash").first()
    end = START._replace(position=last[0], hash=last[1]) if last else START
    while batch := list(islice(events, BATCH)):
        links = []
        for event in batch:
            end = follow(end, event.digest)
            links.append(Link(position=end.position, event_id=event.pk, hash=end.hash))
        Event.objects.bulk_create(batch, batch_size=BATCH)
        Link.objects.bulk_create(links, batch_size=BATCH)


def _save(rows: Iterator[M]) -> list[M]:
    saved: list[M] = []
    while batch := list(islice(rows, BATCH)):
        saved += type(batch[0])._base_manager.bulk_create(batch)
    return saved
