"""What approvals add to the page of a group: a source of `settings.GROUP_MATTERS`."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.web.french import number_fr
from projects.deliverables.approvals.queues import bureau_read_by, queued
from projects.groups.matters import Matter
from projects.groups.models import WorkingGroup


def validations_awaited(groups: Sequence[WorkingGroup], reader: User) -> Iterator[tuple[UUID, Matter]]:
    """On the page of the Bureau itself, for those who read its queue."""
    if not any(group.is_bureau for group in groups):
        return
    bureau = bureau_read_by(reader)
    if bureau is None or bureau.pk not in {group.pk for group in groups}:
        return
    if number := queued(reader, bureau).count():
        said = ngettext("%s livrable à valider", "%s livrables à valider", number)
        yield bureau.pk, Matter(said % number_fr(number), reverse("bureau-queue"), "success")
