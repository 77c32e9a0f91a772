from django.db import models
from django.utils.translation import gettext_lazy as _


class Digest(models.TextChoices):
    IMMEDIATE = "immediat", _("À chaque fois")
    DAILY = "quotidien", _("Une fois par jour")
    WEEKLY = "hebdomadaire", _("Une fois par semaine")
    APPLICATION = "application", _("Dans l’application seulement")
