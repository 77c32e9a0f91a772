"""The dates that words stand for. Where they are vague, this is the one place that decides:

| written | computed |
|---|---|
| début 2024 | first quarter |
| mi-2024 | June and July, the month on either side of the middle |
| fin 2024 | last quarter |
| première, seconde moitié de 2024 | first, second semester |
| début, mi-, fin S1 | first, middle, last two months |
| début, mi-, fin T1 (or of a season) | first, middle, last month |
| début, mi-, fin mars | 1–10, 11–20, 21–31 |
| première, seconde quinzaine de mars | 1–15, 16–31 |
| printemps, été, automne | 21 March–20 June, 21 June–22 September, 23 September–20 December |
| hiver 2024-2025 | 21 December 2024–20 March 2025; a winter of one year alone is asked about |
| rentrée 2024 | September 2024 |
| année scolaire 2024-2025 | 1 September 2024–31 August 2025 |
| courant 2024, en 2024, vers 2024 | as 2024 |
| première, dernière semaine de mars | 1–7, 25–31 |
| semaine du 11 mars, semaine 11 | the seven days from it on; ISO week |
| début, fin du contrat | its first, last three months |
| mi-contrat | the month on either side of its middle day |
| durée du contrat, de l’avenant | the whole contract, as amended; the years, where the words give them |
| d’ici X, au plus tard X, horizon X | no start; until the end of X |
| avant X | no start; until the eve of X. But X itself is in time when it is a day other than the first of a month, |
| | or an end or a middle: « avant le 30 juin », « avant fin 2024 », « avant mi-mars » |
| à partir de X, dès X; après X | from the beginning of X; from the day after X; no end |
| X et Y, X/Y, de X à Y | from the beginning of X to the end of Y |

Where two readings stand, the later end wins: nobody is late on what the words still allow.
"""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import NamedTuple

from projects.deliverables.due.asking import FIRST_YEAR, LAST_YEAR, Asking, YearMissing
from projects.deliverables.due.moments import LAST, Moment, Part, Unit
from projects.deliverables.due.period import Precision, Span

DAY = timedelta(days=1)
QUARTERS, SEMESTERS, WEEKS = 4, 2, 53


class Bounds(NamedTuple):
    start: date
    end: date
    precision: Precision


# Months and days after the beginning of the whole, up to which the next begins; None is its end.
_Step = tuple[int, int]
_Slices = dict[Part, tuple[_Step, _Step | None, Precision]]


def _slices(*, thirds: tuple[_Step, _Step, Precision], half: _Step, half_is: Precision) -> _Slices:
    first, second, third_is = thirds
    return {
        Part.BEGINNING: ((0, 0), first, third_is),
        Part.MIDDLE: (first, second, third_is),
        Part.END: (second, None, third_is),
        Part.FIRST_HALF: ((0, 0), half, half_is),
        Part.SECOND_HALF: (half, None, half_is),
    }


_OF_A_YEAR: _Slices = {
    Part.BEGINNING: ((0, 0), (3, 0), Precision.QUARTER),
    Part.MIDDLE: ((5, 0), (7, 0), Precision.INTERVAL),
    Part.END: ((9, 0), None, Precision.QUARTER),
    Part.FIRST_HALF: ((0, 0), (6, 0), Precision.SEMESTER),
    Part.SECOND_HALF: ((6, 0), None, Precision.SEMESTER),
}
SLICES: dict[Unit, _Slices] = {
    Unit.MONTH: _slices(thirds=((0, 10), (0, 20), Precision.INTERVAL), half=(0, 15), half_is=Precision.INTERVAL),
    Unit.QUARTER: _slices(thirds=((1, 0), (2, 0), Precision.MONTH), half=(1, 15), half_is=Precision.INTERVAL),
    Unit.SEMESTER: _slices(thirds=((2, 0), (4, 0), Precision.INTERVAL), half=(3, 0), half_is=Precision.QUARTER),
    Unit.SEASON: _slices(thirds=((1, 0), (2, 0), Precision.INTERVAL), half=(1, 15), half_is=Precision.INTERVAL),
    Unit.YEAR: _OF_A_YEAR,
    Unit.SCHOOL_YEAR: _OF_A_YEAR,
    Unit.CONTRACT_YEAR: _OF_A_YEAR,
}
# First day, and the first day of the next.
SEASONS = (((3, 21), (6, 21)), ((6, 21), (9, 23)), ((9, 23), (12, 21)), ((12, 21), (3, 21)))
SCHOOL_STARTS = (9, 1)


def bounds(moment: Moment, contract: Span | None, ask: Asking) -> Bounds:
    if moment.unit in {Unit.CONTRACT, Unit.CONTRACT_YEAR}:
        return _of_contract(moment, contract, ask)
    if moment.unit is None and moment.part is None:
        raise ask.no_date()
    if moment.year is None or moment.unit is None:
        raise YearMissing
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ask.not_a_year(moment.year)
    whole = _WHOLES[moment.unit](moment, moment.year, ask)
    return _sliced(whole, moment)


def eve(moment: Moment, computed: Bounds) -> date:
    """The last day that is « avant »: see the table."""
    if moment.unit is Unit.DAY and moment.part is not Part.WEEK:
        return computed.end if computed.end.day > 1 else computed.end - DAY
    in_time = moment.part in {Part.MIDDLE, Part.END}
    return computed.end if in_time else _eve(computed.start)


def _day(moment: Moment, year: int, ask: Asking) -> Bounds:
    if not 1 <= moment.number <= 12:
        raise ask.not_a_month(moment.number, year)
    last = monthrange(year, moment.number)[1]
    if not 1 <= moment.day <= last:
        raise ask.not_a_day(moment.day, moment.number, year, last)
    day = date(year, moment.number, moment.day)
    if moment.weekday not in {None, day.weekday()}:
        raise ask.not_that_weekday(day, moment.weekday or 0)
    if moment.part is Part.WEEK:
        return Bounds(day, day + 6 * DAY, Precision.INTERVAL)
    return Bounds(day, day, Precision.DAY)


def _week(moment: Moment, year: int, ask: Asking) -> Bounds:
    try:
        monday = date.fromisocalendar(year, moment.number, 1)
    except ValueError:
        raise ask.not_a_week(moment.number, year) from None
    return Bounds(monday, monday + 6 * DAY, Precision.INTERVAL)


def _month(moment: Moment, year: int, ask: Asking) -> Bounds:
    if not 1 <= moment.number <= 12:
        raise ask.not_a_month(moment.number, year)
    start = date(year, moment.number, 1)
    return Bounds(start, _later(start, 1) - DAY, Precision.MONTH)


def _quarter(moment: Moment, year: int, ask: Asking) -> Bounds:
    number = QUARTERS if moment.number == LAST else moment.number
    if not 1 <= number <= QUARTERS:
        raise ask.not_a_quarter(number, year)
    start = date(year, 3 * number - 2, 1)
    return Bounds(start, _later(start, 3) - DAY, Precision.QUARTER)


def _semester(moment: Moment, year: int, ask: Asking) -> Bounds:
    number = SEMESTERS if moment.number == LAST else moment.number
    if not 1 <= number <= SEMESTERS:
        raise ask.not_a_semester(number, year)
    start = date(year, 6 * number - 5, 1)
    return Bounds(start, _later(start, 6) - DAY, Precision.SEMESTER)


def _season(moment: Moment, year: int, ask: Asking) -> Bounds:
    first, following = SEASONS[moment.number - 1]
    return Bounds(date(year, *first), date(year + (following < first), *following) - DAY, Precision.SEASON)


def _year(moment: Moment, year: int, ask: Asking) -> Bounds:
    return Bounds(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)


def _school_year(moment: Moment, year: int, ask: Asking) -> Bounds:
    return Bounds(date(year, *SCHOOL_STARTS), date(year + 1, *SCHOOL_STARTS) - DAY, Precision.YEAR)


_WHOLES = {
    Unit.DAY: _day,
    Unit.WEEK: _week,
    Unit.MONTH: _month,
    Unit.QUARTER: _quarter,
    Unit.SEMESTER: _semester,
    Unit.SEASON: _season,
    Unit.YEAR: _year,
    Unit.SCHOOL_YEAR: _school_year,
}


def _sliced(whole: Bounds, moment: Moment) -> Bounds:
    """A day and a week have no parts: « début 12 mars, fin 15 juin » says when it begins and ends."""
    if moment.unit is Unit.MONTH and moment.part is Part.WEEK:
        return _week_of_month(whole, moment.day)
    slices = SLICES.get(moment.unit, {}) if moment.unit else {}
    if moment.part not in slices:
        return whole
    first, following, precision = slices[moment.part]
    end = whole.end if following is None else min(whole.end, _later(whole.start, *following) - DAY)
    return Bounds(_later(whole.start, *first), end, precision)


def _week_of_month(month: Bounds, number: int) -> Bounds:
    start = month.end - 6 * DAY if number == LAST else month.start + 7 * (max(number, 1) - 1) * DAY
    return Bounds(min(start, month.end), min(start + 6 * DAY, month.end), Precision.INTERVAL)


def _of_contract(moment: Moment, contract: Span | None, ask: Asking) -> Bounds:
    whole = _contract(moment, contract, ask)
    if moment.unit is Unit.CONTRACT_YEAR:
        return _sliced(_contract_year(whole, moment.number, ask), moment)
    days = (whole.end - whole.start).days + 1
    middle = whole.start + min((days + 1) // 2, days - 1) * DAY  # the first of its second half
    slices = {
        None: (whole.start, whole.end),
        Part.BEGINNING: (whole.start, _later(whole.start, 3) - DAY),
        Part.MIDDLE: (_later(middle, -1), _later(middle, 1) - DAY),
        Part.END: (_later(min(whole.end, date.max - DAY) + DAY, -3), whole.end),
        Part.FIRST_HALF: (whole.start, max(_eve(middle), whole.start)),
        Part.SECOND_HALF: (middle, whole.end),
    }
    start, end = slices[moment.part]
    start = max(start, whole.start)
    return Bounds(start, max(start, min(end, whole.end)), Precision.CONTRACT)


def _contract(moment: Moment, contract: Span | None, ask: Asking) -> Bounds:
    if moment.year is not None and moment.until is not None:
        for year in (moment.year, moment.until):
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise ask.not_a_year(year)
        start, end = date(moment.year, 1, 1), date(moment.until, 12, 31)
        if start > end:
            raise ask.reversed((start, end), (start, end))
        return Bounds(start, end, Precision.CONTRACT)
    if contract is None:
        raise ask.contract_unknown()
    return Bounds(contract.starts_on, contract.ends_on, Precision.CONTRACT)


def _contract_year(whole: Bounds, number: int, ask: Asking) -> Bounds:
    years = whole.end.year - whole.start.year
    if number == LAST:
        number = years + (_later(whole.start, 12 * years) <= whole.end)
    start = _later(whole.start, 12 * (number - 1))
    if number == 0 or start > whole.end:
        raise ask.not_in_the_contract()
    return Bounds(start, min(_later(start, 12) - DAY, whole.end), Precision.CONTRACT)


def _eve(day: date) -> date:
    return max(day, date.min + DAY) - DAY


def _later(day: date, months: int, days: int = 0) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year < MAXYEAR:  # a contract that somebody meant to have no end
        return date.min if year < MINYEAR else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + days * DAY
