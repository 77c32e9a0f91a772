"""What awaits a group: what is late first, then what comes. Features above add theirs by `settings.GROUP_MATTERS`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.days import today
from filiere.web.french import number_fr
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.groups.models import InvitedMandate, Membership, WorkingGroup


@dataclass(frozen=True)
class Matter:
    """`on`: the day it comes, where there is one."""

    title: str
    href: str
    icon: str
    on: date | None = None
    late: bool = False


Source = Callable[[Sequence[WorkingGroup], User], Iterator[tuple[UUID, Matter]]]


def matters_of(
    groups: Sequence[WorkingGroup], reader: User, *, turning: Iterable[Membership]
) -> dict[UUID, list[Matter]]:
    """Of those groups, as far as this reader may know of it: a constant number of queries, however many groups.

    `turning`: their mandates that begin or end soon. Whoever sees a group sees who sits in it.
    """
    found: dict[UUID, list[Matter]] = defaultdict(list)
    living = [group for group in groups if not group.is_archived]
    if living:
        for key, matter in _turns(living, turning):
            found[key].append(matter)
        for path in settings.GROUP_MATTERS:
            for key, matter in cast(Source, import_string(path))(living, reader):
                found[key].append(matter)
    for matters in found.values():
        matters.sort(key=lambda matter: (not matter.late, matter.on or date.max))
    return found


def _turns(groups: Sequence[WorkingGroup], turning: Iterable[Membership]) -> Iterator[tuple[UUID, Matter]]:
    slugs, day = {group.pk: group.slug for group in groups}, today()
    for mandate in turning:
        begins = mandate.starts_on > day
        title = _("Début du mandat de %(person)s") if begins else _("Fin du mandat de %(person)s")
        on = mandate.starts_on if begins else mandate.ends_on
        if mandate.group_id in slugs:
            href = reverse("mandate", kwargs={"slug": slugs[mandate.group_id], "pk": mandate.pk})
            yield mandate.group_id, Matter(title % {"person": mandate.person}, href, "calendar", on)


def invitations_without_answer(groups: Sequence[WorkingGroup], reader: User) -> Iterator[tuple[UUID, Matter]]:
    """For those who invite there."""
    standing = standing_of(reader)
    by_key = {group.pk: group for group in groups if standing.may(Permission.INVITE, group)}
    if not by_key:
        return
    expired = Count("pk", filter=Q(invitation__expires_at__lte=timezone.now()))
    rows: Any = InvitedMandate.objects.standing().filter(group__in=by_key).order_by().values("group")
    for row in rows.annotate(number=Count("pk"), expired=expired):
        href = reverse("group-invitations", kwargs={"slug": by_key[row["group"]].slug})
        late, waiting = row["expired"], row["number"] - row["expired"]
        if late:
            said = ngettext("%s invitation a expiré sans réponse", "%s invitations ont expiré sans réponse", late)
            yield row["group"], Matter(said % number_fr(late), href, "invitation", late=True)
        if waiting:
            said = ngettext("%s invitation attend une réponse", "%s invitations attendent une réponse", waiting)
            yield row["group"], Matter(said % number_fr(waiting), href, "invitation")
