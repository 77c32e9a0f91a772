"""What is asked when the words do not tell: what is wrong with them, and how to write what may have been meant."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from filiere.text import fold
from filiere.web.french import date_fr
from projects.deliverables.due.period import Span
from projects.deliverables.due.tokens import tokens_of
from projects.deliverables.due.vocabulary import MONTH_NAMES, WEEKDAY_NAMES

FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST = 200
QUOTED = 60
Dates = tuple[date, date]


class Unreadable(ValueError):
    def __init__(self, what: str, *suggestions: str) -> None:
        self.suggestions = suggestions
        self.sentence = f"{what} {_('Écrivez par exemple %s.') % either(suggestions)}"
        super().__init__(self.sentence)


class YearMissing(Exception):
    """Which one to propose depends on all the words."""


def either(suggestions: Sequence[str]) -> str:
    quoted = [_("«\u00a0%s\u00a0»") % suggestion for suggestion in suggestions]
    return _(" ou ").join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


class Asking:
    """Proposes what suits the contract and the day: the years of the one, as close as can be to the other."""

    def __init__(self, words: str, contract: Span | None, today: date) -> None:
        self.words = words
        year = min(max(today.year, FIRST_YEAR), LAST_YEAR - 1)
        first, last = FIRST_YEAR, LAST_YEAR
        if contract:
            first, last = max(contract.starts_on.year, first), min(contract.ends_on.year, last)
            year = min(max(year, first), last)
        self.year = min(max(year, FIRST_YEAR), LAST_YEAR - 1)
        others = [self.year + 1, self.year - 1]
        self.years = sorted([self.year, *[other for other in others if first <= other <= last][:1]])

    def word(self, token: str) -> Unreadable:
        """One that nobody here knows."""
        written = next((word for word in self.words.split() if token in tokens_of(fold(word))), token).strip(".,;:()")
        what = _("«\u00a0%s\u00a0» ne dit pas de date ici.") % _short(written)
        return Unreadable(what, f"T2 {self.year}", f"fin juin {self.year}", f"d’ici fin {self.year}")

    def no_date(self) -> Unreadable:
        what = _("Aucune date ne se lit dans «\u00a0%s\u00a0».") % _short(self.words)
        return Unreadable(what, f"T2 {self.year}", f"fin juin {self.year}", "à définir")

    def too_long(self) -> Unreadable:
        what = _("Une échéance tient en %d caractères\u00a0: gardez-en la date, le reste va dans la description.")
        return Unreadable(what % LONGEST, f"T2 {self.year}", f"fin juin {self.year}")

    def which_year(self, suggestions: Sequence[str]) -> Unreadable:
        known = suggestions or [f"T2 {self.year}", f"fin juin {self.year}"]
        return Unreadable(_("De quelle année s’agit-il\u202f?"), *known)

    def which_winter(self, season: str, year: int) -> Unreadable:
        what = _("«\u00a0%(season)s %(year)d\u00a0» peut commencer cette année-là ou la précédente.")
        spans = [f"{season} {first}-{first + 1}" for first in (year - 1, year) if FIRST_YEAR <= first < LAST_YEAR]
        return Unreadable(what % {"season": season, "year": year}, *(spans or [f"T1 {self.year}"]))

    def which_unit(self, number: int) -> Unreadable:
        what = _("«\u00a0sem.\u00a0» abrège aussi bien semestre que semaine.")
        return Unreadable(
            what, f"S{min(max(number, 1), 2)} {self.year}", f"semaine {min(max(number, 1), 52)} {self.year}"
        )

    def until_when(self) -> Unreadable:
        what = _("La fin manque après «\u00a0%s\u00a0».") % _short(self.words)
        return Unreadable(what, f"de mars à juin {self.year}", f"{self.year}-{self.year + 1}")

    def one_after_another(self) -> Unreadable:
        what = _("Deux dates se suivent sans que rien ne les lie.")
        return Unreadable(what, f"de mars à juin {self.year}", f"fin {self.year}/début {self.year + 1}")

    def one_within_another(self) -> Unreadable:
        what = _("La dernière de ces dates tombe pendant la première.")
        return Unreadable(what, f"juin {self.year}", f"de mars à juin {self.year}")

    def rhythm(self) -> Unreadable:
        what = _("Un rythme n’est pas une échéance\u00a0: dites jusqu’à quand.")
        return Unreadable(what, "sur la durée du contrat", f"d’ici fin {self.year}")

    def hurried(self) -> Unreadable:
        what = _("Ces mots disent l’urgence, et non la date.")
        return Unreadable(what, f"fin juin {self.year}", f"d’ici fin {self.year}")

    def known_or_not(self) -> Unreadable:
        what = _("La date est-elle connue, ou encore à définir\u202f?")
        return Unreadable(what, "à définir", f"fin juin {self.year}")

    def counted_from(self) -> Unreadable:
        what = _("Ces mots comptent à partir d’un moment que rien ne date.")
        return Unreadable(what, f"juin {self.year}", f"d’ici fin {self.year}", "fin du contrat")

    def contract_unknown(self) -> Unreadable:
        what = _("Ces mots renvoient aux dates d’un contrat, que l’on ne connaît pas ici.")
        return Unreadable(what, f"d’ici fin {self.year}", f"{self.year}-{self.year + 1}")

    def not_a_year(self, year: int) -> Unreadable:
        bounds = {"year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
        what = _("L’année %(year)d n’est pas entre %(first)d et %(last)d.") % bounds
        return Unreadable(what, f"T2 {self.year}", f"fin juin {self.year}")

    def not_a_month(self, number: int, year: int) -> Unreadable:
        what = _("Une année compte douze mois\u00a0: il n’y a pas de mois %d.") % number
        return Unreadable(what, f"12/{self._near(year)}", f"décembre {self._near(year)}")

    def not_a_day(self, day: int, month: int, year: int, last: int) -> Unreadable:
        name = MONTH_NAMES[month - 1]
        what = _("Il n’y a pas de %(day)d %(month)s %(year)d\u00a0: ce mois va du 1er au %(last)d.")
        return Unreadable(
            what % {"day": day, "month": name, "year": year, "last": last},
            f"{last if day else '1er'} {name} {year}",
            f"fin {name} {year}",
        )

    def not_that_weekday(self, written: date, said: int) -> Unreadable:
        real = WEEKDAY_NAMES[written.weekday()]
        named = {"date": date_fr(written), "said": WEEKDAY_NAMES[said], "real": real}
        what = _("Le %(date)s n’est pas un %(said)s mais un %(real)s.") % named
        day = f"{written.day} {MONTH_NAMES[written.month - 1]} {written.year}"
        return Unreadable(what, f"{real} {day}", day)

    def not_a_quarter(self, number: int, year: int) -> Unreadable:
        what = _("Une année compte quatre trimestres\u00a0: «\u00a0T%d\u00a0» n’existe pas.") % number
        return Unreadable(what, f"T1 {self._near(year)}", f"T4 {self._near(year)}")

    def not_a_semester(self, number: int, year: int) -> Unreadable:
        what = _("Une année compte deux semestres\u00a0: «\u00a0S%d\u00a0» n’existe pas.") % number
        suggestions = [f"S1 {self._near(year)}", f"S2 {self._near(year)}"]
        if 3 <= number <= 52:
            suggestions.append(f"semaine {number} {self._near(year)}")
        return Unreadable(what, *suggestions)

    def not_a_week(self, number: int, year: int) -> Unreadable:
        what = _("L’année %(year)d n’a pas de semaine %(number)d.") % {"year": year, "number": number}
        return Unreadable(what, f"semaine 52 {year}", f"décembre {year}")

    def not_in_the_contract(self) -> Unreadable:
        what = _("Le contrat ne dure pas aussi longtemps.")
        return Unreadable(what, "dernière année du contrat", "fin du contrat")

    def reversed(self, first: Dates, last: Dates, *, lent: tuple[bool, bool] = (False, False)) -> Unreadable:
        """`last` is over before `first` begins; `lent` says which of them may only have borrowed its year."""
        start, end = first[0], last[1]
        what = _("Cette échéance finirait avant de commencer\u00a0: du %(first)s au %(last)s.") % {
            "first": date_fr(start),
            "last": date_fr(end),
        }
        if lent[0] and start.month != end.month:
            start = start.replace(year=start.year - 1, day=min(start.day, 28))
        elif lent[1] and start.month != end.month:
            end = end.replace(year=end.year + 1, day=min(end.day, 28))
        if start > end:
            start, end = last[0], first[1]
        if start.year < FIRST_YEAR or end.year > LAST_YEAR:
            return Unreadable(what, f"de mars à juin {self.year}")
        named = [f"{MONTH_NAMES[day.month - 1]} {day.year}" for day in (start, end)]
        if first[0] == first[1] and last[0] == last[1]:
            return Unreadable(what, f"du {start.day} {named[0]} au {end.day} {named[1]}")
        return Unreadable(what, f"{'d’' if named[0][0] in 'ao' else 'de '}{named[0]} à {named[1]}")

    def _near(self, year: int) -> int:
        return year if FIRST_YEAR <= year <= LAST_YEAR else self.year


def _short(words: str) -> str:
    return words if len(words) <= QUOTED else f"{words[:QUOTED].rstrip()}…"
