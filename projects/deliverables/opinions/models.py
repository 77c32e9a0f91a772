"""Opinions: asked of a member, given or not, recorded. Never an approval."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.days import today
from filiere.ids import uuid7
from projects.deliverables.enums import OpinionKind
from projects.deliverables.versions.models import Version, VersionPartQuerySet


class Opinion(models.Model):
    """What one member thinks of one version. As long as nothing is said, it is only asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="opinions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions", verbose_name=_("demandé à")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("demandé par"),
    )
    asked_at = models.DateTimeField(_("demandé le"), default=timezone.now)
    due_on = models.DateField(_("attendu pour le"), null=True, blank=True)
    kind = models.CharField(_("avis"), max_length=18, choices=OpinionKind, blank=True)
    text = models.TextField(_("motivation"), max_length=5000, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pour l’organisation"),
    )
    capacity = models.CharField(_("en qualité de"), max_length=200, blank=True)
    given_at = models.DateTimeField(_("donné le"), null=True, blank=True)
    # Asked by mistake, of somebody who left, or about a version that was replaced.
    withdrawn_at = models.DateTimeField(_("demande retirée le"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = VersionPartQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("avis")
        verbose_name_plural = _("avis")
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=Q(withdrawn_at=None),
                name="one_opinion_per_person_and_version",
                violation_error_message=_("L’avis de cette personne sur cette version est déjà demandé."),
            ),
            models.CheckConstraint(
                condition=Q(kind="", given_at=None) | (~Q(kind="") & Q(given_at__isnull=False)),
                name="opinion_given_says_what",
                violation_error_message=_("Un avis donné dit lequel."),
            ),
        ]
        indexes = [models.Index(fields=["person", "given_at"], name="opinion_by_person")]

    def __str__(self) -> str:
        return str(self.get_kind_display()) or str(_("Avis demandé"))

    @property
    def is_late(self) -> bool:
        return self.given_at is None and self.due_on is not None and self.due_on < today()
