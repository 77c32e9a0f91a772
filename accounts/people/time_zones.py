"""The time zones people may choose, in words they know: France first, hexagon and overseas, then the world."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FRANCE = {
    "Europe/Paris": gettext_lazy("France hexagonale (Paris)"),
    "America/Guadeloupe": gettext_lazy("Guadeloupe"),
    "America/Cayenne": gettext_lazy("Guyane"),
    "Indian/Reunion": gettext_lazy("La Réunion"),
    "America/Martinique": gettext_lazy("Martinique"),
    "Indian/Mayotte": gettext_lazy("Mayotte"),
    "Pacific/Noumea": gettext_lazy("Nouvelle-Calédonie"),
    "Pacific/Tahiti": gettext_lazy("Polynésie française\u00a0: îles de la Société"),
    "Pacific/Gambier": gettext_lazy("Polynésie française\u00a0: îles Gambier"),
    "Pacific/Marquesas": gettext_lazy("Polynésie française\u00a0: îles Marquises"),
    "America/St_Barthelemy": gettext_lazy("Saint-Barthélemy"),
    "America/Marigot": gettext_lazy("Saint-Martin"),
    "America/Miquelon": gettext_lazy("Saint-Pierre-et-Miquelon"),
    "Indian/Kerguelen": gettext_lazy("Terres australes et antarctiques françaises"),
    "Pacific/Wallis": gettext_lazy("Wallis-et-Futuna"),
}
REGIONS = {
    "Europe": gettext_lazy("Europe"),
    "Africa": gettext_lazy("Afrique"),
    "America": gettext_lazy("Amérique"),
    "Asia": gettext_lazy("Asie"),
    "Atlantic": gettext_lazy("Atlantique"),
    "Indian": gettext_lazy("Océan Indien"),
    "Australia": gettext_lazy("Australie"),
    "Pacific": gettext_lazy("Pacifique"),
    "Antarctica": gettext_lazy("Antarctique"),
    "Arctic": gettext_lazy("Arctique"),
}


@cache
def _by_region() -> dict[str, tuple[str, ...]]:
    """Reading the list walks through some six hundred files: once."""
    names = sorted(available_timezones())
    return {region: tuple(name for name in names if name.startswith(f"{region}/")) for region in REGIONS}


def exists(name: str) -> bool:
    return name == "UTC" or any(name in names for names in _by_region().values())


def zone(name: str) -> ZoneInfo:
    """A zone that this machine no longer knows must not lock a person out of every page."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


def choices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Grouped, for a select."""
    yield _("France"), [(name, str(label)) for name, label in FRANCE.items() if exists(name)]
    for region, names in _by_region().items():
        yield str(REGIONS[region]), [(name, _city(name)) for name in names if name not in FRANCE]
    yield _("Autre"), [("UTC", _("Temps universel (UTC)"))]


def label_of(name: str) -> str:
    """As the select calls it."""
    if name in FRANCE:
        return str(FRANCE[name])
    if name == "UTC":
        return str(_("Temps universel (UTC)"))
    return _city(name) if "/" in name else name


def _city(name: str) -> str:
    """`America/Argentina/Buenos_Aires` → `Buenos Aires (Argentina)`: the city is what people look for."""
    _region, *places, city = name.replace("_", " ").split("/")
    return f"{city} ({', '.join(places)})" if places else city
