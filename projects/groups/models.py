"""Working groups are the rooms; mandates are the keys."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.invitations.models import Invitation
from accounts.organisations.enums import College
from accounts.organisations.models import Organisation
from filiere.ids import uuid7
from filiere.text import fold
from projects.access.enums import Confidentiality, Permission, Role
from projects.access.standing import standing_of
from projects.contracts.models import Contract, Project
from projects.groups.enums import ApprovalRule, GroupKind

if TYPE_CHECKING:
    from accounts.people.models import User


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    def visible_to(self, reader: "User | AnonymousUser") -> "WorkingGroupQuerySet":
        return self.where(reader, Permission.SEE)

    def where(self, reader: "User | AnonymousUser", permission: Permission) -> "WorkingGroupQuerySet":
        """Those in which this person holds that permission, today."""
        standing = standing_of(reader)
        if permission in standing.everywhere:
            return self
        return self.filter(pk__in=standing.groups(permission))

    def living(self) -> "WorkingGroupQuerySet":
        return self.filter(archived_at=None)


class WorkingGroup(models.Model):
    """A workspace: the room that mandates open."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="groups", verbose_name=_("contrat"))
    slug = models.SlugField(
        _("adresse"),
        max_length=60,
        unique=True,
        error_messages={"unique": _("Un groupe porte déjà cette adresse.")},
    )
    name = models.CharField(_("nom"), max_length=200)
    # Databases disagree on where accents and capitals go in a list; this column does not.
    alphabetical = models.CharField(max_length=200, editable=False, db_index=True)
    kind = models.CharField(_("nature"), max_length=10, choices=GroupKind, default=GroupKind.WORKING_GROUP)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("groupe parent"),
    )
    projects = models.ManyToManyField(Project, blank=True, related_name="groups", verbose_name=_("projets servis"))
    presentation = models.TextField(_("présentation"), max_length=5000, blank=True)
    cadence = models.CharField(
        _("rythme des réunions"),
        max_length=120,
        blank=True,
        help_text=_(
            "Tel que le contrat l’écrit\u00a0: «\u00a0toutes les 6 semaines\u00a0», «\u00a02 fois par an\u00a0»."
        ),
    )
    approval_rule = models.CharField(_("approbation"), max_length=10, choices=ApprovalRule, default=ApprovalRule.ANY)
    default_confidentiality = models.CharField(
        _("confidentialité par défaut"), max_length=10, choices=Confidentiality, default=Confidentiality.GROUP
    )
    archived_at = models.DateTimeField(_("archivé le"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("groupe")
        verbose_name_plural = _("groupes")
        ordering = ["alphabetical", "id"]
        default_permissions = ()
        permissions = tuple(Permission.choices)
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="group_not_its_own_parent",
                violation_error_message=_("Un groupe ne peut pas être son propre parent."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.alphabetical = fold(self.name)[:200]
        super().save(*args, **kwargs)

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_bureau(self) -> bool:
        return self.kind == GroupKind.BUREAU


class DatedQuerySet(models.QuerySet[Any]):
    def in_force(self, day: date) -> "DatedQuerySet":
        """Both days are included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class MandateQuerySet(DatedQuerySet):
    def in_force(self, day: date) -> "MandateQuerySet":
        """Both days are included."""
        return cast(MandateQuerySet, super().in_force(day).filter(withdrawn_at=None))

    def after(self, day: date) -> "MandateQuerySet":
        """Those that will still be in force, or will begin, once that day is over."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), withdrawn_at=None)


class Membership(models.Model):
    """A mandate: who sits where, in which role, for whom, between which days (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mandates")
    group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(_("rôle"), max_length=12, choices=Role)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("organisation représentée")
    )
    # The side it speaks for: its organisation's on the day it was given, which may change since.
    college = models.CharField(_("collège"), max_length=20, choices=College)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    substitute_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="substitutes",
        verbose_name=_("suppléant de"),
    )
    # Given by mistake, or given up before its first day was over: it is kept, and was never in force.
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandat")
        verbose_name_plural = _("mandats")
        ordering = ["group__alphabetical", "starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="mandate_ends_after_it_starts",
                violation_error_message=_("Un mandat ne peut pas finir avant d’avoir commencé."),
            ),
            models.CheckConstraint(
                condition=Q(substitute_for=None) | ~Q(substitute_for=F("id")),
                name="nobody_substitutes_themselves",
                violation_error_message=_("Nul n’est son propre suppléant."),
            ),
        ]
        indexes = [
            models.Index(fields=["group", "starts_on"], name="mandate_by_group"),
            models.Index(fields=["person", "starts_on"], name="mandate_by_person"),
            # The two edges that midnight crosses.
            models.Index(fields=["starts_on"], name="mandate_by_start"),
            models.Index(fields=["ends_on"], name="mandate_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.person} — {self.get_role_display()}, {self.group}"

    def outlives(self, day: date) -> bool:
        """`MandateQuerySet.after`, of one that is known already."""
        return self.withdrawn_at is None and (self.ends_on is None or self.ends_on > day)


class Delegation(models.Model):
    """A permission that somebody who holds it lends to a member, in writing, between two days (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="delegations")
    lender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given", verbose_name=_("de")
    )
    borrower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_held", verbose_name=_("à")
    )
    permission = models.CharField(_("permission"), max_length=40, choices=Permission)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    reason = models.CharField(_("motif"), max_length=300, blank=True)
    revoked_at = models.DateTimeField(_("retirée le"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("délégation")
        verbose_name_plural = _("délégations")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
                violation_error_message=_("Une délégation ne peut pas finir avant d’avoir commencé."),
            ),
            models.CheckConstraint(
                condition=~Q(lender=F("borrower")),
                name="nobody_lends_to_themselves",
                violation_error_message=_("On ne délègue pas à soi-même."),
            ),
        ]
        indexes = [
            models.Index(fields=["group", "-starts_on"], name="delegation_by_group"),
            models.Index(fields=["starts_on"], name="delegation_by_start"),
            models.Index(fields=["ends_on"], name="delegation_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_permission_display()}, {self.group}"


class InvitedMandateQuerySet(models.QuerySet["InvitedMandate"]):
    def visible_to(self, reader: "User | AnonymousUser") -> "InvitedMandateQuerySet":
        """To those who invite into the group: it names somebody who has not come yet."""
        standing = standing_of(reader)
        if Permission.INVITE in standing.everywhere:
            return self
        return self.filter(group__in=standing.groups(Permission.INVITE))

    def standing(self) -> "InvitedMandateQuerySet":
        """Neither withdrawn, nor settled one way or the other by who was invited."""
        return self.filter(withdrawn_at=None, invitation__accepted_at=None, invitation__revoked_at=None)


class InvitedMandate(models.Model):
    """A mandate that accepting an invitation gives: one invitation may bring several, offered by several people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="mandates")
    group = models.ForeignKey(WorkingGroup, on_delete=models.PROTECT, related_name="invited")
    role = models.CharField(_("rôle"), max_length=12, choices=Role)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation représentée")
    )
    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates_offered"
    )
    offered_at = models.DateTimeField(default=timezone.now, editable=False)
    # The invitation was written for this mandate: once nothing is left of what it brought, it goes too.
    founding = models.BooleanField(default=False, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    given_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = InvitedMandateQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("mandat proposé")
        verbose_name_plural = _("mandats proposés")
        ordering = ["-offered_at", "id"]
        indexes = [models.Index(fields=["group", "-offered_at"], name="invited_by_group")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.group}"
