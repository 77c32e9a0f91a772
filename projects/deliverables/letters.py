"""Letters about deliverables: how they are written, kept discreet, and sent once.

A mailbox is read by others than its owner: the title of what is kept from a part of the group stays out of it, and so
do the words people wrote about it. A letter is a courtesy: the pages say the same, and need nobody to have written.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import structlog
from celery import Task
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.people.models import User
from projects.access.confidentiality import NOTHING
from projects.access.enums import Confidentiality
from projects.access.standing import read_standing
from projects.deliverables.models import Deliverable, seen_by
from projects.deliverables.versions.models import Version

log = structlog.get_logger(__name__)

NAMED_IN_MAIL = frozenset({Confidentiality.PUBLIC, Confidentiality.FILIERE, Confidentiality.GROUP})
# A worker that died while it sent is followed by another; one that sent is followed by nobody for a month.
WHILE_SENDING = timedelta(minutes=6)
ONCE_SENT = timedelta(days=30)


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """What is loaded rather than done writes to nobody, and hurries no worker."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def after_commit(task: "Callable[[], Task]", *ids: Any) -> None:
    """`task` is looked up late: tasks call the modules that ask for them."""
    if _quiet.get():
        return
    transaction.on_commit(lambda: _hurry(task(), *map(str, ids)))


def may_be_named(deliverable: Deliverable) -> bool:
    return deliverable.confidentiality in NAMED_IN_MAIL


def name_of(deliverable: Deliverable) -> str:
    return f"«\u00a0{deliverable.title}\u00a0»" if may_be_named(deliverable) else _("un livrable restreint")


def readers(people: Iterable[User | None], deliverable: Deliverable) -> list[User]:
    """Those of them who, at this moment, have an account and read the work: each once, in the order given."""
    found: dict[Any, User] = {}
    for person in people:
        if person is not None and person.pk not in found and reads_the_work(person, deliverable):
            found[person.pk] = person
    return list(found.values())


def reads_the_work(person: User, deliverable: Deliverable) -> bool:
    standing = read_standing(person)
    return Deliverable.objects.filter(seen_by(standing, validated=NOTHING), pk=deliverable.pk).exists()


def link_to(name: str, version: Version) -> str:
    return settings.BASE_URL + reverse(name, kwargs={"pk": version.deliverable_id, "number": version.number})


def post(*, mark: str, to: User, subject: Callable[[], str], template: str, version: Version, **context: Any) -> None:
    """Once for that mark and that person, however often the task is repeated.

    The mark is kept in the cache: should it be away, the letter goes out twice rather than never.
    """
    key = f"letter:{mark}:{to.pk}"
    if not cache.add(key, "sending", WHILE_SENDING.total_seconds()):
        return
    deliverable = version.deliverable
    try:
        with translation.override(to.language):
            whole = {
                "person": to,
                "version": version,
                "group": deliverable.group,
                "name": name_of(deliverable),
                "open": may_be_named(deliverable),
                "site": settings.BASE_URL,
                **context,
            }
            EmailMessage(
                subject=" ".join(subject().splitlines()),
                body=render_to_string(template, whole),
                to=[to.email],
                headers={"Auto-Submitted": "auto-generated"},
            ).send()
    except BaseException:
        cache.delete(key)
        raise
    cache.set(key, "sent", ONCE_SENT.total_seconds())


def _hurry(task: Task, *ids: str) -> None:
    try:
        task.delay(*ids)
    except OperationalError:
        log.warning("the broker is away; people read it on their pages", task=task.name, ids=ids)
