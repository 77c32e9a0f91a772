"""Events as people read them: a sentence, the object by its name, what changed.

What a reader may not see is not told: administering gives no right to the content of groups, and an event about a
confidential object would give away its title.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateField, DateTimeField, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from filiere.web.french import date_fr, datetime_fr, number_fr
from projects.activity.models import Event, Link
from projects.activity.sentences import sentence_of

if TYPE_CHECKING:
    from accounts.people.models import User

# What administrators administer: people, organisations, who sits where, and who was lent or took a right to read.
ADMINISTERED = frozenset(
    {
        "accounts.apitoken",
        "accounts.invitation",
        "accounts.organisation",
        "accounts.user",
        "projects.delegation",
        "projects.emergencyreading",
        "projects.membership",
        "projects.workinggroup",
    }
)

# What a group's own journal tells, to whoever may read it: the group, who sits in it, who lends what to whom, what was
# offered, who read it in an emergency. No object of these kinds is ever kept from a part of those readers. What can be,
# by confidentiality or by college, stays out of this list, and its story is told beside it.
# True where the object has a name of its own, worth a query.
TOLD_TO_GROUPS = {
    "projects.delegation": True,
    "projects.emergencyreading": False,
    "projects.invitedmandate": False,
    "projects.membership": True,
    "projects.workinggroup": True,
}
# What such an event says of another group, which its readers may not know: left out.
OF_ANOTHER_GROUP = {"projects.workinggroup": frozenset({"parent"})}

NOTHING = "—"

# What a change calls by another name than a field's.
WORDS = {
    "absorbed": gettext_lazy("doublon"),
    "kind": gettext_lazy("nature"),
    "links": gettext_lazy("liens"),
    "moved": gettext_lazy("repris"),
    "remaining": gettext_lazy("codes qui restent"),
    "second_factors": gettext_lazy("seconds facteurs"),
    "sessions": gettext_lazy("sessions ouvertes"),
    "spellings": gettext_lazy("noms et sigles"),
    "successor": gettext_lazy("successeur"),
}
# Of what a change names by its identifier alone, so that the journal keeps nobody's name: found at every reading.
NAMED = frozenset({"accounts.organisation", "accounts.user", "projects.membership"})
NAMED_BY = {"absorbed": "accounts.organisation", "successor": "projects.membership"}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str
    # A personal value: the journal knows that it changed, and nothing else.
    untold: bool

    def __str__(self) -> str:
        if self.untold:
            return _("%(label)s\u00a0: modifié") % vars(self)
        if self.before == NOTHING:
            return _("%(label)s\u00a0: %(after)s") % vars(self)
        return _("%(label)s\u00a0: %(before)s → %(after)s") % vars(self)


@dataclass(frozen=True)
class Told:
    event: Event
    sentence: str
    kind: str
    name: str
    readable: bool
    left_out: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """Nothing for who may not read it, nor of what is no journal's writing: verification tells of that."""
        if not self.readable or not isinstance(self.event.changes, dict):
            return {}
        return {name: pair for name, pair in self.event.changes.items() if name not in self.left_out}

    @property
    def link(self) -> Link | None:
        return getattr(self.event, "link", None)

    @property
    def place(self) -> str:
        """In the chain; nowhere as long as it is not sealed."""
        return _("n°\u00a0%s") % number_fr(self.link.position) if self.link else ""

    @property
    def pairs(self) -> list[tuple[str, Any, Any]]:
        """What was, and what is. PostgreSQL keeps no order."""
        return [
            (name, *pair) for name, pair in sorted(self.content.items()) if isinstance(pair, list) and len(pair) == 2
        ]

    @property
    def changes(self) -> list[Change]:
        model = _model(self.event.object_type)
        return [_change(model, name, before, after, self.names) for name, before, after in self.pairs]


def tell(events: Iterable[Event], reader: "User", *, of_groups: bool = False) -> list[Told]:
    """One query a kind of object, however many events there are.

    `of_groups`: these come from journals of groups that the reader may read (`selectors.events_of_groups`).
    """
    events = list(events)
    by_kind = defaultdict(set)
    for event in events:
        by_kind[event.object_type].add(event.object_id)
    seen = {
        kind: _Kind(kind, ids, reader, open_to_groups=of_groups and kind in TOLD_TO_GROUPS)
        for kind, ids in by_kind.items()
    }
    return [
        Told(
            event,
            sentence_of(event),
            seen[event.object_type].word,
            seen[event.object_type].names.get(event.object_id, ""),
            seen[event.object_type].lets_read(event.object_id),
            OF_ANOTHER_GROUP.get(event.object_type, frozenset()) if of_groups else frozenset(),
        )
        for event in events
    ]


def with_names(stories: Sequence[Told]) -> list[Told]:
    """The same, where changes are shown: what they point at is called by its name of today. One query a kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for told in stories:
        for name, *values in told.pairs:
            if label := _points_at(_model(told.event.object_type), name):
                wanted[label] |= {value for value in values if isinstance(value, str)}
    names: dict[str, str] = {}
    for label, ids in wanted.items():
        model: Any = _model(label)
        found = model._meta.default_manager.select_related().in_bulk(_keys(model, ids))
        names |= {str(key): str(row) for key, row in found.items()}
    return [replace(told, names=names) for told in stories]


class _Kind:
    """The objects of one model that events are about, as far as the reader may see them."""

    def __init__(self, label: str, ids: set[str], reader: "User", *, open_to_groups: bool) -> None:
        self.model = _model(label)
        self.word = str(self.model._meta.verbose_name) if self.model else label
        self.open = open_to_groups or (label in ADMINISTERED and reader.is_active and reader.is_staff)
        nameless = open_to_groups and not TOLD_TO_GROUPS[label]
        found = self._visible_to(reader).in_bulk(_keys(self.model, ids)) if self.model and not nameless else {}
        self.names = {str(key): name for key, row in found.items() if (name := str(row)) != str(key)}
        self.visible = {str(key) for key in found}

    def lets_read(self, key: str) -> bool:
        # What is open stays readable when the object itself is gone.
        return self.open or key in self.visible

    def _visible_to(self, reader: "User") -> Any:
        assert self.model is not None
        manager: Any = self.model._meta.default_manager
        if self.open:
            return manager.select_related()  # a mandate is named after the person and the group it points at
        # Where the story of an object is not for all who see it, its model says for whom it is.
        told_to = getattr(manager, "told_to", None) or getattr(manager, "visible_to", None)
        return told_to(reader) if told_to else manager.none()


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None  # a feature that is no more


def _keys(model: type[Model] | None, ids: Iterable[str]) -> Sequence[Any]:
    keys = []
    for value in ids:
        try:
            keys.append(model._meta.pk.to_python(value) if model else value)
        except ValidationError:
            continue  # tampered with: verification names it, the page still opens
    return keys


def _change(model: type[Model] | None, name: str, before: Any, after: Any, names: Mapping[str, str]) -> Change:
    words = _words_of(model, name, get_language())
    untold = before is None and after is None
    return Change(words.label, _shown(before, words, names), _shown(after, words, names), untold=untold)


@dataclass(frozen=True)
class _Words:
    """What a field and its values are called; how the moments it keeps are read."""

    label: str
    values: Mapping[Any, str]
    moment: Callable[[str], str | None] | None


@cache
def _words_of(model: type[Model] | None, name: str, _language: str | None) -> _Words:
    """The same for every line of a long page: asked once a language."""
    found = _field(model, name)
    values = {key: str(word) for key, word in getattr(found, "flatchoices", ())}
    moment = _MOMENTS.get(type(found))
    return _Words(_label(found, name), {True: _("oui"), False: _("non"), **values}, moment)


@cache
def _points_at(model: type[Model] | None, name: str) -> str:
    related = getattr(_field(model, name), "related_model", None)
    label = related._meta.label_lower if related else NAMED_BY.get(name, "")
    return label if label in NAMED else ""


def _field(model: type[Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(found: Any, name: str) -> str:
    label = str(getattr(found, "verbose_name", WORDS.get(name, name)))
    # A reference without a name of its own is called after what it points at.
    unnamed = getattr(found, "is_relation", False) and label in {name, name.replace("_", " ")}
    return str(found.related_model._meta.verbose_name) if unnamed else label


def _day(value: str) -> str | None:
    try:
        return date_fr(parse_date(value)) or None
    except ValueError:
        return None


def _moment(value: str) -> str | None:
    try:
        return datetime_fr(parse_datetime(value)) or None
    except ValueError:
        return None


_MOMENTS: Mapping[type, Callable[[str], str | None]] = {DateField: _day, DateTimeField: _moment}


def _shown(value: Any, words: _Words, names: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        told = ", ".join(f"{name}\u00a0: {_shown(item, words, names)}" for name, item in sorted(value.items()))
        return told or NOTHING
    if isinstance(value, list):
        return ", ".join(_shown(item, words, names) for item in value) or NOTHING
    if value is None or value == "":
        return NOTHING
    if isinstance(value, str):
        return words.values.get(value) or names.get(value) or (words.moment and words.moment(value)) or value
    return str(words.values.get(value, value) if isinstance(value, bool) else value)
