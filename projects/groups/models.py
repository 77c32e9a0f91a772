from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.ids import uuid7
from projects.groups.enums import GroupKind, Role


class WorkingGroup(models.Model):
    """A workspace: the room that mandates open."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(
        _("adresse"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("Un groupe porte déjà cette adresse.")},
    )
    name = models.CharField(_("nom"), max_length=200)
    kind = models.CharField(_("nature"), max_length=10, choices=GroupKind, default=GroupKind.WORKING_GROUP)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("groupe")
        verbose_name_plural = _("groupes")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, day: date) -> "MembershipQuerySet":
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class Membership(models.Model):
    """A mandate: who sits where, in which role, for whom, between which days (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates")
    group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(_("rôle"), max_length=12, choices=Role)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates")
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandat")
        verbose_name_plural = _("mandats")
        ordering = ["group__name", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="mandate_ends_after_it_starts",
                violation_error_message=_("Un mandat ne peut pas finir avant d’avoir commencé."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} — {self.get_role_display()}, {self.group}"
