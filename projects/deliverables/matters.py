"""What deliverables leave to follow in a group, as far as the reader knows of it: late, due soon, to approve."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.days import today
from filiere.web.french import number_fr
from projects.access.standing import standing_of
from projects.deliverables.enums import LIVE, ApprovalState
from projects.deliverables.lists.selectors import followed_by, late_on_the_day
from projects.deliverables.models import Deliverable
from projects.groups.matters import Matter
from projects.groups.models import WorkingGroup

# As far ahead as a group's page looks.
SOON = timedelta(days=60)


def deliverables_to_follow(groups: Sequence[WorkingGroup], reader: User) -> Iterator[tuple[UUID, Matter]]:
    slugs = {group.pk: group.slug for group in groups}
    day = today()
    soon = Q(progress__in=LIVE, due_end__range=(day, day + SOON))
    submitted = Q(approval_state=ApprovalState.SUBMITTED) & followed_by(standing_of(reader))
    rows: Any = Deliverable.objects.visible_to(reader).filter(group__in=slugs).order_by().values("group")
    counted = rows.annotate(
        late=Count("pk", filter=late_on_the_day()),
        soon=Count("pk", filter=soon),
        on=Min("due_end", filter=soon),
        submitted=Count("pk", filter=submitted),
    )
    for row in counted:
        href = reverse("group-deliverables", kwargs={"slug": slugs[row["group"]]})
        for matter in _told(row, href, day):
            yield row["group"], matter


def _told(row: dict[str, Any], href: str, day: date) -> Iterator[Matter]:
    """Each leads to the list of what it counts."""
    if late := row["late"]:
        said = ngettext("%s livrable est en retard", "%s livrables sont en retard", late)
        yield Matter(said % number_fr(late), f"{href}?retard=1", "flag", late=True)
    if waiting := row["submitted"]:
        said = ngettext(
            "%s version attend l’approbation des pilotes", "%s versions attendent l’approbation des pilotes", waiting
        )
        yield Matter(said % number_fr(waiting), f"{href}?approbation={ApprovalState.SUBMITTED}", "clock")
    if soon := row["soon"]:
        said = ngettext("%s livrable est attendu bientôt", "%s livrables sont attendus bientôt", soon)
        yield Matter(said % number_fr(soon), f"{href}?des={day}&jusqu_au={day + SOON}", "flag", on=row["on"])
