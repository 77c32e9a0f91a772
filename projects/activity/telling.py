"""Events as people read them: a sentence, the object by its name, what changed.

What a reader may not see is not told: administering gives no right to the content of groups, and an event about a
confidential object would give away its title.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filiere.web.french import number_fr
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
        return _("%(label)s\u00a0: %(before)s → %(after)s") % vars(self)


@dataclass(frozen=True)
class Told:
    event: Event
    sentence: str
    kind: str
    name: str
    readable: bool
    left_out: frozenset[str] = frozenset()

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
    def changes(self) -> list[Change]:
        model = _model(self.event.object_type)
        return [
            _change(model, name, *pair)
            for name, pair in sorted(self.content.items())  # PostgreSQL keeps no order
            if isinstance(pair, list) and len(pair) == 2
        ]


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
        return manager.visible_to(reader) if hasattr(manager, "visible_to") else manager.none()


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


def _change(model: type[Model] | None, name: str, before: Any, after: Any) -> Change:
    label, words = _words_of(model, name, get_language())
    untold = before is None and after is None
    return Change(label, _shown(before, words), _shown(after, words), untold=untold)


@cache
def _words_of(model: type[Model] | None, name: str, _language: str | None) -> tuple[str, Mapping[Any, str]]:
    """What a field and its values are called. The same for every line of a long page: asked once a language."""
    try:
        field: Any = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        field = None
    values = {key: str(word) for key, word in getattr(field, "flatchoices", ())}
    return _label(field, name), {True: _("oui"), False: _("non"), **values}


def _label(field: Any, name: str) -> str:
    label = str(getattr(field, "verbose_name", name))
    # A reference without a name of its own is called after what it points at.
    unnamed = getattr(field, "is_relation", False) and label in {name, name.replace("_", " ")}
    return str(field.related_model._meta.verbose_name) if unnamed else label


def _shown(value: Any, words: Mapping[Any, Any]) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}\u00a0: {_shown(item, words)}" for name, item in sorted(value.items())) or NOTHING
    if isinstance(value, list):
        return ", ".join(_shown(item, words) for item in value) or NOTHING
    if value is None or value == "":
        return NOTHING
    return str(words.get(value, value) if isinstance(value, str | bool) else value)
