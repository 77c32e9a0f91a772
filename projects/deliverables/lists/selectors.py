"""What lists of deliverables show, and to whom: whoever reads validated things only is told nothing of the work."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from accounts.people.models import User
from filiere.days import today
from filiere.text import fold
from projects.access.confidentiality import NOTHING
from projects.access.standing import Standing, standing_of
from projects.deliverables.enums import LIVE
from projects.deliverables.models import Deliverable, brought_before, seen_by
from projects.deliverables.versions.models import Version, VersionText
from projects.groups.models import WorkingGroup
from projects.groups.selectors import mandates_in_force

OWNER, ORGANISATION, PROJECT = "responsable", "organisation", "projet"
Choices = dict[str, list[tuple[str, str]]]


def followed_by(standing: Standing, *, path: str = "") -> Q:
    """Those whose work this reader follows, and does not only read once validated."""
    return seen_by(standing, path=path, validated=NOTHING)


def late_on_the_day() -> Q:
    """The same as `Deliverable.objects.late`, where a condition is wanted."""
    return Q(due_end__lt=today(), progress__in=LIVE, recurrent=False)


def listed(reader: User) -> QuerySet[Any]:
    """With all that a row shows, in a constant number of queries. What is late comes first, what is over last."""
    standing = standing_of(reader)
    followed = followed_by(standing)
    rank = Case(
        When(late_on_the_day(), then=0), When(progress__in=LIVE, then=1), default=2, output_field=IntegerField()
    )
    state = Case(
        When(followed | brought_before(standing), then=F("approval_state")),
        # To the others there is only what went all the way.
        default=F("validated__state"),
        output_field=CharField(),
    )
    visible: QuerySet[Any] = Deliverable.objects.visible_to(reader)
    rows: QuerySet[Any] = (
        visible.annotate(
            rank=rank,
            known_state=state,
            known_health=Case(When(followed, then=F("health")), default=Value(""), output_field=CharField()),
        )
        .defer("description", "searchable", "stopped_because")
        .select_related("group")
        .prefetch_related(
            "owners",
            "organisations",
            # One that is hidden from the reader is not named by its parts.
            Prefetch("parent", Deliverable.objects.visible_to(reader).only("title", "code")),
        )
        .order_by("rank", "due_order", "pk")
    )
    return rows


def listed_in(group: WorkingGroup, reader: User) -> QuerySet[Any]:
    return listed(reader).filter(group=group)


def own(reader: User) -> QuerySet[Any]:
    """Those they answer for, and those to which an organisation they represent contributes; in groups at work."""
    owned: Any = Deliverable.owners.through.objects.filter(user=reader).values("deliverable")
    represented = mandates_in_force(reader).order_by().values("organisation")
    contributed: Any = Deliverable.organisations.through.objects.filter(organisation__in=represented)
    # One list of keys: as « this or that », the question reads every deliverable there is.
    keys = owned.union(contributed.values("deliverable"))
    return listed(reader).filter(pk__in=keys, group__archived_at=None)


def matching(reader: User) -> Any:
    """A search for that reader: every word, in what a deliverable says or in the text of the version they may read."""
    readable = VersionText.objects.filter(version__in=Version.objects.visible_to(reader))

    def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in fold(text).split():
            said = readable.filter(searchable__contains=word)
            current = Exists(said.filter(version=OuterRef("current")))
            validated = Exists(said.filter(version=OuterRef("validated")))
            # The validated one stands for the current where that is still hidden; to the others it is of the past.
            old = validated & ~followed_by(standing_of(reader))
            rows = rows.filter(Q(searchable__contains=word) | current | old)
        return rows

    return search


def choices_among(rows: QuerySet[Any]) -> Choices:
    """The people, organisations and projects that these deliverables name, in one query."""
    keys = rows.order_by().values("pk")
    links: Any = (Deliverable.owners.through, Deliverable.organisations.through, Deliverable.projects.through)
    people, organisations, projects = (link.objects.filter(deliverable__in=keys).order_by() for link in links)
    found = people.values_list(Value(OWNER), "user", "user__given_name", "user__family_name").union(
        organisations.values_list(Value(ORGANISATION), "organisation", "organisation__acronym", "organisation__name"),
        projects.values_list(Value(PROJECT), "project", Cast("project__number", CharField()), "project__title"),
    )
    return _worded(found)


def _worded(found: Iterable[tuple[str, UUID, str, str]]) -> Choices:
    worded: Choices = {OWNER: [], ORGANISATION: [], PROJECT: []}
    for kind, key, first, second in sorted(found, key=_in_order):
        words = {OWNER: f"{first} {second}".strip(), ORGANISATION: first or second, PROJECT: f"{first}. {second}"}
        worded[kind].append((str(key), words[kind]))
    return worded


def _in_order(each: tuple[str, UUID, str, str]) -> tuple[int, str]:
    kind, _key, first, second = each
    return (int(first), "") if kind == PROJECT else (0, fold(second if kind == OWNER else first or second))
