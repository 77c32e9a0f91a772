"""Who is asked an opinion learns it by mail, with the day it is awaited for."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from projects.deliverables.letters import after_commit, link_to, name_of, post, readers
from projects.deliverables.opinions.models import Opinion


def tell_asked_after_commit(opinion: Opinion) -> None:
    after_commit(lambda: _tasks().tell_asked, opinion.pk)


def mail_asked(pk: UUID) -> None:
    """Not when it was given, taken back, or asked about a version that was replaced meanwhile."""
    opinion = (
        Opinion.objects.select_related("person", "asked_by", "version__deliverable__group", "version__author")
        .filter(pk=pk, given_at=None, withdrawn_at=None, version__replaced_at=None)
        .first()
    )
    if opinion is None:
        return
    version = opinion.version
    deliverable = version.deliverable
    for person in readers([opinion.person], deliverable):
        post(
            mark=f"opinion:{opinion.pk}",
            to=person,
            subject=lambda: (
                _("Votre avis est demandé\u00a0: %(name)s (%(group)s)")
                % {"name": name_of(deliverable), "group": deliverable.group.name}
            ),
            template="emails/opinion_asked.txt",
            version=version,
            opinion=opinion,
            link=link_to("opinion-give", version),
        )


def _tasks() -> Any:
    from projects.deliverables import tasks  # tasks call this module

    return tasks
