from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupKind(models.TextChoices):
    WORKING_GROUP = "gt", _("Groupe de travail")
    STEERING = "copil", _("Comité de pilotage")
    COMMITTEE = "comite", _("Comité")
    BUREAU = "bureau", _("Bureau")
    PLENARY = "plenier", _("Comité plénier")


class Role(models.TextChoices):
    PILOT = "pilote", _("Pilote")
    CO_PILOT = "copilote", _("Copilote")
    RAPPORTEUR = "rapporteur", _("Rapporteur")
    MEMBER = "membre", _("Membre")
    OBSERVER = "observateur", _("Observateur")
    GUEST = "invite", _("Invité")


STEERING_ROLES = (Role.PILOT, Role.CO_PILOT)
