from django.db import models
from django.utils.translation import gettext_lazy as _


class Sending(models.TextChoices):
    """Where the mail stands. The row is the truth; the broker only hurries it."""

    WAITING = "attente", _("En attente")
    UNDER_WAY = "en_cours", _("Envoi en cours")
    SENT = "envoyee", _("Envoyée")
    FAILED = "echec", _("Échec d’envoi")


class State(models.TextChoices):
    """What an administrator reads: the end of an invitation when it has one, else where its mail stands."""

    WAITING = "attente", _("En attente")
    UNDER_WAY = "en_cours", _("Envoi en cours")
    SENT = "envoyee", _("Envoyée")
    FAILED = "echec", _("Échec d’envoi")
    EXPIRED = "expiree", _("Expirée")
    ACCEPTED = "acceptee", _("Acceptée")
    REVOKED = "revoquee", _("Révoquée")
