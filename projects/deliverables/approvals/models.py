"""Approvals: who decided what about which exact content, for whom. Written once; a later fact may void one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.ids import uuid7
from projects.deliverables.enums import Verdict, Void
from projects.deliverables.models import Deliverable, WorkQuerySet
from projects.deliverables.versions.models import Version, VersionPartQuerySet
from projects.groups.models import Delegation


class ApprovalQuerySet(VersionPartQuerySet):
    def standing(self) -> "ApprovalQuerySet":
        """Those that count."""
        return self.filter(voided_at=None)

    def of_pilots(self) -> "ApprovalQuerySet":
        return self.standing().filter(verdict=Verdict.APPROVED)


class Approval(models.Model):
    """A decision about one exact content: it names the SHA-256, and holds for nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="approvals")
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64)
    verdict = models.CharField(_("décision"), max_length=14, choices=Verdict)
    reason = models.TextField(_("motif"), max_length=2000, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="approvals")
    # Whose word it is: the person's own, or that of the pilot who lent it to them.
    voice = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    delegation = models.ForeignKey(
        Delegation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="approvals",
        verbose_name=_("délégation"),
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("pour l’organisation")
    )
    capacity = models.CharField(_("en qualité de"), max_length=200, blank=True)
    # Of the Bureau's: the number of its decision.
    reference = models.CharField(_("décision"), max_length=60, blank=True)
    given_at = models.DateTimeField(_("donnée le"), default=timezone.now)
    voided_at = models.DateTimeField(_("caduque depuis le"), null=True, blank=True)
    voided_because = models.CharField(_("pourquoi"), max_length=14, choices=Void, blank=True)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("approbation")
        verbose_name_plural = _("approbations")
        ordering = ["given_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "voice"],
                condition=Q(voided_at=None, verdict=Verdict.APPROVED),
                name="one_standing_approval_per_voice",
                violation_error_message=_("Cette voix a déjà approuvé cette version."),
            ),
            models.CheckConstraint(
                condition=~Q(verdict__in=[Verdict.CHANGES_ASKED, Verdict.SENT_BACK]) | ~Q(reason=""),
                name="saying_no_takes_a_reason",
                violation_error_message=_("Dites pourquoi."),
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_because="") | (Q(voided_at__isnull=False) & ~Q(voided_because="")),
                name="voided_approval_says_why",
                violation_error_message=_("Une approbation caduque dit pourquoi."),
            ),
        ]
        indexes = [models.Index(fields=["version", "given_at"], name="approval_by_version")]

    def __str__(self) -> str:
        return str(self.get_verdict_display())


class Recusal(models.Model):
    """Déport: somebody who could decide stands aside for this deliverable, and says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="recusals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recusals")
    reason = models.TextField(_("motif"), max_length=2000)
    capacity = models.CharField(_("en qualité de"), max_length=200, blank=True)
    declared_at = models.DateTimeField(_("déclaré le"), default=timezone.now)
    lifted_at = models.DateTimeField(_("levé le"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = WorkQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("déport")
        verbose_name_plural = _("déports")
        ordering = ["declared_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "person"],
                condition=Q(lifted_at=None),
                name="one_recusal_per_person",
                violation_error_message=_("Cette personne s’est déjà déportée."),
            )
        ]

    def __str__(self) -> str:
        return self.reason
