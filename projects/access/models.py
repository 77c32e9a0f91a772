"""Grants: what mandates open, as rows that questions are asked of. Mandates are the truth: `groups.projection`."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from filiere.ids import uuid7


class Grant(UserObjectPermissionBase):
    """One permission of one person on one group, as django-guardian reads it."""

    content_object = models.ForeignKey("projects.WorkingGroup", on_delete=models.CASCADE, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        default_permissions = ()
        verbose_name = _("droit")
        verbose_name_plural = _("droits")


class ProjectedDay(models.Model):
    """For which day the grants stand: mandates begin and end at midnight, without anybody writing anything."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    day = models.DateField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_projected_day")]

    def __str__(self) -> str:
        return self.day.isoformat()


class EmergencyReadingQuerySet(models.QuerySet["EmergencyReading"]):
    def open_at(self, moment: datetime) -> "EmergencyReadingQuerySet":
        return self.filter(opened_at__lte=moment, closes_at__gt=moment)


class EmergencyReading(models.Model):
    """« Bris de glace »: an administrator reads one group's content for a while, says why, and its pilots are told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("projects.WorkingGroup", on_delete=models.PROTECT, related_name="emergency_readings")
    reason = models.TextField(_("raison"), max_length=1000)
    opened_at = models.DateTimeField(_("ouverte"), default=timezone.now)
    closes_at = models.DateTimeField(_("se referme"))
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = EmergencyReadingQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("lecture d’urgence")
        verbose_name_plural = _("lectures d’urgence")
        ordering = ["-opened_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gte=F("opened_at")), name="emergency_closes_after_it_opens")
        ]
        indexes = [models.Index(fields=["person", "-closes_at"], name="emergency_by_person")]

    def __str__(self) -> str:
        return str(self.pk)
