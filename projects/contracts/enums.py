from django.db import models
from django.utils.translation import gettext_lazy as _


class Part(models.TextChoices):
    """In what an organisation takes part in a project."""

    PILOT = "pilote", _("Pilote")
    CO_GOVERNANCE = "cogouvernance", _("Gouvernance partagée")
    PARTNER = "partenaire", _("Partenaire")


class BudgetKind(models.TextChoices):
    PLANNED = "prevu", _("Prévu")
    ALLOCATED = "alloue", _("Alloué")
    COMMITTED = "engage", _("Engagé")
    PRIVATE = "contrepartie_privee", _("Contrepartie privée")
