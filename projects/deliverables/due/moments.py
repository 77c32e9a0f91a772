"""What one date says before it is computed: « fin mars 2024 » is the end of the month 3 of 2024.

Some of it may be missing, and stand in the date beside it: « entre mars et juin 2024 », « 1er et 2e trimestres ».
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

LAST = -1  # « dernier trimestre », « dernière année du contrat »


class Unit(Enum):
    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    QUARTER = auto()
    SEMESTER = auto()
    SEASON = auto()
    YEAR = auto()
    SCHOOL_YEAR = auto()
    CONTRACT = auto()
    CONTRACT_YEAR = auto()


class Part(Enum):
    BEGINNING = auto()
    MIDDLE = auto()
    END = auto()
    FIRST_HALF = auto()
    SECOND_HALF = auto()
    WEEK = auto()  # seven days, from a day on or in a month


# A year is nothing to them, or says it all: it is not lent to the date beside.
OF_THE_CONTRACT = {Unit.CONTRACT, Unit.CONTRACT_YEAR}
HALVES = [Part.FIRST_HALF, Part.SECOND_HALF]
COUNTED = {Unit.WEEK, Unit.QUARTER, Unit.SEMESTER}


@dataclass(frozen=True)
class Moment:
    unit: Unit | None
    # Which month, quarter, semester, season, week or year of the contract; alone, what the unit beside will make of it.
    number: int = 0
    day: int = 0
    year: int | None = None
    part: Part | None = None
    weekday: int | None = None
    # Last year of a contract whose years are written out: « contrat 2023-2026 ».
    until: int | None = None
    # « T1 2024, au plus tard le 15 mars », « avant l’été 2024 »
    limit: bool = False
    before: bool = False
    year_is_lent: bool = False


def completed(moments: list[Moment]) -> list[Moment]:
    """In French the last date of several is the whole one; failing that, the first."""
    whole = moments.copy()
    for place in range(len(whole) - 2, -1, -1):
        whole[place] = _completed(whole[place], whole[place + 1])
    for place in range(1, len(whole)):
        whole[place] = _completed(whole[place], whole[place - 1])
    return whole


def _completed(moment: Moment, other: Moment) -> Moment:
    if moment.unit is None and other.unit is not None:
        moment = _with_unit(moment, other)
    lends = other.unit not in OF_THE_CONTRACT and not (other.unit is Unit.YEAR and other.part is None)
    if moment.year is None and moment.unit is not None and moment.unit not in OF_THE_CONTRACT and lends:
        return replace(moment, year=other.year, year_is_lent=other.year is not None)
    return moment


def _with_unit(moment: Moment, other: Moment) -> Moment:
    if moment.part is not None:  # « début et mi-mars 2024 »
        return replace(other, part=moment.part, limit=moment.limit, before=moment.before, weekday=None)
    if other.unit is Unit.DAY:  # « 12 et 13 mars 2024 »
        return replace(moment, unit=Unit.DAY, day=moment.number, number=other.number)
    if other.unit is Unit.MONTH and other.part in HALVES and moment.number in {1, 2}:  # « 1re et 2e quinzaines »
        return replace(other, part=HALVES[moment.number - 1], limit=moment.limit, before=moment.before)
    if other.unit in COUNTED:  # « 1er et 2e trimestres 2024 »
        return replace(moment, unit=other.unit)
    if other.unit is Unit.YEAR and other.year and moment.number > other.year % 100:  # « 2024-25 »
        return replace(moment, unit=Unit.YEAR, number=0, year=other.year - other.year % 100 + moment.number)
    return moment
