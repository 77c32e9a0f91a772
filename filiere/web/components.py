"""The small pieces pages are made of. Everything that comes in is escaped; unknown kinds are mistakes, not styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filiere.web.icons import icon as draw

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.people.models import User

KINDS = ("primary", "secondary", "danger", "quiet")
TONES = ("neutral", "info", "success", "warning", "danger")
AVATAR_COLOURS = 8


@dataclass(frozen=True)
class Tab:
    """One view among several of the same thing; `count` is shown beside the word."""

    label: "StrOrPromise"
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """One moment of a story, newest first by habit."""

    at: datetime
    title: "StrOrPromise"
    text: "StrOrPromise" = ""
    person: "User | None" = None
    href: str = ""
    icon: str = ""
    tone: str = "neutral"


def known(value: str, among: Sequence[str]) -> str:
    if value not in among:
        raise ValueError(f"{value!r} is none of {', '.join(among)}")
    return value


def attributes(**values: "str | bool | None") -> SafeString:
    """HTML attributes; None and False leave theirs out, underscores become hyphens."""
    pairs = ((name.strip("_").replace("_", "-"), value) for name, value in values.items())
    return format_html_join(
        "",
        "{}{}",
        (
            (" " + name, "" if value is True else format_html('="{}"', value))
            for name, value in pairs
            if value is not None and value is not False
        ),
    )


def label_with(icon: str | None, label: "StrOrPromise") -> SafeString:
    return format_html("{}<span>{}</span>", draw(icon) if icon else "", label)


def badge(text: "StrOrPromise", tone: str = "neutral", icon: str | None = None) -> SafeString:
    return format_html('<span class="badge badge-{}">{}{}</span>', known(tone, TONES), draw(icon) if icon else "", text)


def initials(name: str) -> str:
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def avatar(person: "User | None") -> SafeString:
    """Initials on a colour that stays the person's; the name stands beside it, so it is hidden from who listens."""
    if person is None:
        return format_html('<span class="avatar avatar-none" aria-hidden="true">{}</span>', draw("system"))
    colour = sum(str(person.pk).encode()) % AVATAR_COLOURS
    return format_html(
        '<span class="avatar avatar-{}" aria-hidden="true">{}</span>', colour, initials(person.get_full_name())
    )


def who(person: "User | None") -> SafeString:
    name = person.get_full_name() if person else _("L’application")
    return format_html('<span class="who">{}<span>{}</span></span>', avatar(person), name)
