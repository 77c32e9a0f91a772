"""How often a group means to meet: the contract's own words, kept as written, and the interval they stand for.

Nothing is refused. Words that say nothing here give no interval, and the page says so: a group is then never past it.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filiere.text import fold

DAYS = {
    "jour": 1,
    "semaine": 7,
    "quinzaine": 14,
    "mois": 30,
    "bimestre": 61,
    "trimestre": 91,
    "quadrimestre": 122,
    "semestre": 182,
    "an": 365,
    "annee": 365,
}
# « Bimensuel » is twice a month and « bimestriel » every two; « biannuel » is twice a year, « bisannuel » every two.
ADJECTIVES = {
    "quotidien": 1,
    "hebdomadaire": 7,
    "bimensuel": 15,
    "mensuel": 30,
    "bimestriel": 61,
    "trimestriel": 91,
    "quadrimestriel": 122,
    "semestriel": 182,
    "biannuel": 182,
    "annuel": 365,
    "bisannuel": 730,
    "biennal": 730,
}
_WORDS = "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
NUMBERS = {"une": 1, **{word: number for number, word in enumerate(_WORDS.split(), start=1)}}
# Beyond, it is a slip of the pen rather than a rhythm.
LONGEST = 3 * 365

_NUMBER = rf"(?:[0-9]{{1,3}}|{'|'.join(NUMBERS)})"
_UNIT = rf"(?P<unit>{'|'.join(DAYS)})s?\b"
_EVERY = rf"(?:tous|toutes) les (?:(?P<every>{_NUMBER})(?: (?:a|ou|et) (?P<at_most>{_NUMBER}))? )?"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # « 1 à 2 fois par an », « une réunion tous les deux mois », « 2 par trimestre »
        rf"\b(?P<times>{_NUMBER})(?: (?:a|ou|et) {_NUMBER})?(?: [a-z]+)? (?:par |chaque |{_EVERY}){_UNIT}",
        rf"\b{_EVERY}{_UNIT}",  # « toutes les 6 semaines », « tous les deux à trois mois »
        rf"\b(?:un|une) {_UNIT} sur (?P<one_in>{_NUMBER})\b",
        rf"\bchaque (?:(?:debut|milieu|fin) de )?{_UNIT}",
        rf"\b(?P<adjective>{'|'.join(ADJECTIVES)})(?:le|lement|s|les|ne|nes|nement|ment)?\b",
    )
)
_AT_MOST = re.compile(r"\b(?:au plus|au maximum|maximum|pas plus)\b(?! tard)")
_ON_DEMAND = re.compile(r"\b(?:besoins?|demande|si necessaire|si utile|ad hoc|convocation|ponctuel\w*|opportunites?)\b")


@dataclass(frozen=True)
class Cadence:
    """`days`: how long may pass between two meetings. None when the words set no such bound."""

    written: str
    days: int | None = None
    on_average: bool = False
    understood: bool = True

    @property
    def explanation(self) -> str:
        if not self.written:
            return _("Le rythme des réunions n’est pas encore écrit.")
        if not self.understood:
            return _("Ces mots ne disent pas d’intervalle à l’application\u00a0: elle ne s’en servira pas.")
        if self.days is None:
            return _("Selon les besoins\u00a0: aucun intervalle n’est attendu entre deux réunions.")
        frame = (
            _("En moyenne une réunion %(interval)s.") if self.on_average else _("Au moins une réunion %(interval)s.")
        )
        return frame % {"interval": interval(self.days)}


def read(written: str) -> Cadence:
    words = _plain(written)
    if not words:
        return Cadence("")
    written = written.strip()
    on_average = bool(re.search(r"\b(?:en moyenne|environ)\b", words))
    matches = [found for pattern in PATTERNS if (found := pattern.search(words))]
    if matches:
        first = min(matches, key=lambda found: found.start())
        if _says(first, "times") and _AT_MOST.search(words):
            return Cadence(written)  # « deux fois par an au plus » asks for none
        days = _days(first)
        if 1 <= days <= LONGEST:
            return Cadence(written, days, on_average)
        return Cadence(written, understood=False)
    return Cadence(written, understood=bool(_ON_DEMAND.search(words)))


def interval(days: int) -> str:
    """As one says it: « toutes les 6 semaines », « tous les 3 mois »."""
    if days % 7 == 0 and days <= 70:
        return ngettext("chaque semaine", "toutes les %(number)d semaines", days // 7) % {"number": days // 7}
    months = round(days * 12 / 365)
    if not months or abs(months * 365 / 12 - days) > 2:
        return ngettext("chaque jour", "tous les %(number)d jours", days) % {"number": days}
    if months % 12 == 0:
        return ngettext("chaque année", "tous les %(number)d ans", months // 12) % {"number": months // 12}
    return ngettext("chaque mois", "tous les %(number)d mois", months) % {"number": months}


def _plain(written: str) -> str:
    words = re.sub(r"([0-9])\s*-\s*([0-9])", r"\1 a \2", fold(written))
    words = re.sub(r"([0-9])\s*x\b", r"\1 fois", words.replace("/", " par "))
    words = re.sub(r"\b(?:dans )?l'(?=an)", "par ", words)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words).split())


def _days(found: re.Match[str]) -> int:
    if adjective := _says(found, "adjective"):
        return ADJECTIVES[adjective]
    length = DAYS[found["unit"]]
    # Between two bounds, the one that leaves the most time: nobody is late on what the words still allow.
    length *= _number(_says(found, "at_most") or _says(found, "every") or _says(found, "one_in"))
    times = _number(_says(found, "times"))
    return length // times if times else 0


def _says(found: re.Match[str], name: str) -> str:
    return found.groupdict().get(name) or ""


def _number(word: str) -> int:
    if not word:
        return 1
    return NUMBERS[word] if word in NUMBERS else int(word)
