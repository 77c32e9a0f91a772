"""One date among tokens. What it lacks may stand in the next one: nothing is refused for that here."""

from dataclasses import replace

from projects.deliverables.due import vocabulary
from projects.deliverables.due.asking import Asking, Unreadable
from projects.deliverables.due.moments import HALVES, LAST, Moment, Part, Unit
from projects.deliverables.due.numeric import NumericScanner, full_year
from projects.deliverables.due.vocabulary import Kind

# « 2024 : fin juin », « 2024 (T1) », « 2024-T1 »: what comes first may be the year of what follows.
AFTER_THEIR_YEAR = {Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.QUARTER, Unit.SEMESTER, Unit.SEASON}


class DateScanner(NumericScanner):
    def __init__(self, tokens: list[str], ask: Asking) -> None:
        super().__init__(tokens)
        self.ask = ask

    def phrase(self) -> Kind | None:
        for length in range(vocabulary.LONGEST, 0, -1):
            kind = vocabulary.PHRASES.get(tuple(self.tokens[self.at : self.at + length]))
            if kind is not None:
                self.at += min(length, len(self.tokens) - self.at)
                return kind
        return None

    def skip_fillers(self) -> None:
        start = self.at
        while self.phrase() is Kind.FILLER:
            start = self.at
        self.at = start

    def unknown(self, ahead: int = 0) -> Unreadable:
        token = self.peek(ahead)
        if not token:
            return self.ask.no_date()
        if token in vocabulary.RHYTHMS:
            return self.ask.rhythm()
        if token in vocabulary.COUNTED_FROM or (token.isdigit() and self.peek(ahead + 1) in vocabulary.COUNTED_FROM):
            return self.ask.counted_from()
        if token in vocabulary.HURRIES:
            return self.ask.hurried()
        return self.ask.word(token)

    def moment(self) -> Moment | None:
        part = vocabulary.PARTS.get(self.peek())
        if part is None:
            return self.core()
        self.at += 1
        start = self.at
        self.skip_fillers()
        if self.take("-"):
            self.skip_fillers()
        core = self.core()
        if core is not None and core.part is None and core.unit is not None:
            return replace(core, part=part)
        self.at = start
        if (year := self.year()) is not None:  # « fin 24 »
            return Moment(Unit.YEAR, year=year, part=part)
        return Moment(None, part=part)

    def core(self) -> Moment | None:
        start = self.at
        for read in (
            self.contract, self.weekday, self.number, self.ordinal, self.glued, self.counted_after, self.month,
            self.season, self.school_year, self.week,
        ):  # fmt: skip
            moment = read()
            if moment is not None:
                return moment
            self.at = start
        return None

    def contract(self) -> Moment | None:
        if not self.take(*vocabulary.CONTRACTS):
            return None
        self._rest_of_contract()
        if self.peek(1) in {"-", "/", "a"} and self.is_year() and self.is_year(2):
            self.at += 3
            return Moment(Unit.CONTRACT, year=int(self.peek(-3)), until=int(self.peek(-1)))
        return Moment(Unit.CONTRACT)

    def _rest_of_contract(self) -> None:
        """« du contrat stratégique de filière en cours », « de l’avenant n° 1 », « à mi-parcours du contrat »."""
        while True:
            while self.take(*vocabulary.OF_CONTRACTS):
                pass
            if self.peek(-1) in {"avenant", *vocabulary.NUMBERED} and self.is_count():
                self.at += 1
            if not self.take(*vocabulary.CONTRACTS):
                break
        if self.peek(-1) in {"de", "du", "la", "l", "en"}:
            self.at -= 1

    def weekday(self) -> Moment | None:
        day = vocabulary.WEEKDAYS.get(self.peek())
        if day is None:
            return None
        self.at += 1
        self.skip_fillers()
        core = self.core()
        if core is None or core.unit not in {None, Unit.DAY} or core.weekday is not None:
            return None
        return replace(core, weekday=day)

    def number(self) -> Moment | None:
        if not self.peek().isdigit():
            return None
        if written := self.numeric():
            if written.year is None:
                written = replace(written, year=self.year())
            return written
        if self.is_year():
            return self.year_first()
        if not self.is_count():
            raise self.unknown()
        number = int(self.peek())
        self.at += 1
        self.take(*vocabulary.SUFFIXES)
        return self.counted(number)

    def year_first(self) -> Moment:
        year = int(self.tokens[self.at])
        self.at += 1
        start = self.at
        self.take("-", "/", ",", ":")
        if not self.is_year():
            following = self.moment()
            if following and following.year is None and following.unit in AFTER_THEIR_YEAR:
                if following.number == vocabulary.WINTER and following.unit is Unit.SEASON:
                    raise self.ask.which_winter("hiver", year)
                return replace(following, year=year)
        self.at = start
        return Moment(Unit.YEAR, year=year)

    def ordinal(self) -> Moment | None:
        number = vocabulary.ORDINALS.get(self.peek())
        if number is None:
            return None
        self.at += 1
        return self.counted(number)

    def counted(self, number: int) -> Moment | None:
        word = self.peek()
        if word in vocabulary.MONTHS and number != LAST:
            self.at += 1
            return Moment(Unit.DAY, vocabulary.MONTHS[word], day=number, year=self.year())
        if word in vocabulary.UNITS and word != vocabulary.HOUR:
            self.at += 1
            return Moment(vocabulary.UNITS[word], number, year=self.year())
        if word in vocabulary.HALVES or word in vocabulary.WEEK:
            return self._counted_part(number)
        if of_the_contract := self._year_of_contract(number):
            return of_the_contract
        return None if number == LAST else self._bare(number)

    def _counted_part(self, number: int) -> Moment | None:
        """« première moitié de 2024 », « seconde quinzaine de mars », « dernière semaine de juin »."""
        word = self.peek()
        self.at += 1
        self.skip_fillers()
        core = self.core()
        if core is None or core.part or (core.unit is not Unit.MONTH and word not in vocabulary.WHOLE_HALVES):
            return None
        if word in vocabulary.WEEK:
            return replace(core, part=Part.WEEK, day=number)
        halves = {1: HALVES[0], 2: HALVES[1], LAST: HALVES[1]}
        return replace(core, part=halves[number]) if number in halves else None

    def _year_of_contract(self, number: int) -> Moment | None:
        start = self.at
        if self.take("annee", "an"):
            self.skip_fillers()
            if of := self.contract():
                return replace(of, unit=Unit.CONTRACT_YEAR, number=number)
        self.at = start
        return None

    def _bare(self, number: int) -> Moment:
        """« 1er et 2e trimestres 2024 », « 12 et 13 mars 2024 »: the next one says of what."""
        if self.is_year():
            self.at += 1
            return Moment(None, number, year=int(self.peek(-1)))
        return Moment(None, number)

    def glued(self) -> Moment | None:
        if self.peek() not in vocabulary.GLUED:
            return None
        unit, number = vocabulary.GLUED[self.peek()]
        self.at += 1
        return Moment(unit, number, year=self.year())

    def counted_after(self) -> Moment | None:
        unit, short = vocabulary.UNITS.get(self.peek()), self.peek() == vocabulary.EITHER
        if unit is None:
            return None
        self.at += 1
        while self.take(".", *vocabulary.NUMBERED):
            pass
        number = int(self.peek()) if self.is_count() else vocabulary.ROMANS.get(self.peek())
        if number is None:
            return None
        if short:
            raise self.ask.which_unit(number)
        self.at += 1
        return Moment(unit, number, year=self.year())

    def month(self) -> Moment | None:
        if self.take(vocabulary.BACK_TO_SCHOOL):
            self.take(*vocabulary.SCHOOL)
            start = self.at
            self.skip_fillers()
            if self.peek() not in vocabulary.MONTHS:
                self.at = start
                return Moment(Unit.MONTH, vocabulary.SEPTEMBER, year=self.year())
        number = vocabulary.MONTHS.get(self.peek())
        if number is None:
            return None
        self.at += 1
        return Moment(Unit.MONTH, number, year=self.year())

    def season(self) -> Moment | None:
        season = vocabulary.SEASONS.get(self.peek())
        if season is None:
            return None
        self.at += 1
        year = self.year()
        if season == vocabulary.WINTER:
            self._over_two_years("hiver", year)
        return Moment(Unit.SEASON, season, year=year)

    def school_year(self) -> Moment | None:
        if not self.take(*vocabulary.SCHOOL):
            return None
        year = self.year()
        self._over_two_years("année scolaire", year)
        return Moment(Unit.SCHOOL_YEAR, year=year)

    def _over_two_years(self, name: str, year: int | None) -> None:
        if year is None:
            return
        if self.peek() in {"-", "/"} and self.peek(1).isdigit() and full_year(self.peek(1)) == year + 1:
            self.at += 2
            return
        raise self.ask.which_winter(name, year)

    def week(self) -> Moment | None:
        if not self.take(*vocabulary.WEEK):
            return None
        if self.is_count() and self.peek(1) not in vocabulary.MONTHS:
            self.at += 1
            return Moment(Unit.WEEK, int(self.peek(-1)), year=self.year())
        self.skip_fillers()
        day = self.core()
        if day is None or day.unit not in {None, Unit.DAY}:
            return None
        return day if day.unit is None else replace(day, part=Part.WEEK)
