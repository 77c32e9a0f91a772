"""The météo of a deliverable over time, as a line that rises with the sun and falls with the storm."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from projects.deliverables.enums import Health
from projects.deliverables.models import HealthNote

WIDTH, HEIGHT, MARGIN = 320, 72, 8
_LEVELS = {Health.SUN: MARGIN, Health.CLOUDS: HEIGHT // 2, Health.STORM: HEIGHT - MARGIN}


@dataclass(frozen=True)
class Point:
    x: int
    y: int
    health: str


@dataclass(frozen=True)
class Sky:
    width: int
    height: int
    points: Sequence[Point]
    # Of a polyline: it stays at a level until somebody says otherwise.
    path: str
    levels: Sequence[int]


def sky_of(notes: Sequence[HealthNote]) -> Sky | None:
    """Of notes, the latest first. One alone draws nothing."""
    told = list(reversed(notes))
    if len(told) < 2:
        return None
    first, last = told[0].at, told[-1].at
    length = (last - first).total_seconds() or 1
    room = WIDTH - 2 * MARGIN
    points = [
        Point(
            MARGIN + round(room * (note.at - first).total_seconds() / length), _LEVELS[Health(note.health)], note.health
        )
        for note in told
    ]
    steps = [f"{points[0].x},{points[0].y}"]
    for before, after in pairwise(points):
        steps += [f"{after.x},{before.y}", f"{after.x},{after.y}"]
    return Sky(WIDTH, HEIGHT, points, " ".join(steps), sorted(_LEVELS.values()))
