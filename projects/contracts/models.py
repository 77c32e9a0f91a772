"""The contract: what the State and the industry agreed to do, in chapters and projects. Codes outlive numbers."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.ids import uuid7
from filiere.text import fold
from projects.access.standing import standing_of
from projects.contracts.enums import BudgetKind, Part

if TYPE_CHECKING:
    from accounts.people.models import User

CODE_HELP = _("Ne change jamais, même quand les numéros changent\u00a0: lettres, chiffres et traits d’union.")


class FiliereQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "FiliereQuerySet":
        """The contract and all its parts are open to the whole filière, and to nobody else."""
        return self if standing_of(reader).in_filiere else self.none()


class Contract(models.Model):
    """The frame of three or four years that both sides signed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=CODE_HELP,
        error_messages={"unique": _("Un contrat porte déjà ce code.")},
    )
    title = models.CharField(_("titre"), max_length=200)
    sector = models.CharField(_("filière"), max_length=200)
    presentation = models.TextField(_("présentation"), max_length=5000, blank=True)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    organisations = models.ManyToManyField(
        Organisation, verbose_name=_("signataires"), related_name="contracts", blank=True
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("contrat")
        verbose_name_plural = _("contrats")
        ordering = ["-starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_it_starts",
                violation_error_message=_("Un contrat ne peut pas finir avant d’avoir commencé."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def last_day(self) -> date:
        """As amended: the last avenant that speaks of the end decides."""
        ends: list[date] = [amendment.ends_on for amendment in self.amendments.all() if amendment.ends_on]
        return ends[-1] if ends else self.ends_on


class Amendment(models.Model):
    """An avenant: it amends without erasing, so it is added and never taken away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(_("numéro"))
    title = models.CharField(_("objet"), max_length=200)
    summary = models.TextField(_("ce qu’il change"), max_length=5000, blank=True)
    signed_on = models.DateField(_("signé le"))
    # What it makes of the contract's end; empty when it leaves it alone.
    ends_on = models.DateField(_("nouvelle fin du contrat"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("avenant")
        verbose_name_plural = _("avenants")
        ordering = ["contract_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "number"],
                name="one_amendment_per_number",
                violation_error_message=_("Ce contrat a déjà un avenant de ce numéro."),
            )
        ]

    def __str__(self) -> str:
        return f"{_('Avenant')} {self.number}"


class Axis(models.Model):
    """A chapter of the contract."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="axes")
    code = models.SlugField(_("code"), max_length=40, help_text=CODE_HELP)
    title = models.CharField(_("titre"), max_length=300)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("axe")
        verbose_name_plural = _("axes")
        ordering = ["contract_id", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "code"],
                name="one_axis_per_code",
                violation_error_message=_("Un axe de ce contrat porte déjà ce code."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}. {self.title}"


class Project(models.Model):
    """A projet structurant. Its number and its wording change from one version of the contract to the next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Repeated from the axis, which may change: a code is unique in its contract, and the database sees to it.
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="projects")
    axis = models.ForeignKey(Axis, on_delete=models.PROTECT, related_name="projects", verbose_name=_("axe"))
    code = models.SlugField(_("code"), max_length=40, help_text=CODE_HELP)
    number = models.PositiveSmallIntegerField(_("numéro"), help_text=_("Dans la version en vigueur du contrat."))
    title = models.CharField(_("intitulé"), max_length=300)
    other_titles = models.TextField(
        _("autres intitulés"),
        max_length=2000,
        blank=True,
        help_text=_("Un par ligne\u00a0: ce qu’on lit ailleurs, ou ce qu’on lisait dans une version précédente."),
    )
    summary = models.TextField(_("résumé"), max_length=5000, blank=True)
    searchable = models.TextField(editable=False, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("projet structurant")
        verbose_name_plural = _("projets structurants")
        ordering = ["contract_id", "number", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "code"],
                name="one_project_per_code",
                violation_error_message=_("Un projet de ce contrat porte déjà ce code."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.searchable = fold(f"{self.code} {self.title} {self.other_titles}")
        super().save(*args, **kwargs)


class Participation(models.Model):
    """An organisation's part in a project."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="participations")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="participations", verbose_name=_("organisation")
    )
    part = models.CharField(_("part"), max_length=15, choices=Part)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation associée")
        verbose_name_plural = _("organisations associées")
        ordering = ["project_id", "part", "organisation__alphabetical", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation", "part"],
                name="one_part_per_organisation_and_project",
                violation_error_message=_("Cette organisation tient déjà cette part dans le projet."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.get_part_display()}"


class ProjectLink(models.Model):
    """Why one project needs another, or a whole chapter."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    from_project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")
    to_project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="linked_from", null=True, blank=True, verbose_name=_("projet")
    )
    to_axis = models.ForeignKey(
        Axis, on_delete=models.CASCADE, related_name="linked_from", null=True, blank=True, verbose_name=_("axe")
    )
    why = models.CharField(_("pourquoi"), max_length=500)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("lien entre projets")
        verbose_name_plural = _("liens entre projets")
        ordering = ["from_project_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_project=None, to_axis__isnull=False) | Q(to_project__isnull=False, to_axis=None),
                name="link_leads_to_one_thing",
                violation_error_message=_("Un lien mène à un projet ou à un axe, à l’un des deux."),
            ),
            models.CheckConstraint(
                condition=Q(to_project=None) | ~Q(to_project=F("from_project")),
                name="link_leads_elsewhere",
                violation_error_message=_("Un projet ne peut pas être lié à lui-même."),
            ),
        ]

    def __str__(self) -> str:
        return self.why


class BudgetLine(models.Model):
    """Money, as the contract writes it. An envelope may hold others: those are parts of it, not more of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budget_lines")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("comprise dans"),
    )
    kind = models.CharField(_("nature"), max_length=20, choices=BudgetKind)
    label = models.CharField(_("objet"), max_length=300, blank=True)
    # Empty: « à définir ». Never zero for what nobody has decided.
    amount = models.DecimalField(_("montant en euros"), max_digits=15, decimal_places=2, null=True, blank=True)
    as_written = models.CharField(
        _("tel qu’écrit"), max_length=500, blank=True, help_text=_("Les mots du contrat, s’ils en disent plus.")
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("ligne de budget")
        verbose_name_plural = _("lignes de budget")
        ordering = ["project_id", "kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="amount_not_negative",
                violation_error_message=_("Un montant ne peut pas être négatif."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="budget_line_not_in_itself",
                violation_error_message=_("Une ligne ne peut pas être comprise dans elle-même."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.as_written or str(self.get_kind_display())


class Criterion(models.Model):
    """What the project will be judged by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("critère"), max_length=500)

    objects: ClassVar = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = _("critère d’évaluation")
        verbose_name_plural = _("critères d’évaluation")
        ordering = ["project_id", "position", "id"]

    def __str__(self) -> str:
        return self.text
