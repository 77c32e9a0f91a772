"""Walks the chain from its first link to its last, and says what was altered, erased, inserted or moved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.activity import faults, guards
from projects.activity.chain import START, Head, digest_of, link_hash
from projects.activity.faults import Fault, Kind
from projects.activity.models import Event, Link, PendingLink

# Read by ranges of positions: constant memory on both databases, and no long transaction on the way.
# SQLite takes 999 parameters a statement.
BATCH = 900
WORTH_NAMING = 20
LATE_AFTER = timedelta(minutes=5)

_SEALED = Link.objects.filter(event=OuterRef("pk"))
_WAITING = PendingLink.objects.filter(event=OuterRef("pk"))


@dataclass(frozen=True)
class Verdict:
    checked: int
    head: Head
    pending: int
    faults: Sequence[Fault]
    warnings: Sequence[str]

    @property
    def intact(self) -> bool:
        return not self.faults

    @property
    def conclusion(self) -> str:
        if self.intact:
            told = ngettext("{count} maillon vérifié", "{count} maillons vérifiés", self.checked)
            return _("Le journal est intact\u00a0: {told}.").format(told=told.format(count=self.checked))
        told = ngettext("{count} anomalie", "{count} anomalies", len(self.faults)).format(count=len(self.faults))
        if len(self.faults) == WORTH_NAMING:
            told = _("au moins {faults}").format(faults=told)
        return _("Le journal n’est pas intact\u00a0: {told}.").format(told=told)


def verify(*, expected: Iterable[Head] = (), now: datetime | None = None) -> Verdict:
    """Faults come in the order of the chain; past the first few they are not looked for any more.

    `expected` holds heads noted earlier, elsewhere: a chain that somebody rewrote from end to end agrees with itself,
    not with them.
    """
    walk = _Walk()
    found = chain(walk.faults(), _outside(), _altered_while_waiting(), _rewritten(expected))
    return Verdict(
        faults=list(islice(found, WORTH_NAMING)),
        checked=walk.checked,
        head=walk.end,
        pending=PendingLink.objects.count(),
        warnings=list(_warnings(now or timezone.now())),
    )


class _Walk:
    def __init__(self) -> None:
        self.checked = 0
        self.end = START
        self.last: Event | None = None

    def faults(self) -> Iterator[Fault]:
        # The hashes the next link may follow from: what is written before it, and what should be. One fault then
        # makes one sentence, instead of breaking all that comes after.
        previous = {START.hash}
        for link, event in self._links():
            if link.position != self.end.position + 1:
                yield self._hole(link, event, previous)
                previous = set()
            if event is None:
                yield faults.erased(link)
                previous = {link.hash}
            else:
                right = {link_hash(previous=one, position=link.position, digest=event.digest) for one in previous}
                if digest_of(event) != event.digest:
                    yield faults.about(Kind.ALTERED, event, link.position)
                elif right and link.hash not in right:
                    yield faults.about(Kind.BROKEN_LINK, event, link.position)
                previous = {link.hash} if link.hash in right else right | {link.hash}
            self.checked += 1
            self.end, self.last = Head(link.position, link.hash), event

    def _links(self) -> Iterator[tuple[Link, Event | None]]:
        last = START.position
        while links := list(Link.objects.filter(position__gt=last).order_by("position")[:BATCH]):
            events = Event.objects.in_bulk([link.event_id for link in links])
            for link in links:
                yield link, events.get(link.event_id)
            last = links[-1].position

    def _hole(self, link: Link, event: Event | None, previous: set[str]) -> Fault:
        first, last = self.end.position + 1, link.position - 1
        if first == last and event is not None:
            # The event that lost its link is the one that makes both ends meet.
            for orphan in _orphans()[:BATCH]:
                for one in previous:
                    lost = link_hash(previous=one, position=first, digest=orphan.digest)
                    if link.hash == link_hash(previous=lost, position=link.position, digest=event.digest):
                        return faults.about(Kind.MISSING_LINK, orphan, first)
        return faults.hole(first, last, after=self.last)


def _outside() -> Iterator[Fault]:
    if Link.objects.filter(position=START.position).exists():
        yield faults.before_the_first()
    for event in _orphans().iterator(BATCH):
        yield faults.about(Kind.UNSEALED, event)
    for event in Event.objects.filter(Exists(_WAITING), Exists(_SEALED)).order_by("id"):
        yield faults.about(Kind.SEALED_TWICE, event)


def _altered_while_waiting() -> Iterator[Fault]:
    for event in Event.objects.filter(Exists(_WAITING)).order_by("id").iterator(BATCH):
        if digest_of(event) != event.digest:
            yield faults.about(Kind.ALTERED, event)


def _rewritten(expected: Iterable[Head]) -> Iterator[Fault]:
    for noted in expected:
        if noted == START:
            continue
        link = Link.objects.select_related("event").filter(position=noted.position).first()
        if link is None:
            yield faults.cut_short(noted.position)
        elif link.hash != noted.hash:
            yield faults.about(Kind.REWRITTEN, link.event, link.position)


def _orphans() -> QuerySet[Event]:
    """In one statement, hence at one moment: an event being sealed meanwhile is seen before or after, never between."""
    orphans: QuerySet[Event] = Event.objects.filter(~Exists(_SEALED), ~Exists(_WAITING)).order_by("id")
    return orphans


def _warnings(now: datetime) -> Iterator[str]:
    late = Event.objects.filter(Exists(_WAITING), at__lt=now - LATE_AFTER).order_by("at")
    if count := late.count():
        sentence = ngettext(
            "{count} événement attend d’être scellé depuis le {since}\u00a0: le scellement n’avance plus.",
            "{count} événements attendent d’être scellés depuis le {since}\u00a0: le scellement n’avance plus.",
            count,
        )
        yield sentence.format(count=count, since=faults.moment(late[0].at))
    if absent := guards.missing(connection):
        sentence = _("La base de données n’a plus toutes ses gardes contre la modification du journal\u00a0: {names}.")
        yield sentence.format(names=", ".join(absent))
