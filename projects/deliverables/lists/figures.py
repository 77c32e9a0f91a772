"""The deliverables of each project in numbers: those that the reader may see, and of their work what they follow.

What was abandoned is no longer counted as owed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filiere.web.french import number_fr
from projects.access.enums import Permission
from projects.access.standing import Standing, standing_of
from projects.contracts.figures import Fact, Figure, Place, Share
from projects.deliverables.enums import Health, Progress
from projects.deliverables.lists.selectors import followed_by, late_on_the_day
from projects.deliverables.models import Deliverable

if TYPE_CHECKING:
    from accounts.people.models import User


def deliverables_of_projects(projects: Sequence[UUID], reader: "User | AnonymousUser") -> Iterator[tuple[UUID, Figure]]:
    standing = standing_of(reader)
    followed = followed_by(standing)
    owed: Any = Deliverable.objects.visible_to(reader).exclude(progress=Progress.ABANDONED)
    counted = (
        owed.filter(projects__in=projects)
        .order_by()
        .values("projects", "group", "group__slug", "group__name", "group__alphabetical")
        .annotate(
            total=Count("pk"),
            finished=Count("pk", filter=Q(progress=Progress.FINISHED)),
            late=Count("pk", filter=late_on_the_day()),
            **{health: Count("pk", filter=followed & Q(health=health)) for health in Health.values},
        )
    )
    numbers: dict[UUID, Counter[str]] = defaultdict(Counter)
    places: dict[UUID, list[tuple[str, Place]]] = defaultdict(list)
    for row in counted:
        project = row["projects"]
        numbers[project].update({name: row[name] for name in ("total", "finished", "late", *Health.values)})
        if _sees(standing, row["group"]):
            href = f"{reverse('group-deliverables', kwargs={'slug': row['group__slug']})}?projet={project}"
            places[project].append((row["group__alphabetical"], Place(row["group__name"], href)))
    for project, number in numbers.items():
        yield project, _figure(number, [place for _order, place in sorted(places[project], key=lambda each: each[0])])


def _sees(standing: Standing, group: UUID) -> bool:
    return Permission.SEE in standing.everywhere or group in standing.groups(Permission.SEE)


def _figure(number: Counter[str], places: Sequence[Place]) -> Figure:
    total, finished, late = number["total"], number["finished"], number["late"]
    words = [ngettext("%s livrable", "%s livrables", total) % number_fr(total)]
    words.append(ngettext("%s finalisé", "%s finalisés", finished) % number_fr(finished))
    if late:
        words.append(_("%s en retard") % number_fr(late))
    return Figure(
        title=_("Livrables"),
        words=", ".join(words),
        shares=[Share(finished, "success"), Share(total - finished - late, "plain"), Share(late, "warning")],
        facts=[
            Fact(number[health], words, icon, tone)
            for health, words, icon, tone in (
                (Health.SUN, _("au soleil"), "sun", "success"),
                (Health.CLOUDS, _("sous les nuages"), "cloud", "warning"),
                (Health.STORM, _("dans l’orage"), "storm", "danger"),
            )
            if number[health]
        ],
        places=places,
    )
