"""The story of a deliverable, as its page tells it to those who work on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.models import User
from filiere.web.french import date_fr
from projects.activity.selectors import events_of_object
from projects.activity.telling import Told, tell
from projects.deliverables.enums import Health, OpinionKind, Progress
from projects.deliverables.models import Deliverable

LATEST = 8
MOST = 500
TONES = {
    "deliverable.version_approved": "success",
    "deliverable.version_approved_in_part": "success",
    "deliverable.validated_by_bureau": "success",
    "deliverable.changes_requested": "warning",
    "deliverable.sent_back_by_bureau": "warning",
    "deliverable.suspended": "warning",
    "deliverable.abandoned": "warning",
    "deliverable.version_quarantined": "danger",
}


@dataclass(frozen=True)
class Moment:
    """`words`: what somebody wrote then. `number`: of the version it is about."""

    at: datetime
    sentence: str
    capacity: str
    details: Sequence[str]
    words: str
    number: int | None
    tone: str


@dataclass(frozen=True)
class Story:
    moments: Sequence[Moment]
    # Whether older ones are left out.
    more: bool


def story_of(deliverable: Deliverable, reader: User, *, whole: bool = False) -> Story:
    most = MOST if whole else LATEST
    told = tell(events_of_object(deliverable)[: most + 1], reader)
    return Story([_moment(each) for each in told[:most]], more=len(told) > most)


def _moment(told: Told) -> Moment:
    content = {name: pair for name, pair in told.content.items() if isinstance(pair, list) and len(pair) == 2}
    number = _after(content, "version")
    return Moment(
        at=told.event.at,
        sentence=told.sentence,
        capacity=told.event.capacity,
        details=[words for name, pair in content.items() if (words := _detail(name, pair))]
        or ([_fields(told)] if told.event.verb == "deliverable.changed" else []),
        words=next((str(value) for name in _WORDS if (value := _after(content, name))), ""),
        number=number if isinstance(number, int) else None,
        tone=TONES.get(told.event.verb, "neutral"),
    )


_WORDS = ("reason", "stopped_because", "sentence", "note")


def _after(content: Mapping[str, Any], name: str) -> Any:
    return content.get(name, [None, None])[1]


def _detail(name: str, pair: Sequence[Any]) -> str:
    return _DETAILS[name](*pair) if name in _DETAILS and pair[1] not in {None, ""} else ""


def _word(words: Any, value: Any) -> str:
    return str(dict(words.choices).get(value, value))


def _moved(words: Any) -> Callable[[Any, Any], str]:
    def told(before: Any, after: Any) -> str:
        return f"{_word(words, before)} → {_word(words, after)}" if before else _word(words, after)

    return told


def _day(_before: Any, after: Any) -> str:
    try:
        return date_fr(date.fromisoformat(str(after)))
    except ValueError:
        return str(after)


def _voided(_before: Any, after: Any) -> str:
    number = int(after)
    return ngettext("%d approbation devenue caduque", "%d approbations devenues caduques", number) % number


_DETAILS: Mapping[str, Callable[[Any, Any], str]] = {
    "progress": _moved(Progress),
    "health": _moved(Health),
    "kind": _moved(OpinionKind),
    "voided_approvals": _voided,
    "reference": lambda _before, after: _("décision %s") % after,
    "threat": lambda _before, after: str(after),
    "resumes_on": lambda before, after: _("reprise prévue le %s") % _day(before, after),
    "due_on": lambda before, after: _("pour le %s") % _day(before, after),
}


def _fields(told: Told) -> str:
    """Which ones changed; their two texts stand in the journal."""
    names = {
        "owners": _("responsables"),
        "organisations": _("organisations contributrices"),
        "projects": _("projets servis"),
        "criteria": _("critères d’acceptation"),
    }
    return ", ".join(names.get(name) or _label(name) for name in told.content)


def _label(name: str) -> str:
    known = {field.name: field for field in Deliverable._meta.get_fields()}
    return str(getattr(known.get(name), "verbose_name", name))
