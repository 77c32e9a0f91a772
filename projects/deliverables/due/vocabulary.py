"""The words an échéance is written with, as `filiere.text.fold` leaves them: small letters, no accents."""

from enum import Enum, auto
from itertools import product

from filiere.text import fold
from projects.deliverables.due.moments import LAST, Part, Unit


def _words(*lines: str) -> list[str]:
    return [word for line in lines for word in line.split()]


def _phrases(*lines: str) -> list[tuple[str, ...]]:
    return [tuple(line.split()) for line in lines]


# As they are proposed, to be read again.
MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
WEEKDAY_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_SHORT_MONTHS = ("janv jan", "fevr fev", "mar", "avr", "", "", "juill juil", "", "sept", "oct", "nov", "dec")
MONTHS = {
    word: number
    for number, (name, short) in enumerate(zip(MONTH_NAMES, _SHORT_MONTHS, strict=True), start=1)
    for word in (fold(name), *short.split())
}
WEEKDAYS = {day: number for number, day in enumerate(WEEKDAY_NAMES)}
SEASONS = {"printemps": 1, "ete": 2, "automne": 3, "hiver": 4}
WINTER = SEASONS["hiver"]
SCHOOL = {"scolaire", "universitaire"}
BACK_TO_SCHOOL = "rentree"
SEPTEMBER = MONTHS["septembre"]
PARTS = {
    "debut": Part.BEGINNING,
    **dict.fromkeys(("mi", "milieu"), Part.MIDDLE),
    **dict.fromkeys(("fin", "issue", "terme"), Part.END),
}
WHOLE_HALVES = {"moitie", "moities"}
HALVES = {"quinzaine", "quinzaines", *WHOLE_HALVES}
WEEK = {"semaine", "semaines"}
# « sem. » is short for semestre and for semaine: after a number it can only be the first.
EITHER = "sem"
HOUR = "h"  # after a number; before one, it is the half of a year
UNITS = {
    **dict.fromkeys(("t", "q", "trim", "trimestre", "trimestres"), Unit.QUARTER),
    **dict.fromkeys(("s", HOUR, EITHER, "semestre", "semestres"), Unit.SEMESTER),
}
ROMANS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
GLUED = {f"{unit}{roman}": (UNITS[unit], ROMANS[roman]) for unit, roman in product("tqsh", ROMANS)}  # « SII 2024 »
ONLY_SUFFIXES = ("er", "ers", "ere", "eres", "re", "res", "nd", "nde", "e", "es", "eme", "emes", "ieme")
SUFFIXES = (*ONLY_SUFFIXES, "d", "de")  # « 2d semestre », « 2de quinzaine »
ORDINALS = {
    **ROMANS,
    **{f"{roman}{suffix}": number for (roman, number), suffix in product(ROMANS.items(), ONLY_SUFFIXES)},
    **{
        f"{word}{plural}": number
        for word, number in {
            "premier": 1, "premiere": 1, "second": 2, "seconde": 2, "deuxieme": 2, "troisieme": 3, "quatrieme": 4,
            "cinquieme": 5, "dernier": LAST, "derniere": LAST,
        }.items()
        for plural in ("", "s")
    },
}  # fmt: skip
CONTRACTS = {"contrat", "contrats", "avenant", "avenants", "csf", "parcours"}
NUMBERED = {"n", "no", "numero"}
# What may follow: « contrat stratégique de filière en cours », « avenant n° 1 ».
OF_CONTRACTS = {"strategique", "de", "du", "la", "l", "filiere", "en", "cours", "actuel", "present"} | NUMBERED
# What is done by then. They say no date, and let one date follow another: « lancement T1 2024, livraison T3 2024 ».
DEEDS = {
    *_words(
        "travaux finalisation lancement livraison demarrage publication parution remise redaction deploiement",
        "realisation etude etudes rapport rapports projet projets action actions livrable livrables version versions",
        "mise oeuvre place ligne service production phase phases experimentation experimentations consultation",
        "concertation developpement mission essai essais recrutement inclusions execution signature validation",
        "adoption restitution diffusion presentation conception preparation cloture achevement fini finalise livre",
        "lance publie demarre groupe gt provisoire definitive definitif finale final intermediaire",
    )
}
# Words that belong to a date wherever they stand.
DATED = {*MONTHS, *SEASONS, *CONTRACTS, *SCHOOL, BACK_TO_SCHOOL, *(word for word in UNITS if len(word) > 1)}
YEAR_LINKS = {"de", "d", "l", "la", "annee", "an", "exercice", "civile", "budgetaire", ",", "."}


class Kind(Enum):
    FILLER = auto()
    JOIN = auto()  # between two dates; nothing at the beginning, « à l’horizon 2030 »
    MARK = auto()  # the same, and nothing at the end either
    LIMIT = auto()
    LIMIT_EITHER_SIDE = auto()  # « au plus tard en mars 2024 », « mars 2024 au plus tard »
    BEFORE = auto()
    SINCE = auto()
    AFTER = auto()
    NO_SOONER = auto()  # « au plus tôt en mars 2024 », « mars 2024 au plus tôt »
    ONWARDS = auto()
    REMARK = auto()
    TO_BE_SAID = auto()
    THROUGHOUT = auto()


TO_BE_SAID = _phrases(
    *(
        f"a {verb}"
        for verb in _words(
            "definir preciser determiner fixer planifier venir completer arreter etablir discuter programmer renseigner"
        )
    ),
    *(
        f"{negation} {verb}{agreed}"
        for negation, verb, agreed in product(
            ("non", "pas encore", "pas"),
            _words("defini precise determine renseigne fixe connu communique planifie arrete date applicable"),
            ("", "e", "s", "es"),
        )
    ),
    *("indetermine", "indeterminee", "indefini", "indefinie", "inconnu", "inconnue", "en attente", "en discussion"),
    *("en cours de definition", "sans date", "sans echeance", "sans objet", "pas de date", "pas d echeance"),
    *("pas encore de date", "aucune date", "aucune echeance"),
)
CONFIRMED_LATER = ("a", "confirmer")
# Alone in their field.
NOTHING = {"aucune", "aucun", "neant", "na", "nc", "nd", "nr", "tbd", "tbc", "non"}
# After them, what somebody else decides.
ACCORDING = _phrases(
    "selon", "suivant le", "suivant la", "suivant les", "suivant l", "suivant calendrier", "suivant avancement",
    "en fonction", "fonction de", "fonction du", "fonction des", "sous reserve", "sous reserves", "sous condition",
    "depend", "dependra", "dependant", "conditionne", "conditionnee", "subordonne", "subordonnee",
)  # fmt: skip
# The same, when no date stands anywhere near.
AFTER_AN_EVENT = _phrases("calendrier", "a l issue", "a la suite", "apres", "suite a", "suite au")
# « Dès », without its accent, is « des »: an event has to follow.
EVENTS = {
    *DEEDS,
    *_words("reception promulgation vote entree notification disponibilite obtention accord autorisation"),
}
_KINDS = {
    Kind.FILLER: _phrases(
        *_words(
            "le la les l un une de du d en dans pour sur ce cours courant pendant durant lors vers environ env autour",
            "alentours annee an exercice civile budgetaire entre periode toute tout duree long vie ensemble totalite",
            "echeance date delai calendrier prevu prevue prevus prevues previsionnel previsionnelle estime estimee",
            "vise visee cible objectif soit . :",
        ),
        "mois de", "mois d", "au cours", "au long", "au courant", "aux alentours",
    ),
    Kind.JOIN: _phrases("a", "au", "aux", "et", "ou", "puis", "voire"),
    Kind.MARK: _phrases("-", "/", ",", ";", "&", "+"),
    Kind.LIMIT: _phrases(
        "d ici", "jusqu", "jusque", "horizon", "date limite", "date butoir", "pas plus tard que", "limite",
        "echeance limite",
    ),
    Kind.LIMIT_EITHER_SIDE: _phrases(
        "au plus tard", "dernier delai", "maximum", "max", "au maximum", "deadline", "delai de rigueur",
    ),
    Kind.BEFORE: _phrases("avant"),
    Kind.SINCE: _phrases("a partir", "a compter", "depuis", "des"),
    Kind.AFTER: _phrases("apres"),
    Kind.NO_SOONER: _phrases("au plus tot", "pas avant"),
    Kind.ONWARDS: _phrases(
        "et au dela", "au dela", "et au - dela", "au - dela", "et apres", "et suivantes", "et suivants",
        "et annees suivantes", "et les suivantes", "et les annees suivantes", "et plus", "et +",
    ),
    Kind.REMARK: _phrases("si possible", "si besoin", "si necessaire", "a confirmer"),
    Kind.TO_BE_SAID: TO_BE_SAID,
    Kind.THROUGHOUT: _phrases(
        "en continu", "au fil de l eau", "recurrent", "recurrente", "permanent", "permanente", "en permanence",
    ),
}  # fmt: skip
PHRASES = {phrase: kind for kind, phrases in _KINDS.items() for phrase in phrases}
LONGEST = max(map(len, PHRASES))
RHYTHMS = {
    *_words(
        "annuel annuelle annuels annuelles annuellement mensuel mensuelle mensuellement trimestriel trimestrielle",
        "semestriel semestrielle hebdomadaire bimensuel bimestriel biannuel bisannuel chaque tous toutes fois",
        "regulier reguliere regulierement periodique",
    )
}
HURRIES = {
    *_words("que possible asap immediat immediate immediatement urgent urgence rapidement vite delais"),
}
COUNTED_FROM = {
    *_words(
        "mois jour jours semaine semaines ans annees prochain prochaine prochains prochaines cette maintenant",
        "aujourd hui demain sous suivant suivante precedent m j n",
    )
}
