"""What two sequences have in common, in order: long stretches first, within a bounded amount of work.

Elements that each holds once are the anchors (patience); between two anchors the shortest edit is looked for (Myers),
and given up when it is not short: two texts that have little in common are told as one replacing the other.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

# Twice as many edits cost four times the work.
MOST_EDITS = 400
DEEPEST = 12

Pair = tuple[int, int]


@dataclass
class Work:
    """Steps that may still be taken, by all the comparisons of one pair of texts. Two seconds or so."""

    left: int = 4_000_000


@dataclass(frozen=True)
class _Stretch:
    """A part of each: from where, to where."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int


def common(a: Sequence[Hashable], b: Sequence[Hashable], work: Work | None = None) -> list[Pair]:
    """Places of what is the same in both, in order."""
    work = work or Work()
    found: list[Pair] = []
    waiting = [(_Stretch(0, len(a), 0, len(b)), 0)]
    while waiting:
        stretch, depth = waiting.pop()
        inner = _trimmed(a, b, stretch, found)
        if inner.start_a == inner.end_a or inner.start_b == inner.end_b:
            continue
        anchors = _anchors(a, b, inner) if depth < DEEPEST else []
        if anchors:
            found += anchors
            waiting += [(part, depth + 1) for part in _between(inner, anchors)]
        else:
            found += _shortest(a, b, inner, work)
    return sorted(found)


def _trimmed(a: Sequence[Hashable], b: Sequence[Hashable], stretch: _Stretch, found: list[Pair]) -> _Stretch:
    start_a, end_a, start_b, end_b = stretch.start_a, stretch.end_a, stretch.start_b, stretch.end_b
    while start_a < end_a and start_b < end_b and a[start_a] == b[start_b]:
        found.append((start_a, start_b))
        start_a, start_b = start_a + 1, start_b + 1
    while start_a < end_a and start_b < end_b and a[end_a - 1] == b[end_b - 1]:
        end_a, end_b = end_a - 1, end_b - 1
        found.append((end_a, end_b))
    return _Stretch(start_a, end_a, start_b, end_b)


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], stretch: _Stretch) -> list[Pair]:
    """The longest series of unique elements that stands in the same order in both."""
    ours = Counter(a[stretch.start_a : stretch.end_a])
    theirs = Counter(b[stretch.start_b : stretch.end_b])
    place = {b[at]: at for at in range(stretch.start_b, stretch.end_b) if theirs[b[at]] == 1 and ours[b[at]] == 1}
    return _rising([(at, place[a[at]]) for at in range(stretch.start_a, stretch.end_a) if a[at] in place])


def _rising(pairs: list[Pair]) -> list[Pair]:
    ends: list[int] = []
    last: list[int] = []
    before = [-1] * len(pairs)
    for number, (_at, place) in enumerate(pairs):
        rank = bisect_left(ends, place)
        if rank:
            before[number] = last[rank - 1]
        ends[rank : rank + 1], last[rank : rank + 1] = [place], [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _between(stretch: _Stretch, anchors: list[Pair]) -> Iterator[_Stretch]:
    start_a, start_b = stretch.start_a, stretch.start_b
    for at_a, at_b in [*anchors, (stretch.end_a, stretch.end_b)]:
        yield _Stretch(start_a, at_a, start_b, at_b)
        start_a, start_b = at_a + 1, at_b + 1


def _shortest(a: Sequence[Hashable], b: Sequence[Hashable], stretch: _Stretch, work: Work) -> list[Pair]:
    """Myers: how far each diagonal gets with one edit more; nothing when too many are needed."""
    ours, theirs = a[stretch.start_a : stretch.end_a], b[stretch.start_b : stretch.end_b]
    reached, steps = {1: 0}, []
    for edits in range(min(len(ours) + len(theirs), MOST_EDITS) + 1):
        work.left -= edits
        if work.left < 0:
            break
        steps.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            x = _entered(reached, diagonal, edits)
            y = x - diagonal
            while x < len(ours) and y < len(theirs) and ours[x] == theirs[y]:
                x, y = x + 1, y + 1
            reached[diagonal] = x
            if x >= len(ours) and y >= len(theirs):
                return [(stretch.start_a + i, stretch.start_b + j) for i, j in _way_back(steps, len(ours), len(theirs))]
    return []


def _entered(reached: dict[int, int], diagonal: int, edits: int) -> int:
    if diagonal == -edits or (diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1]):
        return reached[diagonal + 1]
    return reached[diagonal - 1] + 1


def _way_back(steps: list[dict[int, int]], x: int, y: int) -> Iterator[Pair]:
    for edits in range(len(steps) - 1, -1, -1):
        diagonal = x - y
        entry = _entered(steps[edits], diagonal, edits)
        down = entry == steps[edits].get(diagonal + 1) and (
            diagonal == -edits or (diagonal != edits and steps[edits][diagonal - 1] < steps[edits][diagonal + 1])
        )
        while x > max(entry, 0) and y > max(entry - diagonal, 0):
            x, y = x - 1, y - 1
            yield x, y
        x, y = (entry, entry - diagonal - 1) if down else (entry - 1, entry - diagonal)
