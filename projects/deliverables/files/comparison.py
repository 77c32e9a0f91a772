"""Two texts compared as a person would: paragraph by paragraph, then word by word where a paragraph changed."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from projects.deliverables.files.alignment import Work, common

# Unchanged paragraphs shown on either side of a change.
CONTEXT = 1
# A fold takes a line itself: it is worth it from two.
LEAST_FOLDED = 2
# Below this share of common words, a paragraph is not the other one changed.
ALIKE = 0.4
# Larger gaps hold rewritten chapters: looking for pairs there costs much and finds little.
MOST_PAIRED = 2500
# « 12 500,00 » is one word.
_WORDS = re.compile(r"\d{1,3}(?:[ .\u00a0\u202f]\d{3})+(?:,\d+)?(?!\w)|\d+,\d+|\w+|\s+|[^\w\s]")
# Between two changes, common words this short only chop the reading: « de », a comma.
_LEAST_KEPT = 4

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Part:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: Literal["same", "changed", "removed", "added"]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Folded:
    """That many paragraphs are the same in both."""

    count: int


def compare(before: str, after: str) -> list[Paragraph | Folded]:
    """Nothing when both are the same, whatever their blank lines and the width of their spaces."""
    old, new = _paragraphs(before), _paragraphs(after)
    if [_seen(line) for line in old] == [_seen(line) for line in new]:
        return []
    return list(_folded(list(_told(old, new))))


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _seen(text: str) -> str:
    return " ".join(text.split())


def _told(old: list[str], new: list[str]) -> Iterator[Paragraph]:
    work = Work()
    at_old = at_new = 0
    pairs = common([_seen(line) for line in old], [_seen(line) for line in new], work)
    for place_old, place_new in [*pairs, (len(old), len(new))]:
        yield from _gap(old[at_old:place_old], new[at_new:place_new], work)
        if place_new < len(new) and place_old < len(old):
            yield Paragraph("same", (Part("same", new[place_new]),))
        at_old, at_new = place_old + 1, place_new + 1


def _gap(old: list[str], new: list[str], work: Work) -> Iterator[Paragraph]:
    """What stands between two unchanged paragraphs: those that resemble each other are one, changed."""
    at_old = at_new = 0
    for place_old, place_new in [*_resembling(old, new), (len(old), len(new))]:
        yield from (Paragraph("removed", (Part("removed", line),)) for line in old[at_old:place_old])
        yield from (Paragraph("added", (Part("added", line),)) for line in new[at_new:place_new])
        if place_old < len(old):
            yield Paragraph("changed", tuple(_parts(old[place_old], new[place_new], work)))
        at_old, at_new = place_old + 1, place_new + 1


# --- Which paragraph became which -------------------------------------------


def _resembling(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """The pairs, in order, that have the most in common altogether."""
    if not old or not new or len(old) * len(new) > MOST_PAIRED:
        return []
    ours, theirs = [_bag(line) for line in old], [_bag(line) for line in new]
    likeness = [[_likeness(mine, other) for other in theirs] for mine in ours]
    best = [[0.0] * (len(new) + 1) for _line in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _bag(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def _likeness(ours: Counter[str], theirs: Counter[str]) -> float:
    """Between 0 and 1, and 0 when it is not enough."""
    small, large = sorted((ours, theirs), key=len)
    shared = sum(min(count, large[word]) for word, count in small.items())
    share = 2 * shared / ((ours.total() + theirs.total()) or 1)
    return share if share >= ALIKE else 0.0


# --- Which words changed ----------------------------------------------------


def _parts(old: str, new: str, work: Work) -> Iterator[Part]:
    ours, theirs = _WORDS.findall(old), _WORDS.findall(new)
    pairs = common([_seen(word) for word in ours], [_seen(word) for word in theirs], work)
    for edit in _without_crumbs(_edits(ours, theirs, pairs)):
        if edit.removed:
            yield Part("removed", edit.removed)
        if edit.added:
            yield Part("added", edit.added)
        if edit.kept:
            yield Part("same", edit.kept)


@dataclass
class _Edit:
    """What goes, what comes in its place, and what stays after both."""

    removed: str = ""
    added: str = ""
    kept: str = ""


def _edits(ours: Sequence[str], theirs: Sequence[str], pairs: list[tuple[int, int]]) -> list[_Edit]:
    edits = [_Edit()]
    at_old = at_new = 0
    for place_old, place_new in [*pairs, (len(ours), len(theirs))]:
        if place_old > at_old or place_new > at_new:
            edits.append(_Edit("".join(ours[at_old:place_old]), "".join(theirs[at_new:place_new])))
        edits[-1].kept += "".join(theirs[place_new : place_new + 1])
        at_old, at_new = place_old + 1, place_new + 1
    return edits


def _without_crumbs(edits: list[_Edit]) -> Iterator[_Edit]:
    current = edits[0]
    for number, edit in enumerate(edits[1:], 1):
        if number > 1 and len(current.kept.strip()) < _LEAST_KEPT:
            current = _Edit(
                current.removed + current.kept + edit.removed, current.added + current.kept + edit.added, edit.kept
            )
        else:
            yield current
            current = edit
    yield current


# --- What is shown ----------------------------------------------------------


def _folded(paragraphs: list[Paragraph]) -> Iterator[Paragraph | Folded]:
    changed = [number for number, paragraph in enumerate(paragraphs) if paragraph.kind != "same"]
    shown = {near for number in changed for near in range(number - CONTEXT, number + CONTEXT + 1)}
    hidden: list[Paragraph] = []
    for number, paragraph in enumerate(paragraphs):
        if number not in shown:
            hidden.append(paragraph)
            continue
        yield from _fold(hidden)
        hidden = []
        yield paragraph
    yield from _fold(hidden)


def _fold(hidden: list[Paragraph]) -> list[Paragraph | Folded]:
    return [Folded(len(hidden))] if len(hidden) >= LEAST_FOLDED else [*hidden]
