"""What holds for any words: a generated date in any accepted spelling, and any text at all."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from filiere.text import fold
from projects.deliverables.due import vocabulary
from projects.deliverables.due.numeric import NumericScanner
from projects.deliverables.due.period import Precision, Span
from projects.deliverables.due.reading import Unreadable, read
from projects.deliverables.due.tokens import tokens_of
from projects.deliverables.due.vocabulary import MONTH_NAMES
from projects.deliverables.due.wording import spoken
from tests.projects.deliverables.due.test_reading import ROWS

CONTRACT = Span(date(2023, 1, 1), date(2026, 12, 31))
TODAY = date(2024, 5, 2)
thoroughly = settings(max_examples=300, deadline=None, derandomize=True)
ROMANS = "I", "II", "III", "IV"
ORDINALS = (
    ("1er", "premier", "Ier", "1 er"),
    ("2e", "deuxième", "second", "2nd", "2d", "IIe", "2ème"),
    ("3e", "troisième", "IIIe", "3ème"),
    ("4e", "quatrième", "IVe", "4ème", "dernier"),
)

years = st.integers(1990, 2100)
any_day = st.dates(date(1990, 1, 1), date(2100, 12, 31))
# Words that the table knows, and marks, in an order that nobody would write.
jumble = st.lists(
    st.sampled_from(
        sorted(
            {" ".join(phrase) for phrase in vocabulary.PHRASES}
            | {*vocabulary.MONTHS, *vocabulary.UNITS, *vocabulary.ORDINALS, *vocabulary.PARTS, *vocabulary.SEASONS}
            | {*vocabulary.CONTRACTS, *vocabulary.HALVES, *vocabulary.WEEK, *vocabulary.SCHOOL, *vocabulary.WEEKDAYS}
            | {"2024", "2025", "2101", "24", "31", "12", "1", "0", "(", ")", "selon", "rentrée", "livraison", "h"}
        )
    ),
    max_size=8,
).map(" ".join)


def outcome(words, contract=CONTRACT):
    """The dates, or nothing when they are asked about."""
    try:
        period = read(words, contract=contract, today=TODAY)
    except Unreadable:
        return None
    return period.start, period.end, period.precision


def spellings_of_a_quarter(number, year):
    short = [f"{mark}{number}" for mark in ("T", "Q", "t", "T ", "trimestre ", "trim. ")] + [f"T{ROMANS[number - 1]}"]
    long = [f"{ordinal} {unit}" for ordinal in ORDINALS[number - 1] for unit in ("trimestre", "trim.")] + [f"{number}T"]
    return [f"{one}{link}{year}" for one in short + long for link in (" ", "/", "-", " de ", ", ", " de l’année ")] + [
        f"{year}{link}T{number}" for link in ("", " ", "-", "/", " : ")
    ]


def spellings_of_a_semester(number, year):
    ordinals = ORDINALS[number - 1]
    named = [f"S{number}", f"s {number}", f"H{number}", f"S{ROMANS[number - 1]}", f"semestre {number}", f"{number}S"]
    named += [f"{ordinal} semestre" for ordinal in ordinals] + [f"au cours du {ordinal} sem." for ordinal in ordinals]
    return [f"{one}{link}{year}" for one in named for link in (" ", "/", "-", ", ")] + [f"{year}-S{number}"]


def spellings_of_a_month(number, year):
    name = MONTH_NAMES[number - 1]
    named = [name, name.upper(), fold(name), f"courant {name}", f"au mois de {name}"]
    named = [f"{one}{link}{year}" for one in named for link in (" ", "-", "/", " de ", ", ")]
    return [*named, f"{number:02}/{year}", f"{number}/{year}", f"{number:02}-{year}", f"{year}-{number:02}"]


def spellings_of_a_day(day):
    name = MONTH_NAMES[day.month - 1]
    ordinal = "1er" if day.day == 1 else str(day.day)
    weekday = vocabulary.WEEKDAY_NAMES[day.weekday()]
    return [
        f"{ordinal} {name} {day.year}",
        f"le {day.day} {fold(name)} {day.year}",
        f"{weekday} {ordinal} {name.upper()} {day.year}",
        f"{day.year} : {ordinal} {name}",
        day.isoformat(),
        *(f"{day:%d{mark}%m{mark}%Y}" for mark in "/.-"),
        f"{day.day}/{day.month}/{day.year}",
    ]


@given(st.data(), st.integers(1, 4), years)
@thoroughly
def test_quarter_is_read_in_any_spelling(data, number, year):
    words = data.draw(st.sampled_from(spellings_of_a_quarter(number, year)))
    start, end = date(year, 3 * number - 2, 1), date(year, 3 * number, monthrange(year, 3 * number)[1])
    assert outcome(words) == (start, end, Precision.QUARTER)


@given(st.data(), st.integers(1, 2), years)
@thoroughly
def test_semester_is_read_in_any_spelling(data, number, year):
    words = data.draw(st.sampled_from(spellings_of_a_semester(number, year)))
    start, end = date(year, 6 * number - 5, 1), date(year, 6 * number, 30 if number == 1 else 31)
    assert outcome(words) == (start, end, Precision.SEMESTER)


@given(st.data(), st.integers(1, 12), years)
@thoroughly
def test_month_is_read_in_any_spelling(data, number, year):
    words = data.draw(st.sampled_from(spellings_of_a_month(number, year)))
    last = monthrange(year, number)[1]
    assert outcome(words) == (date(year, number, 1), date(year, number, last), Precision.MONTH)


@given(st.data(), any_day)
@thoroughly
def test_day_is_read_in_any_spelling(data, day):
    assert outcome(data.draw(st.sampled_from(spellings_of_a_day(day)))) == (day, day, Precision.DAY)


@given(any_day, any_day, st.sampled_from(["du {} au {}", "de {} à {}", "{} - {}", "{} – {}", "entre le {} et le {}"]))
@thoroughly
def test_interval_goes_from_one_to_the_other_or_is_refused(one, other, sentence):
    words = sentence.format(*(f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}" for day in (one, other)))
    assert outcome(words) == ((one, other, Precision.INTERVAL) if one <= other else None)


@given(st.sampled_from(ROWS), st.sampled_from(["d’ici ", "au plus tard ", "à l’horizon "]))
@thoroughly
def test_deadline_keeps_the_end_of_what_it_precedes(row, limit):
    words, start, end, _ = row
    if start and end and not words[0].isupper():
        before = outcome(limit + words)
        assert before is not None
        assert before[:2] == (None, date.fromisoformat(end))


@given(st.sampled_from(ROWS), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.data())
@thoroughly
def test_capitals_accents_apostrophes_and_spaces_do_not_matter(row, recased, data):
    words = row[0]
    space = data.draw(st.sampled_from([" ", "  ", "\u00a0", "\u202f", "\t"]))
    apostrophe = data.draw(st.sampled_from(["’", "'", "\u02bc", "\u2018"]))
    written = recased(words).replace("’", apostrophe).replace(" ", space)
    if data.draw(st.booleans()):
        written = fold(written)
    assert outcome(f"{space}{written}{space}") == outcome(words)


@given(st.text(max_size=250))
@thoroughly
def test_any_text_is_read_or_asked_about(words):
    outcome(words)


@given(jumble, st.sampled_from([CONTRACT, None, Span(date(2150, 1, 1), date(2150, 1, 1))]))
@thoroughly
def test_any_words_of_dates_are_read_in_order_or_asked_about(words, contract):
    found = outcome(words, contract)
    if found is not None:
        start, end, precision = found
        assert not (start and end) or start <= end
        assert (start or end) or precision in {Precision.NONE, Precision.EXTERNAL}


@given(jumble)
@thoroughly
def test_what_was_read_is_read_again_alike_and_can_be_said(words):
    assume(outcome(words) is not None)
    period = read(words, contract=CONTRACT, today=TODAY)
    assert read(period.words, contract=CONTRACT, today=TODAY + timedelta(days=4000)) == period
    assert spoken(period)


@given(jumble)
@thoroughly
def test_what_is_proposed_is_always_understood(words):
    assume(outcome(words) is None)
    with pytest.raises(Unreadable) as refused:
        read(words, contract=CONTRACT, today=TODAY)
    assert all(outcome(suggestion) for suggestion in refused.value.suggestions)


@pytest.mark.parametrize(
    "piece",
    [
        "2024-", "1/", "(", "()", "fin ", "fin - ", "le ", "contrat ", "premier ", "lundi ", "semaine ", "12-", "mars ",
        "2024 t ", "a l issue d ici ", "et ", "année ", "1 année ", "2024 lundi ", "2024 semaine ", "2024 - 1 moitié ",
        "1 moitié ", "moitié 1e ", "des ", "x", "9", ".", "\u0301", "ﷺ",
    ],
)  # fmt: skip
def test_hostile_text_costs_no_more_than_its_length(piece, monkeypatch):
    """Counted in tokens looked at, not in seconds: no piece makes the reader start over and over."""
    looked_at = 0
    peek = NumericScanner.peek

    def counted(self, ahead=0):
        nonlocal looked_at
        looked_at += 1
        return peek(self, ahead)

    monkeypatch.setattr(NumericScanner, "peek", counted)
    words = (piece * 200)[:200]
    outcome(words)
    assert looked_at <= 60 * max(len(tokens_of(fold(words))), 10)
