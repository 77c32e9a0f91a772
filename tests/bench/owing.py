"""What the groups owe: deliverables, a version for every third, dated around today."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import islice

from filiere.days import today
from filiere.text import fold
from projects.access.enums import Confidentiality
from projects.deliverables.due.period import Precision
from projects.deliverables.enums import ApprovalState, Health, Progress
from projects.models import Deliverable, Project, Version, WorkingGroup

DELIVERABLES = 1000
LEVELS = (Confidentiality.GROUP, Confidentiality.GROUP, Confidentiality.FILIERE, Confidentiality.PUBLIC)
BATCH = 2000


def owe(*, since: int, to: int) -> None:
    groups = list(WorkingGroup.objects.order_by("slug"))
    projects = list(Project.objects.order_by("number"))
    rows = _deliverables(range(DELIVERABLES * since, DELIVERABLES * to), groups)
    while batch := list(islice(rows, BATCH)):
        Deliverable.objects.bulk_create(batch)
        Deliverable.projects.through.objects.bulk_create(
            [
                Deliverable.projects.through(deliverable=one, project=projects[rank % len(projects)])
                for rank, one in enumerate(batch)
            ]
        )
        deposited = batch[::3]
        Version.objects.bulk_create([_version(one) for one in deposited])
        firsts = {version.deliverable_id: version for version in Version.objects.filter(deliverable__in=deposited)}
        for one in deposited:
            one.current, one.approval_state = firsts[one.pk], ApprovalState.DRAFT
        Deliverable.objects.bulk_update(deposited, ["current", "approval_state"])


def _deliverables(numbers: Iterable[int], groups: list[WorkingGroup]) -> Iterator[Deliverable]:
    progress, skies = [Progress.TO_START, Progress.UNDER_WAY, Progress.FINISHING, Progress.FINISHED], ["", *Health]
    for number in numbers:
        title = f"Livrable numéro {number}"
        end = today() + timedelta(days=number % 900 - 200)
        yield Deliverable(
            group=groups[number % len(groups)],
            title=title,
            alphabetical=fold(title),
            searchable=fold(title),
            due=end.isoformat(),
            due_start=end,
            due_end=end,
            due_order=end,
            due_precision=Precision.DAY,
            progress=progress[number % len(progress)],
            health=skies[number % len(skies)],
            confidentiality=LEVELS[number % len(LEVELS)],
        )


def _version(deliverable: Deliverable) -> Version:
    content = deliverable.title.encode()
    return Version(
        deliverable=deliverable,
        number=1,
        name="texte.txt",
        format="txt",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        scan="sans_analyse",
    )
