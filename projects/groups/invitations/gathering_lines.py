"""A list of people as it is handed in: which column says what, in French, whatever the order, accents and capitals."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filiere.spreadsheets import Row
from filiere.text import fold
from projects.access.enums import Role

MOST_LINES = 200
# Address, given name, family name.
Entry = tuple[str, str, str]
MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905

# What each column may be called, folded and without punctuation.
COLUMNS: Mapping[str, frozenset[str]] = {
    "email": frozenset(
        {"e mail", "email", "mail", "mel", "courriel", "adresse", "adresse electronique", "adresse e mail"}
        | {"adresse email", "adresse mail", "adresse courriel"}
    ),
    "given_name": frozenset({"prenom", "prenoms"}),
    "family_name": frozenset({"nom", "nom de famille"}),
    "group": frozenset({"groupe", "gt", "groupe de travail"}),
    "role": frozenset({"role", "role dans le groupe"}),
    "organisation": frozenset(
        {"organisation", "organisation representee", "organisme", "structure", "entite", "societe", "entreprise"}
    ),
    "starts_on": frozenset({"debut", "date de debut", "a partir du", "du"}),
    "ends_on": frozenset({"fin", "date de fin", "jusqu au", "jusqu a", "au"}),
}
ROLES: Mapping[str, Role] = {
    **{value: Role(value) for value in Role.values},
    "co pilote": Role.CO_PILOT,
    "rapporteure": Role.RAPPORTEUR,
    "rapporteuse": Role.RAPPORTEUR,
    "observatrice": Role.OBSERVER,
    "invitee": Role.GUEST,
}


@dataclass(frozen=True)
class Line:
    """As written; `fault` is what made it unreadable."""

    number: int
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    group: str = ""
    role: str = ""
    organisation: str = ""
    starts_on: str = ""
    ends_on: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Listing:
    lines: tuple[Line, ...]
    ignored: tuple[str, ...] = ()


def lines_of(rows: Sequence[Row]) -> Listing:
    """With a heading, its columns; without, addresses alone: « Nom <adresse> », one or several a line."""
    if not rows:
        raise ValidationError(_("Cette liste est vide."), code="empty")
    heading = [_plain(cell) for cell in rows[0].cells]
    listing = _addresses(rows) if any("@" in cell for cell in rows[0].cells) else _table(rows, heading)
    if len(listing.lines) > MOST_LINES:
        sentence = ngettext(
            "Une liste compte au plus %(n)d ligne\u00a0: partagez-la.",
            "Une liste compte au plus %(n)d lignes\u00a0: partagez-la.",
            MOST_LINES,
        )
        raise ValidationError(sentence % {"n": MOST_LINES}, code="too_many")
    return listing


def role_named(text: str) -> Role | None:
    return ROLES.get(_plain(text))


def day_named(text: str) -> date | None:
    """2026-11-20, 20/11/2026, 20.11.2026, 20 novembre 2026, 1er mai 2026."""
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", text):
        day, month, year = (int(part) for part in found.groups())
    elif found := re.fullmatch(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})", fold(text)):
        day, year = int(found[1]), int(found[3])
        month = MONTHS.index(found[2]) + 1 if found[2] in MONTHS else 0
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def _table(rows: Sequence[Row], heading: Sequence[str]) -> Listing:
    named = {name: field for field, names in COLUMNS.items() for name in names}
    places = {place: named[name] for place, name in enumerate(heading) if name in named}
    if "email" not in places.values():
        raise ValidationError(
            _("La première ligne doit nommer les colonnes, dont «\u00a0e-mail\u00a0»."), code="no_address"
        )
    if twice := next((field for field in places.values() if list(places.values()).count(field) > 1), ""):
        shown = next(rows[0].cells[place] for place, field in places.items() if field == twice)
        raise ValidationError(_("Deux colonnes disent la même chose\u00a0: «\u00a0%(name)s\u00a0».") % {"name": shown})
    ignored = tuple(cell for place, cell in enumerate(rows[0].cells) if cell and place not in places)
    return Listing(tuple(_line(row, places) for row in rows[1:]), ignored)


def _line(row: Row, places: Mapping[int, str]) -> Line:
    cells = {field: row.cells[place] for place, field in places.items() if place < len(row.cells)}
    line = Line(number=row.number, **cells)
    if "<" not in line.email:
        return line
    entries = _entries(line.email)
    if len(entries) != 1:
        return replace(line, fault=_("Une seule adresse par ligne."))
    email, given, family = entries[0]
    return replace(line, email=email, given_name=line.given_name or given, family_name=line.family_name or family)


def _addresses(rows: Iterable[Row]) -> Listing:
    """Commas and semicolons part addresses, and stand inside names: the row is made one text again."""
    return Listing(
        tuple(_bare(row.number, entry) for row in rows for entry in _entries(", ".join(filter(None, row.cells))))
    )


def _bare(number: int, entry: Entry) -> Line:
    email, given, family = entry
    if "@" in email:
        return Line(number=number, email=email, given_name=given, family_name=family)
    sentence = _("Sans ligne d’en-tête, seules des adresses sont lues\u00a0: nommez les colonnes en première ligne.")
    return Line(number=number, email=email, fault=sentence)


def _entries(text: str) -> list[Entry]:
    """What mail programs copy: « Nom <adresse> », « Nom, Prénom <adresse> », addresses alone."""
    entries: list[Entry] = []
    pending = ""
    for part in (part.strip() for part in re.split(r"[,;](?![^<]*>)", text)):
        name, bracket, rest = part.partition("<")
        if bracket:
            name = f"{pending}, {name}" if pending else name
            # Some write the address as its own name.
            entries.append((rest.rstrip("> ").strip(), *(("", "") if "@" in name else _names(name))))
            pending = ""
            continue
        if pending:
            entries.append((pending, "", ""))
            pending = ""
        if "@" in part:
            entries.append((part, "", ""))
        else:
            pending = part
    return [*entries, (pending, "", "")] if pending else entries


def _names(name: str) -> tuple[str, str]:
    """« Ana Ortiz », « ORTIZ Ana », « Ortiz, Ana »: the person corrects it themselves when they accept."""
    family, comma, given = (part.strip(" '\"") for part in name.partition(","))
    if comma:
        return given, family
    words = family.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    if capitals and len(capitals) < len(words):
        return " ".join(word for word in words if word not in capitals), " ".join(capitals)
    return (words[0], " ".join(words[1:])) if len(words) > 1 else ("", family)
