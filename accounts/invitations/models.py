from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.invitations.enums import Sending
from filiere.ids import uuid7
from filiere.text import fold


class Invitation(models.Model):
    """The only way in. The link is known to its receiver alone: the token is stored hashed.

    Without an address it is the link of the first administrator, who gives theirs. Once accepted it keeps neither
    name nor address: the account has them, and anonymising the account leaves no copy behind.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("adresse électronique"), max_length=254, blank=True)
    given_name = models.CharField(_("prénom"), max_length=100, blank=True)
    family_name = models.CharField(_("nom"), max_length=100, blank=True)
    searchable = models.CharField(max_length=500, editable=False, blank=True)
    message = models.TextField(_("mot d’accueil"), max_length=1000, blank=True)
    as_administrator = models.BooleanField(_("en tant qu’administrateur"), default=False)
    as_delegate = models.BooleanField(_("en tant que délégué permanent"), default=False)
    token_hash = models.CharField(  # noqa: DJ001  none before the first mail, and none twice is no duplicate
        max_length=64, unique=True, null=True, editable=False
    )
    # Who answers for it: the one who wrote it or, later, the one who sent it again.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_sent"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False, help_text="when a mail was last asked for")
    sending = models.CharField(max_length=10, choices=Sending, default=Sending.WAITING, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    send_after = models.DateTimeField(
        default=timezone.now, editable=False, help_text="not before; while under way, when the attempt is given up"
    )
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expire le"))
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="invitation"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "id"]
        constraints = [
            # Also between links without an address: one first administrator at most is awaited.
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
                violation_error_message=_("Une invitation est déjà en cours pour cette adresse."),
            )
        ]
        indexes = [
            models.Index(
                fields=["send_after"],
                condition=Q(accepted_at=None, revoked_at=None, sending__in=["attente", "en_cours"]),
                name="invitation_to_send",
            ),
            models.Index(fields=["invited_by", "-asked_at"], name="invitation_by_sender"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.searchable = fold(f"{self.given_name} {self.family_name} {self.email}")[:500]
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def is_for_first_administrator(self) -> bool:
        return not self.email and self.as_administrator and self.invited_by_id is None
