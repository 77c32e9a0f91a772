"""Who is named in a comment is written to, once. What the comment says stays in the application."""

from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from projects.access.readers import who_works_on
from projects.discussions.models import Comment, Mention
from projects.discussions.subjects import RELATED, thing_of

log = structlog.get_logger(__name__)


def tell_mentioned_after_commit(comment: Comment) -> None:
    transaction.on_commit(lambda: _hurry(comment.pk))


def mail_mentioned(pk: UUID) -> None:
    """Nothing to who can no longer read it, nor about what was taken back before the mail could leave."""
    related = [f"thread__{path}" for path in RELATED]
    comment = Comment.objects.select_related("author", "thread", *related).filter(pk=pk, withdrawn_at=None).first()
    if comment is None:
        return
    group = thing_of(comment.thread).group
    readers = set(who_works_on(thing_of(comment.thread)).values_list("pk", flat=True))
    for mention in comment.mentions.filter(told_at=None).select_related("person"):
        # Claimed first: of two workers one writes.
        if not Mention.objects.filter(pk=mention.pk, told_at=None).update(told_at=timezone.now()):
            continue
        if mention.person_id not in readers:
            continue
        try:
            _send(comment, mention, group.name)
        except OSError:
            Mention.objects.filter(pk=mention.pk).update(told_at=None)
            raise


def _send(comment: Comment, mention: Mention, group: str) -> None:
    with translation.override(mention.person.language):
        context = {
            "comment": comment,
            "person": mention.person,
            "group": group,
            "site": settings.BASE_URL,
            "link": f"{settings.BASE_URL}{reverse('thread', kwargs={'pk': comment.thread_id})}",
        }
        EmailMessage(
            subject=_("Vous êtes mentionné dans une discussion (%(group)s)") % {"group": group},
            body=render_to_string("emails/mention.txt", context),
            to=[mention.person.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def _hurry(pk: UUID) -> None:
    from projects.discussions.tasks import tell_mentioned  # tasks call this module

    try:
        tell_mentioned.delay(str(pk))
    except OperationalError:
        log.warning("the broker is away; the person finds the mention in the thread", comment=str(pk))
