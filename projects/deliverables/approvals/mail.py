"""Who is told of an approval by mail: who is awaited, whose version it is, whose approval no longer counts.

What was true when the task was asked may no longer be when it runs: each letter looks again before it leaves.
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.people.models import User
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.register import called_upon
from projects.deliverables.approvals.rules import Ballot
from projects.deliverables.enums import ApprovalState, Verdict, Void
from projects.deliverables.letters import after_commit, link_to, name_of, post, readers
from projects.deliverables.models import Deliverable
from projects.deliverables.versions.models import Version


def tell_awaited_after_commit(version: Version) -> None:
    after_commit(lambda: _tasks().tell_awaited, version.pk)


def tell_approved_after_commit(version: Version) -> None:
    after_commit(lambda: _tasks().tell_approved, version.pk)


def tell_decision_after_commit(approval: Approval) -> None:
    after_commit(lambda: _tasks().tell_decision, approval.pk)


def tell_replaced_after_commit(version: Version) -> None:
    after_commit(lambda: _tasks().tell_replaced, version.pk)


def mail_awaited(pk: UUID) -> None:
    """A version taken back, replaced or decided meanwhile waits for nobody any more."""
    version = _current(pk, ApprovalState.SUBMITTED)
    if version is None or version.submitted_at is None:
        return
    deliverable = version.deliverable
    ballot = Ballot.of(version, deliverable)
    for person in readers(called_upon(ballot), deliverable):
        if person.pk == version.submitted_by_id:
            continue
        voices = [capacity.voice for capacity in ballot.capacities_of(person) if capacity.delegation]
        post(
            mark=f"awaited:{version.pk}:{version.submitted_at.timestamp()}",
            to=person,
            subject=lambda: _("À approuver\u00a0: %(name)s (%(group)s)") % _names(deliverable),
            template="emails/approval_awaited.txt",
            version=version,
            by=version.submitted_by,
            voices=[voice.get_full_name() for voice in voices if person.pk not in ballot.steering],
            link=link_to("version-decide", version),
        )


def mail_approved(pk: UUID) -> None:
    """All the approvals of pilots are there."""
    version = _current(pk, ApprovalState.APPROVED)
    if version is None:
        return
    last = Approval.objects.of_pilots().filter(version=version).order_by("-given_at").first()
    if last is None:
        return
    for person in _concerned(version, but=last.person_id):
        post(
            mark=f"approved:{last.pk}",
            to=person,
            subject=lambda: _("Approuvé par ses pilotes\u00a0: %(name)s (%(group)s)") % _names(version.deliverable),
            template="emails/approval_given.txt",
            version=version,
            to_the_bureau=version.deliverable.needs_bureau,
            link=link_to("version-decide", version),
        )


def mail_decision(pk: UUID) -> None:
    """Changes asked, sent back or validated: while that is still the last word about it."""
    decision = Approval.objects.select_related("person").filter(pk=pk, voided_at=None).first()
    state = _AFTER.get(Verdict(decision.verdict)) if decision else None
    version = _current(decision.version_id, state) if decision and state else None
    if decision is None or version is None:
        return
    for person in _concerned(version, but=decision.person_id):
        post(
            mark=f"decision:{decision.pk}",
            to=person,
            subject=lambda: _SUBJECTS[Verdict(decision.verdict)]() % _names(version.deliverable),
            template=_TEMPLATES[Verdict(decision.verdict)],
            version=version,
            decision=decision,
            link=link_to("version-decide", version),
        )


def mail_replaced(pk: UUID) -> None:
    """To who had approved what a new version replaces: their approval went with it."""
    version = Version.objects.select_related("deliverable__group", "deliverable__current__author").get(pk=pk)
    deliverable = version.deliverable
    following = deliverable.current
    if version.replaced_at is None or following is None:
        return
    gone = Approval.objects.filter(version=version, verdict=Verdict.APPROVED, voided_because=Void.REPLACED)
    following.deliverable = deliverable
    for person in readers([each.person for each in gone.select_related("person").order_by("given_at")], deliverable):
        if person.pk == following.author_id:
            continue
        post(
            mark=f"replaced:{version.pk}",
            to=person,
            subject=lambda: _("Votre approbation ne vaut plus\u00a0: %(name)s (%(group)s)") % _names(deliverable),
            template="emails/approval_voided.txt",
            version=version,
            following=following,
            link=link_to("version-decide", following),
        )


def _validated() -> str:
    return _("Validé par le Bureau\u00a0: %(name)s (%(group)s)")


def _sent_back() -> str:
    return _("Renvoyé par le Bureau\u00a0: %(name)s (%(group)s)")


def _changes_asked() -> str:
    return _("Modifications demandées\u00a0: %(name)s (%(group)s)")


_AFTER = {
    Verdict.CHANGES_ASKED: ApprovalState.CHANGES_ASKED,
    Verdict.SENT_BACK: ApprovalState.CHANGES_ASKED,
    Verdict.VALIDATED: ApprovalState.VALIDATED,
}
_SUBJECTS = {
    Verdict.CHANGES_ASKED: _changes_asked,
    Verdict.SENT_BACK: _sent_back,
    Verdict.VALIDATED: _validated,
}
_TEMPLATES = {
    Verdict.CHANGES_ASKED: "emails/approval_changes.txt",
    Verdict.SENT_BACK: "emails/approval_sent_back.txt",
    Verdict.VALIDATED: "emails/approval_validated.txt",
}


def _current(pk: UUID, state: ApprovalState) -> Version | None:
    found: Version | None = (
        Version.objects.select_related("deliverable__group", "author", "submitted_by")
        .filter(pk=pk, state=state, replaced_at=None)
        .first()
    )
    return found


def _concerned(version: Version, *, but: UUID | None) -> list[User]:
    """Who deposited it, who submitted it, who answers for it; not who decided: they know."""
    people = [version.author, version.submitted_by, *version.deliverable.owners.order_by("pk")]
    return [person for person in readers(people, version.deliverable) if person.pk != but]


def _names(deliverable: Deliverable) -> dict[str, str]:
    return {"name": name_of(deliverable), "group": deliverable.group.name}


def _tasks() -> Any:
    from projects.deliverables import tasks  # tasks call this module

    return tasks
