"""Grants: what mandates open, as rows that questions are asked of. Mandates are the truth: `groups.projection`."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from filiere.ids import uuid7
from projects.access.enums import Permission

if TYPE_CHECKING:
    from accounts.people.models import User


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

    def visible_to(self, reader: "User | AnonymousUser") -> "EmergencyReadingQuerySet":
        """One's own, and those of the groups whose journal one reads."""
        from projects.access.standing import standing_of  # which reads these very rows

        standing = standing_of(reader)
        if Permission.READ_JOURNAL in standing.everywhere:
            return self
        if not standing.known:
            return self.none()
        return self.filter(Q(person=reader) | Q(group__in=standing.groups(Permission.READ_JOURNAL)))


class EmergencyReading(models.Model):
    """« Bris de glace »: an administrator reads one group's content for a while, says why, and its pilots are told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("projects.WorkingGroup", on_delete=models.PROTECT, related_name="emergency_readings")
    reason = models.TextField(_("raison"), max_length=1000)
    opened_at = models.DateTimeField(_("ouverte"), default=timezone.now)
    closes_at = models.DateTimeField(_("se referme"))
    # When those who steer the group are next to be told; empty once they were.
    tell_after = models.DateTimeField(default=timezone.now, null=True, editable=False)
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
