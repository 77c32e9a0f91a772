from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College, OrganisationKind, Region
from filiere.ids import uuid7
from filiere.text import fold


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def living(self) -> "OrganisationQuerySet":
        """Those that were not merged into another one."""
        return self.filter(merged_into=None)


class Organisation(models.Model):
    """A legal or administrative body that people represent. Merged duplicates stay, and point at what they became."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("nom"), max_length=200)
    # Databases disagree on where accents and capitals go in a list; this column does not.
    alphabetical = models.CharField(max_length=200, editable=False, db_index=True)
    acronym = models.CharField(_("sigle"), max_length=40, blank=True)
    kind = models.CharField(_("nature"), max_length=20, choices=OrganisationKind)
    college = models.CharField(_("collège"), max_length=20, choices=College)
    region = models.CharField(_("région"), max_length=40, choices=Region, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed", editable=False
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["alphabetical", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="organisation_never_merged_into_itself")
        ]

    def __str__(self) -> str:
        return self.acronym or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.alphabetical = folded(self.name)
        super().save(*args, **kwargs)


class Alias(models.Model):
    """A spelling under which an organisation is found; its own name and acronym are two of them."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(_("autre nom"), max_length=200)
    folded = models.CharField(max_length=200, editable=False, db_index=True)
    own = models.BooleanField(default=False, editable=False, help_text="kept in step with name and acronym")

    class Meta:
        verbose_name = _("autre nom")
        verbose_name_plural = _("autres noms")
        ordering = ["folded", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "folded"], name="one_spelling_per_organisation")]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = folded(self.text)
        super().save(*args, **kwargs)


def folded(spelling: str) -> str:
    return fold(spelling)[:200]
