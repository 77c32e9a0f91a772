from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.access.enums import Role

STEERING_ROLES = (Role.PILOT, Role.CO_PILOT)


class GroupKind(models.TextChoices):
    WORKING_GROUP = "gt", _("Groupe de travail")
    STEERING = "copil", _("Comité de pilotage")
    COMMITTEE = "comite", _("Comité")
    BUREAU = "bureau", _("Bureau")
    PLENARY = "plenier", _("Comité plénier")


class ApprovalRule(models.TextChoices):
    """How many of those who steer the group it takes to approve."""

    ANY = "un", _("Un pilote ou copilote suffit")
    ALL = "tous", _("Tous les pilotes et copilotes")


class Gap(models.TextChoices):
    """Who is missing from a group."""

    PILOT = "pilote", _("Aucun pilote")
    CO_PILOT = "copilote", _("Aucun copilote")
    RAPPORTEUR = "rapporteur", _("Aucun rapporteur")
    STATE = "etat", _("Aucun représentant de l’État")
    INDUSTRY = "industrie", _("Aucun représentant de l’industrie")


class Outcome(models.TextChoices):
    """What asking for somebody in a group does."""

    INVITED = "invitation", _("Invitation")
    JOINED = "invitation_completee", _("Invitation complétée")
    GIVEN = "mandat_confie", _("Mandat confié")
    ALREADY = "rien", _("Rien à faire")
    FAULTY = "erreur", _("En erreur")


class OfferState(models.TextChoices):
    """Where a mandate offered with an invitation stands: what became of it, else where the invitation is."""

    WAITING = "attente", _("En attente")
    UNDER_WAY = "en_cours", _("Envoi en cours")
    SENT = "envoyee", _("Envoyée")
    FAILED = "echec", _("Échec d’envoi")
    EXPIRED = "expiree", _("Expirée")
    ACCEPTED = "acceptee", _("Acceptée")
    REVOKED = "revoquee", _("Révoquée")
    WITHDRAWN = "retiree", _("Retirée")
    NOT_GIVEN = "sans_suite", _("Compte ouvert sans ce mandat")
