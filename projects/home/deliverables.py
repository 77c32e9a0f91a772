"""What deliverables expect of a person: their approval, their opinion, a version to hand in again, work to deliver.

One query brings all the deliverables concerned, and two more say whose approval is missing.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.days import today
from filiere.web.french import ago_fr, date_fr
from projects.access.enums import Permission
from projects.access.standing import Standing, standing_of
from projects.deliverables.approvals.selectors import awaited_among, may_await
from projects.deliverables.enums import LIVE, ApprovalState
from projects.deliverables.models import Deliverable
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.versions.models import Version
from projects.home.expectation import Expectation

SOON = timedelta(days=30)
# Past these, a page of its own says the rest.
MOST = 5


def expected_by_deliverables(person: User) -> Iterator[Expectation]:
    standing = standing_of(person)
    if not standing.granted:
        return
    rows = list(_concerning(person, standing))
    yield from _approvals(awaited_among([row for row in rows if _waits(row, standing)], person))
    yield from _opinions([row for row in rows if row.asked_key and standing.may(Permission.DISCUSS, row.group)])
    yield from _changes([row for row in rows if _returned(row, person, standing)])
    yield from _own([row for row in rows if row.owned and _pressing(row)])


def _concerning(person: User, standing: Standing) -> "QuerySet[Any]":
    """By their keys, brought together: as « this or that », the question reads every deliverable there is."""
    asked = Opinion.objects.filter(person=person, given_at=None, withdrawn_at=None, version__replaced_at=None)
    handed_in = Version.objects.filter(Q(author=person) | Q(submitted_by=person), state=ApprovalState.CHANGES_ASKED)
    owned: Any = Deliverable.owners.through.objects.filter(user=person)
    pressing = owned.filter(deliverable__progress__in=LIVE, deliverable__due_end__lte=today() + SOON)
    waiting: QuerySet[Any] = Deliverable.objects.filter(may_await(standing)).order_by()
    keys = waiting.values("pk").union(
        asked.order_by().values("version__deliverable"),
        handed_in.order_by().values("deliverable"),
        pressing.values("deliverable"),
    )
    own_opinion = Q(
        current__opinions__person=person, current__opinions__given_at=None, current__opinions__withdrawn_at=None
    )
    visible: QuerySet[Any] = Deliverable.objects.visible_to(person).filter(pk__in=keys, group__archived_at=None)
    rows: QuerySet[Any] = (
        visible.annotate(asked=FilteredRelation("current__opinions", condition=own_opinion))
        .annotate(
            asked_key=F("asked__pk"),
            asked_until=F("asked__due_on"),
            asked_by=Concat("asked__asked_by__given_name", Value(" "), "asked__asked_by__family_name"),
            owned=Exists(owned.filter(deliverable=OuterRef("pk"))),
        )
        .select_related("group", "current__submitted_by")
        .defer("description", "searchable")
        .order_by("due_order", "pk")
    )
    return rows


def _waits(row: Any, standing: Standing) -> bool:
    return row.approval_state == ApprovalState.SUBMITTED and standing.may(Permission.APPROVE, row.group)


def _returned(row: Any, person: User, standing: Standing) -> bool:
    """What they handed in, or submitted, came back to them."""
    return (
        row.approval_state == ApprovalState.CHANGES_ASKED
        and person.pk in {row.current.author_id, row.current.submitted_by_id}
        and standing.may(Permission.CONTRIBUTE, row.group)
    )


def _pressing(row: Any) -> bool:
    if row.progress not in LIVE or row.due_end is None:
        return False
    return bool(row.is_late or today() <= row.due_end <= today() + SOON)


def _approvals(waiting: Sequence[Any]) -> Iterator[Expectation]:
    for row in waiting[:MOST]:
        words = {
            "group": row.group,
            "number": row.current.number,
            "since": ago_fr(row.current.submitted_at),
            "person": row.current.submitted_by,
        }
        yield Expectation(
            _("Approuver «\u00a0%(title)s\u00a0»") % {"title": row.title},
            _("%(group)s\u00a0: version %(number)s, soumise %(since)s par %(person)s.") % words,
            reverse("version-decide", kwargs={"pk": row.pk, "number": row.current.number}),
            _("Décider"),
            "check",
            first=True,
        )
    if len(waiting) > MOST:
        yield Expectation(
            _("D’autres versions attendent votre approbation"),
            _("Elles sont %(number)s en tout.") % {"number": len(waiting)},
            reverse("approvals"),
            _("Voir mes approbations"),
            "check",
            first=True,
        )


def _opinions(rows: Sequence[Any]) -> Iterator[Expectation]:
    for row in rows:
        words = {"group": row.group, "person": row.asked_by, "day": date_fr(row.asked_until)}
        text = (
            _("%(group)s\u00a0: demandé par %(person)s, attendu pour le %(day)s.")
            if row.asked_until
            else _("%(group)s\u00a0: demandé par %(person)s.")
        )
        yield Expectation(
            _("Donner votre avis sur «\u00a0%(title)s\u00a0»") % {"title": row.title},
            text % words,
            reverse("opinion-give", kwargs={"pk": row.pk, "number": row.current.number}),
            _("Donner mon avis"),
            "comment",
            late=row.asked_until is not None and row.asked_until < today(),
        )


def _changes(rows: Sequence[Any]) -> Iterator[Expectation]:
    for row in rows:
        words = {"group": row.group, "number": row.current.number}
        yield Expectation(
            _("Des modifications sont demandées sur «\u00a0%(title)s\u00a0»") % {"title": row.title},
            _("%(group)s\u00a0: la version %(number)s est à reprendre.") % words,
            reverse("version-decide", kwargs={"pk": row.pk, "number": row.current.number}),
            _("Voir ce qui est demandé"),
            "refresh",
        )


def _own(rows: Sequence[Any]) -> Iterator[Expectation]:
    """In the order of their échéances."""
    for row in rows[:MOST]:
        words = {"group": row.group, "day": date_fr(row.due_end)}
        yield Expectation(
            _("Remettre «\u00a0%(title)s\u00a0»") % {"title": row.title},
            _("%(group)s\u00a0: pour le %(day)s.") % words,
            reverse("deliverable", kwargs={"pk": row.pk}),
            _("Voir le livrable"),
            "flag",
            late=row.is_late,
        )
    if len(rows) > MOST:
        yield Expectation(
            _("D’autres livrables dont vous répondez sont en retard ou pour bientôt"),
            _("Ils sont %(number)s en tout.") % {"number": len(rows)},
            f"{reverse('deliverables')}?miens=1",
            _("Voir mes livrables"),
            "flag",
        )
