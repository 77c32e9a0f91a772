from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people.enums import Digest
from filiere.ids import uuid7
from filiere.text import fold


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Leaves no hole when they go: anonymised, never deleted, so that acts keep their author."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(
        _("adresse électronique"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Cette adresse a déjà un compte.")},
    )
    given_name = models.CharField(_("prénom"), max_length=100)
    family_name = models.CharField(_("nom"), max_length=100)
    searchable = models.CharField(max_length=500, editable=False, db_index=True)

    is_active = models.BooleanField(_("compte ouvert"), default=True)
    is_staff = models.BooleanField(_("administrateur"), default=False)
    is_delegate = models.BooleanField(_("délégué permanent"), default=False)
    date_joined = models.DateTimeField(_("arrivée"), default=timezone.now)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    language = models.CharField(_("langue"), max_length=5, default="fr")
    time_zone = models.CharField(_("fuseau horaire"), max_length=64, default="Europe/Paris")
    digest = models.CharField(_("courriels de rappel"), max_length=20, choices=Digest, default=Digest.DAILY)
    quiet_from = models.TimeField(_("silence à partir de"), null=True, blank=True)
    quiet_until = models.TimeField(_("silence jusqu’à"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["given_name", "family_name"]

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        # By family name, as a directory does: without accents, which each database would sort its own way.
        ordering = ["searchable", "id"]
        # Stored in lower case, so that the unique index tells addresses apart the way people do.
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="address_in_lower_case")]

    def __str__(self) -> str:
        return self.get_full_name()

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        self.searchable = fold(f"{self.family_name} {self.given_name} {self.email}")[:500]
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "searchable"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.given_name or self.email
