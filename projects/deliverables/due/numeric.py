"""Dates all in figures, and the year of a date: what the marks between numbers mean depends on both sides."""

from projects.deliverables.due import vocabulary
from projects.deliverables.due.moments import Moment, Unit

# « T1 24 », « 12/03/24 »; under the first it would rather be a day or a month.
SHORT_YEARS = range(13, 90)
CENTURY = 2000


def full_year(written: str) -> int:
    return int(written) if len(written) == 4 else CENTURY + int(written)


class NumericScanner:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if 0 <= place < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        taken = self.peek() in words
        self.at += taken
        return taken

    def is_count(self, ahead: int = 0) -> bool:
        return self.peek(ahead).isdigit() and len(self.peek(ahead)) <= 2

    def is_year(self, ahead: int = 0) -> bool:
        return self.peek(ahead).isdigit() and len(self.peek(ahead)) == 4

    def year(self) -> int | None:
        """The one that follows: « T1 2024 », « T1/2024 », « T1, 2024 », « premier trimestre de l’année 2024 »."""
        start = self.at
        while self.take(*vocabulary.YEAR_LINKS):
            pass
        self.take("-", "/")
        if (self.is_year() or self._is_short_year()) and not self._is_whole_date():
            self.at += 1
            return full_year(self.peek(-1))
        self.at = start
        return None

    def numeric(self) -> Moment | None:
        """12/03/2024, 2024-03-12, 03/2024, 2024-03, 03/24, 12/03."""
        mark = self.peek(1)
        if mark not in {"/", "-", "."} or not self.peek(2).isdigit():
            return None
        if self._is_whole_date():
            return self._whole_date()
        if self.is_count() and self.is_year(2):
            return self._taken(3, Moment(Unit.MONTH, int(self.peek()), year=int(self.peek(2))))
        alone = self.is_count(2) and not self._goes_on(3) and not self._is_whole_date(2)
        if alone and self.is_year():
            return self._year_and_month(int(self.peek()), int(self.peek(2)))
        if alone and self.is_count() and mark != "-":
            return self._two_counts(int(self.peek()), int(self.peek(2)))
        return None

    def _is_short_year(self) -> bool:
        if not self.is_count() or int(self.peek()) not in SHORT_YEARS or self._goes_on(1):
            return False
        is_day = self.peek(1) in {"/", "."} and self.is_count(2) and int(self.peek(2)) <= 12
        return not is_day  # « 12 mars - 24/04 », but « hiver 24/25 »

    def _is_whole_date(self, ahead: int = 0) -> bool:
        mark, first, last = self.peek(ahead + 1), ahead, ahead + 4
        if mark not in {"/", "-", "."} or mark != self.peek(ahead + 3) or not self.is_count(ahead + 2):
            return False
        day_first = self.is_count(first) and (self.is_count(last) or self.is_year(last))
        return day_first or (self.is_year(first) and self.is_count(last))

    def _whole_date(self) -> Moment:
        first, month, last = self.peek(), int(self.peek(2)), self.peek(4)
        day, year = (last, first) if self.is_year() else (first, last)
        return self._taken(5, Moment(Unit.DAY, month, day=int(day), year=full_year(year)))

    def _year_and_month(self, year: int, number: int) -> Moment | None:
        """« 2024-06 » is a month; « 2024-25 » is two years."""
        if number > max(12, year % 100):
            return None
        return self._taken(3, Moment(Unit.MONTH, number, year=year))

    def _two_counts(self, first: int, second: int) -> Moment:
        if second > 12 and second in SHORT_YEARS:
            return self._taken(3, Moment(Unit.MONTH, first, year=CENTURY + second))
        return self._taken(3, Moment(Unit.DAY, second, day=first))

    def _goes_on(self, ahead: int) -> bool:
        """Whether the number before begins something else: « 12/13 mars », « 2024 - 1er semestre 2025 »."""
        following = self.peek(ahead)
        return following in vocabulary.MONTHS or following in vocabulary.UNITS or following in vocabulary.ONLY_SUFFIXES

    def _taken(self, tokens: int, moment: Moment) -> Moment:
        self.at += tokens
        return moment
