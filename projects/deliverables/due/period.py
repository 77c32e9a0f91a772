"""An échéance: the words of who wrote it, and the dates they stand for."""

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    DAY = "jour", _("Jour")
    MONTH = "mois", _("Mois")
    QUARTER = "trimestre", _("Trimestre")
    SEMESTER = "semestre", _("Semestre")
    SEASON = "saison", _("Saison")
    YEAR = "annee", _("Année")
    INTERVAL = "intervalle", _("Intervalle")
    CONTRACT = "contrat", _("Durée du contrat")
    EXTERNAL = "externe", _("Calendrier extérieur")
    NONE = "aucune", _("Sans date")


@dataclass(frozen=True)
class Span:
    """The contract's: its first day, and its last as amended."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Period:
    """Without a start it is a deadline, « d’ici fin 2026 »; without an end, « à partir de 2024 », never late."""

    words: str
    start: date | None
    end: date | None
    precision: Precision
