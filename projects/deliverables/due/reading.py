"""An échéance as people write it, turned into dates. What cannot be told is asked, never guessed."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise

from filiere import days
from filiere.text import fold
from projects.deliverables.due import vocabulary
from projects.deliverables.due.asking import LONGEST, QUOTED, Asking, Unreadable, YearMissing
from projects.deliverables.due.bounds import DAY, Bounds, bounds, eve
from projects.deliverables.due.moments import Moment, completed
from projects.deliverables.due.period import Period, Precision, Span
from projects.deliverables.due.scanning import scan
from projects.deliverables.due.tokens import tokens_of

__all__ = ["Unreadable", "read"]

_BETWEEN_PARENTHESES = re.compile(r"\(([^()]*)\)")
# « ? », « — », « … »: nothing, said with a mark.
_NOTHING_BUT_MARKS = re.compile(r"[-–—?/….]+")
_DAY_AND_MONTH = re.compile(r"[0-9]([/.])[0-9]{1,2}$")
FIGURES_OF_A_YEAR = 4
Dates = tuple[date | None, date | None, Precision]


def read(words: str, *, contract: Span | None, today: date | None = None) -> Period:
    """`today` only chooses the years that are proposed: the same words always stand for the same dates."""
    words = _as_kept(words)
    ask = Asking(words[:LONGEST], contract, today or days.today())
    if len(words) > LONGEST:
        raise ask.too_long()
    if not words or _NOTHING_BUT_MARKS.fullmatch(words):
        return Period(words, None, None, Precision.NONE)
    folded = fold(words)
    if (precision := _without_date(_words_of(folded))) is not None:
        return Period(words, None, None, precision)
    try:
        return Period(words, *_computed(folded, contract, ask))
    except YearMissing:
        raise _which_year(words, contract, ask) from None


def _as_kept(words: str) -> str:
    """Invisible characters come along with what is pasted from a web page or a text processor."""
    return " ".join("".join(letter for letter in words if letter.isprintable() or letter.isspace()).split())


def _words_of(folded: str) -> list[str]:
    return [token for token in tokens_of(folded) if token.isalnum()]


def _without_date(words: list[str]) -> Precision | None:
    dated = next((place for place in range(len(words)) if _says_a_date(words, place)), len(words))
    if _first(words[:-1], vocabulary.ACCORDING) < min(dated, len(words) - 1):
        return Precision.EXTERNAL
    # What is to be said « au cours du contrat » is not said.
    if all(word in vocabulary.CONTRACTS or not _says_a_date(words, place) for place, word in enumerate(words)):
        to_be_said = _first(words, [*vocabulary.TO_BE_SAID, vocabulary.CONFIRMED_LATER]) < len(words)
        if to_be_said or words == ["n", "a"] or (len(words) == 1 and words[0] in vocabulary.NOTHING):
            return Precision.NONE
    if dated < len(words):
        return None
    event = words[:1] == ["des"] and not vocabulary.EVENTS.isdisjoint(words)
    return Precision.EXTERNAL if event or _first(words, vocabulary.AFTER_AN_EVENT) < len(words) - 1 else None


def _says_a_date(words: list[str], place: int) -> bool:
    word, beside = words[place], {*words[max(place - 1, 0) : place], *words[place + 1 : place + 2]}
    if word.isdigit():
        return len(word) == FIGURES_OF_A_YEAR
    if len(word) == 1:
        return word in vocabulary.UNITS and any(other.isdigit() or other in vocabulary.ROMANS for other in beside)
    return word in vocabulary.DATED


def _first(words: list[str], phrases: list[tuple[str, ...]]) -> int:
    """Where the first of them stands; after the last word, nowhere."""
    return next(
        (
            place
            for place in range(len(words))
            if any(tuple(words[place : place + len(phrase)]) == phrase for phrase in phrases)
        ),
        len(words),
    )


def _computed(folded: str, contract: Span | None, ask: Asking) -> Dates:
    try:
        return _dates_of(folded, contract, ask)
    except (Unreadable, YearMissing):
        bare = _BETWEEN_PARENTHESES.sub(_kept_if_dated, folded)
        if bare == folded:
            raise
    return _dates_of(bare, contract, ask)


def _kept_if_dated(remark: re.Match[str]) -> str:
    """« (2 ans donc) » and « (durée du contrat) » go, « (au T1 2024) » stays."""
    words = [word for word in _words_of(remark[1]) if word not in vocabulary.CONTRACTS]
    return remark[0] if any(_says_a_date(words, place) for place in range(len(words))) else " "


def _dates_of(folded: str, contract: Span | None, ask: Asking) -> Dates:
    tokens = tokens_of(folded)
    found = scan(tokens[: _first(tokens, vocabulary.ACCORDING)], ask)
    moments = completed(found.moments)
    computed = [_until_its_eve(moment, bounds(moment, contract, ask)) for moment in moments]
    _in_order(moments, computed, ask)
    first, last = computed[0], computed[-1]
    start = None if found.no_start else first.start
    if found.after:
        start = min(first.end, date.max - DAY) + DAY
    end = None if found.no_end else last.end
    if start and end and start > end:
        raise ask.reversed((start, first.end), (last.start, end))
    return start, end, first.precision if len(moments) == 1 and not found.no_end else Precision.INTERVAL


def _until_its_eve(moment: Moment, computed: Bounds) -> Bounds:
    if not moment.before:
        return computed
    last = eve(moment, computed)
    return computed._replace(start=min(computed.start, last), end=last)


def _in_order(moments: list[Moment], computed: list[Bounds], ask: Asking) -> None:
    for (moment, earlier), (other, later) in pairwise(zip(moments, computed, strict=True)):
        if later.end < earlier.start:
            lent = moment.year_is_lent, other.year_is_lent
            raise ask.reversed(earlier[:2], later[:2], lent=lent)
        if later.end < earlier.end and not other.limit:
            raise ask.one_within_another()


def _which_year(words: str, contract: Span | None, ask: Asking) -> Unreadable:
    if suggestions := list(_with_a_year(words, contract, ask)):
        return ask.which_year(suggestions)
    try:
        _computed(fold(f"{words} {ask.year}"), contract, ask)
    except Unreadable as worse:  # « 31 avril » is in no year
        return worse
    except YearMissing:
        pass
    return ask.which_year([])


def _with_a_year(words: str, contract: Span | None, ask: Asking) -> Iterator[str]:
    """The words as they were written, where all they lacked is a year."""
    if len(words) <= QUOTED:
        for year in ask.years:
            yield from islice((one for one in _candidates(words, year) if _reads(one, contract, ask)), 1)


def _candidates(words: str, year: int) -> Iterator[str]:
    written = words.rstrip(" .,;:/-").split()
    if written and (figures := _DAY_AND_MONTH.search(written[-1])):
        yield f"{' '.join(written)}{figures[1]}{year}"
    for place in range(len(written), 0, -1):
        for named in (str(year), f"{year}-{year + 1}"):
            yield " ".join([*written[:place], named, *written[place:]])


def _reads(candidate: str, contract: Span | None, ask: Asking) -> bool:
    try:
        _computed(fold(candidate), contract, ask)
    except (Unreadable, YearMissing):
        return False
    return True
