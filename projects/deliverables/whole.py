"""All that one request may say of a deliverable: each part goes to its own service, and all of it is written, or none.

Rights are those of each act: a member who moves the progress and changes the title is refused both.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.days import today
from projects.access.enums import Confidentiality, Permission
from projects.deliverables import following, services
from projects.deliverables.enums import Progress
from projects.deliverables.holding import held
from projects.deliverables.models import Deliverable
from projects.groups.models import WorkingGroup

STOPS = (Progress.SUSPENDED, Progress.ABANDONED)
# Of how the work goes, which has services of its own; everything else says what is expected.
FOLLOWED = ("progress", "reason", "resumes_on", "health", "health_sentence")


def create_whole(*, group: WorkingGroup, by: User, **wanted: Any) -> Deliverable:
    followed = {name: wanted.pop(name) for name in FOLLOWED if name in wanted}
    with transaction.atomic():
        made = services.create_deliverable(group=group, by=by, **wanted)
        return _follow(made, by, followed)


def change_whole(*, deliverable: Deliverable, by: User, seen: str | None = None, **wanted: Any) -> Deliverable:
    """Only what is given changes. The version that was `seen` is compared once, before the first act."""
    followed = {name: wanted.pop(name) for name in FOLLOWED if name in wanted}
    with transaction.atomic():
        # For the lock and the version: who may do what is asked by each act below.
        row = held(deliverable, by=None, permission=Permission.READ, seen=seen)
        if wanted.get("confidentiality", Confidentiality.COLLEGE) != Confidentiality.COLLEGE:
            wanted.setdefault("college", "")
        criteria = wanted.pop("criteria", None)
        if criteria is not None and _texts(criteria) != [each.text for each in row.criteria.all()]:
            wanted["criteria"] = _texts(criteria)
        if wanted:
            row = services.change_deliverable(deliverable=row, by=by, **wanted)
        if criteria is not None:
            row = _tick(row, by, criteria)
        return _follow(row, by, followed)


def _texts(criteria: Sequence[str | Mapping[str, Any]]) -> list[str]:
    texts = [one_line("criteria", each if isinstance(each, str) else str(each["text"])) for each in criteria]
    return [text for text in dict.fromkeys(texts) if text]


def _tick(row: Deliverable, by: User, criteria: Sequence[str | Mapping[str, Any]]) -> Deliverable:
    """Whether each is met, where it was said: an act of members, where the words are an act of who plans."""
    said = {
        text: bool(each["met"])
        for each in criteria
        if not isinstance(each, str) and "met" in each
        for text in _texts([each])
    }
    standing = list(row.criteria.all())
    met = [each for each in standing if said.get(each.text, each.met)]
    if {each.pk for each in met} == {each.pk for each in standing if each.met}:
        return row
    return services.tick_criteria(deliverable=row, met=met, by=by)


def _follow(row: Deliverable, by: User, wanted: Mapping[str, Any]) -> Deliverable:
    return _weather(_progress(row, by, wanted), by, wanted)


def _progress(row: Deliverable, by: User, wanted: Mapping[str, Any]) -> Deliverable:
    progress = wanted.get("progress", row.progress)
    if progress in STOPS:
        return _stop(row, progress, by, wanted)
    for name in ("reason", "resumes_on"):
        if wanted.get(name):
            raise ValidationError({name: _("Ceci accompagne une suspension ou un abandon, et rien d’autre.")})
    if progress == row.progress:
        return row
    if row.is_stopped:
        row = following.take_up_again(deliverable=row, by=by)
    return row if progress == row.progress else following.set_progress(deliverable=row, progress=progress, by=by)


def _stop(row: Deliverable, progress: str, by: User, wanted: Mapping[str, Any]) -> Deliverable:
    same = progress == row.progress
    if same and not {"reason", "resumes_on"} & wanted.keys():
        return row
    reason = wanted.get("reason", row.stopped_because if same else "")
    if progress == Progress.ABANDONED:
        if wanted.get("resumes_on"):
            raise ValidationError({"resumes_on": _("Ce qui est abandonné n’a pas de reprise prévue.")})
        return following.abandon(deliverable=row, reason=reason, by=by)
    # A day that went by meanwhile is nobody's forecast any more.
    kept = row.resumes_on if row.resumes_on and row.resumes_on >= today() else None
    return following.suspend(deliverable=row, reason=reason, by=by, resumes_on=wanted.get("resumes_on", kept))


def _weather(row: Deliverable, by: User, wanted: Mapping[str, Any]) -> Deliverable:
    sentence = wanted.get("health_sentence", "")
    if "health" not in wanted:
        if sentence:
            raise ValidationError({"health": _("Donnez la météo avec sa phrase.")})
        return row
    if wanted["health"] == row.health and not sentence:
        return row
    try:
        return following.set_health(deliverable=row, health=wanted["health"], sentence=sentence, by=by)
    except ValidationError as error:
        raise ValidationError(
            {"health_sentence" if name == "sentence" else name: found for name, found in error.message_dict.items()}
        ) from error
