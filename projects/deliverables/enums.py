"""The words of deliverables. Three things are told apart: how far the work is, whether it conforms, how it feels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Progress(models.TextChoices):
    """État d’avancement: what the group says of the work."""

    TO_START = "a_lancer", _("À lancer")
    UNDER_WAY = "en_cours", _("En cours de réalisation")
    FINISHING = "en_finalisation", _("En cours de finalisation")
    FINISHED = "finalise", _("Finalisé")
    SUSPENDED = "suspendu", _("Suspendu")
    ABANDONED = "abandonne", _("Abandonné")


# What somebody still works on: only this can be late.
LIVE = (Progress.TO_START, Progress.UNDER_WAY, Progress.FINISHING)
# Chosen freely. The two others have a reason, and acts of their own.
PLAIN = (*LIVE, Progress.FINISHED)


class Health(models.TextChoices):
    """Météo: the pilot's judgement."""

    SUN = "soleil", _("Soleil")
    CLOUDS = "nuages", _("Nuages")
    STORM = "orage", _("Orage")


class ApprovalState(models.TextChoices):
    """Where the current version stands on its way to being the group's, then the comité's word."""

    NO_VERSION = "aucune_version", _("Aucune version")
    DRAFT = "brouillon", _("Brouillon")
    SUBMITTED = "soumis", _("Soumis aux pilotes")
    CHANGES_ASKED = "modifications_demandees", _("Modifications demandées")
    APPROVED = "approuve_pilotes", _("Approuvé par les pilotes")
    VALIDATED = "valide_bureau", _("Validé par le Bureau")


class Verdict(models.TextChoices):
    """What somebody entitled decided about one exact content."""

    APPROVED = "approuve", _("Approuvé")
    CHANGES_ASKED = "modifications", _("Modifications demandées")
    VALIDATED = "valide", _("Validé par le Bureau")
    SENT_BACK = "renvoye", _("Renvoyé par le Bureau")


class Void(models.TextChoices):
    """Why a decision no longer counts. It stays written."""

    REPLACED = "remplacee", _("Une nouvelle version a été déposée")
    WITHDRAWN = "retiree", _("La version a été retirée de l’approbation")
    CHANGES_ASKED = "modifications", _("Des modifications ont été demandées")
    SENT_BACK = "renvoyee", _("Le Bureau a renvoyé la version")
    RECUSED = "deport", _("Qui l’a donnée s’est déporté")


class OpinionKind(models.TextChoices):
    FAVOURABLE = "favorable", _("Favorable")
    WITH_RESERVES = "favorable_reserves", _("Favorable avec réserves")
    UNFAVOURABLE = "defavorable", _("Défavorable")
    NONE = "sans_avis", _("Sans avis")


class TextState(models.TextChoices):
    """What became of reading the words out of a file."""

    WAITING = "attente", _("En cours d’extraction")
    READ = "lu", _("Texte extrait")
    NONE = "sans_texte", _("Pas de texte à extraire")
