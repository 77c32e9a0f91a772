"""What threads are about. A feature whose things are discussed adds its reference to `Thread`, and a class here."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people.models import User
from projects.access.confidentiality import NOTHING, Confidential
from projects.access.standing import standing_of
from projects.deliverables.models import seen_by
from projects.deliverables.versions.models import Version
from projects.discussions.models import Thread


class Subject(Protocol):
    """`thing` says who reads a thread, and its story tells of it; `href` leads to where the thread is read."""

    field: str

    def open_to(self, reader: User) -> QuerySet[Any]: ...
    def thing(self, target: Any) -> Confidential: ...
    def title(self, target: Any) -> str: ...
    def href(self, target: Any) -> str: ...


class OfVersions:
    field = "version"

    def open_to(self, reader: User) -> QuerySet[Any]:
        """Those under work that the reader works on."""
        work = seen_by(standing_of(reader), path="deliverable__", validated=NOTHING)
        found: QuerySet[Any] = Version.objects.filter(work)
        return found.select_related("deliverable__group")

    def thing(self, target: Version) -> Confidential:
        return target.deliverable

    def title(self, target: Version) -> str:
        return _("%(title)s, version %(number)s") % {"title": target.deliverable, "number": target.number}

    def href(self, target: Version) -> str:
        if target.is_current:  # read on the deliverable's own page, with the rest of what is under way
            return reverse("deliverable", kwargs={"pk": target.deliverable_id})
        return reverse("version", kwargs={"pk": target.deliverable_id, "number": target.number})


SUBJECTS: Mapping[str, Subject] = {subject.field: subject for subject in (OfVersions(),)}
# What a thread needs to say what it is about, in one query.
RELATED = ("version__deliverable__group",)


def target_of(thread: Thread) -> tuple[Subject, Model]:
    for subject in SUBJECTS.values():
        target = getattr(thread, subject.field)
        if target is not None:
            return subject, target
    raise LookupError(thread.pk)  # the database lets none exist


def thing_of(thread: Thread) -> Confidential:
    subject, target = target_of(thread)
    return subject.thing(target)


def find(field: str, pk: UUID, reader: User) -> Model | None:
    """None for what is hidden, as for what never was."""
    found: Model | None = SUBJECTS[field].open_to(reader).filter(pk=pk).first() if field in SUBJECTS else None
    return found
