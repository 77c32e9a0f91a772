"""What a group must hand over: what is expected, by when, how far it is, and which version counts."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.organisations.models import Organisation
from filiere.days import today
from filiere.ids import uuid7
from filiere.text import fold
from projects.access.confidentiality import NOTHING, Confidential, ConfidentialQuerySet, lists_of, readable
from projects.access.enums import Confidentiality, Permission
from projects.access.standing import Standing, standing_of
from projects.contracts.models import Project
from projects.deliverables.due.period import Period, Precision
from projects.deliverables.enums import LIVE, ApprovalState, Health, Progress

if TYPE_CHECKING:
    from accounts.people.models import User

# In a list without a date, last.
SOME_DAY = date.max
# What its pilots approved leaves the group for the Bureau, which reads it, and its own members alone do not suffice.
BEFORE_THE_BUREAU = (ApprovalState.APPROVED, ApprovalState.VALIDATED)
# A Bureau sits for all colleges: what is kept from some of them cannot be brought before it.
READ_BY_THE_BUREAU = (Confidentiality.PUBLIC, Confidentiality.FILIERE, Confidentiality.GROUP)


def seen_by(standing: Standing, *, path: str = "", validated: Q | None = None) -> Q:
    """Who reads a deliverable by their place in its group, from wherever `path` leads to it."""
    if validated is None:
        validated = Q(**{f"{path}validated__isnull": False})
    return readable(standing, path=path, validated=validated)


def brought_before(standing: Standing, *, path: str = "") -> Q:
    """The Bureau also reads what its pilots approved and it must validate."""
    if not standing.groups(Permission.SIT_ON_BUREAU):
        return NOTHING
    return Q(
        **{
            f"{path}needs_bureau": True,
            f"{path}approval_state__in": BEFORE_THE_BUREAU,
            f"{path}confidentiality__in": READ_BY_THE_BUREAU,
        }
    )


class DeliverableQuerySet(ConfidentialQuerySet):
    def visible_to(self, reader: "User | AnonymousUser") -> "DeliverableQuerySet":
        standing = standing_of(reader)
        return self.filter(seen_by(standing) | brought_before(standing))

    def told_to(self, reader: "User | AnonymousUser") -> "DeliverableQuerySet":
        """Their story is of work under way: whoever reads what came of it, or sits on the Bureau, is not told it."""
        return self.filter(seen_by(standing_of(reader), validated=NOTHING))

    def late(self, day: date | None = None) -> "DeliverableQuerySet":
        return self.filter(due_end__lt=day or today(), progress__in=LIVE, recurrent=False)


class Deliverable(Confidential):
    """A line of the contract, or of the group's own programme."""

    VALIDATED = Q(validated__isnull=False)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(
        _("code"),
        max_length=40,
        blank=True,
        help_text=_("Celui du contrat, s’il en a un\u00a0: il ne change plus, même quand l’intitulé change."),
    )
    title = models.CharField(_("intitulé"), max_length=300)
    description = models.TextField(_("description"), max_length=10000, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("fait partie de")
    )
    projects = models.ManyToManyField(
        Project, blank=True, related_name="deliverables", verbose_name=_("projets servis")
    )
    owners = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="deliverables", verbose_name=_("responsables")
    )
    organisations = models.ManyToManyField(
        Organisation, blank=True, related_name="deliverables", verbose_name=_("organisations contributrices")
    )
    due = models.CharField(_("échéance"), max_length=200, blank=True)
    due_start = models.DateField(_("début de l’échéance"), null=True, blank=True, editable=False)
    due_end = models.DateField(_("fin de l’échéance"), null=True, blank=True, editable=False)
    due_precision = models.CharField(
        _("précision de l’échéance"), max_length=12, choices=Precision, default=Precision.NONE, editable=False
    )
    due_order = models.DateField(default=SOME_DAY, editable=False)
    progress = models.CharField(
        _("état d’avancement"), max_length=16, choices=Progress, default=Progress.TO_START, editable=False
    )
    recurrent = models.BooleanField(_("récurrent"), default=False)
    # Of a suspension or an abandonment: why, until when it is thought to last, and where the work stood.
    stopped_because = models.TextField(_("motif de l’arrêt"), max_length=2000, blank=True, editable=False)
    stopped_on = models.DateField(_("arrêté le"), null=True, blank=True, editable=False)
    resumes_on = models.DateField(_("reprise prévue le"), null=True, blank=True, editable=False)
    progress_before = models.CharField(max_length=16, choices=Progress, blank=True, editable=False)
    health = models.CharField(_("météo"), max_length=8, choices=Health, blank=True, editable=False)
    needs_bureau = models.BooleanField(
        _("porte une position du comité"),
        default=False,
        help_text=_("Après ses pilotes, le Bureau doit le valider\u00a0: aucune position ne sort sans cela."),
    )
    approval_state = models.CharField(
        _("état d’approbation"),
        max_length=24,
        choices=ApprovalState,
        default=ApprovalState.NO_VERSION,
        editable=False,
    )
    # The last one deposited, whatever became of it; and the last one that went all the way. Nobody looks for a
    # deliverable by them, and an index on either leads planners astray.
    current = models.ForeignKey(
        "projects.Version",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name=_("version courante"),
    )
    validated = models.ForeignKey(
        "projects.Version",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        editable=False,
        verbose_name=_("dernière version validée"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    searchable = models.TextField(editable=False, blank=True)
    alphabetical = models.CharField(max_length=200, editable=False, blank=True)

    objects: ClassVar = DeliverableQuerySet.as_manager()

    class Meta(Confidential.Meta):
        verbose_name = _("livrable")
        verbose_name_plural = _("livrables")
        default_permissions = ("view",)
        ordering = ["due_order", "id"]
        indexes = [
            *lists_of("deliverable", "due_order", "id"),
            # The Bureau's queue, and what pilots have before them.
            models.Index(fields=["approval_state", "due_order"], name="deliverable_by_state"),
            # Few are positions of the comité: its members’ lists find them without reading all the others.
            models.Index(
                fields=["approval_state", "due_order", "id"],
                condition=Q(needs_bureau=True),
                name="deliverable_for_the_bureau",
            ),
        ]
        constraints = [
            *Confidential.Meta.constraints,
            models.UniqueConstraint(
                fields=["group", "code"],
                condition=~Q(code=""),
                name="one_deliverable_per_code_and_group",
                violation_error_message=_("Un livrable de ce groupe porte déjà ce code."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="deliverable_not_in_itself",
                violation_error_message=_("Un livrable ne peut pas faire partie de lui-même."),
            ),
            models.CheckConstraint(
                condition=Q(due_start=None) | Q(due_end=None) | Q(due_end__gte=F("due_start")),
                name="due_ends_after_it_starts",
                violation_error_message=_("Une échéance ne peut pas finir avant d’avoir commencé."),
            ),
            models.CheckConstraint(
                condition=Q(progress__in=[Progress.SUSPENDED, Progress.ABANDONED], stopped_on__isnull=False)
                | (
                    ~Q(progress__in=[Progress.SUSPENDED, Progress.ABANDONED])
                    & Q(stopped_on=None, stopped_because="", resumes_on=None, progress_before="")
                ),
                name="deliverable_stopped_says_why",
                violation_error_message=_("Un arrêt se fait avec son motif, et lui seul."),
            ),
            models.CheckConstraint(
                condition=Q(approval_state=ApprovalState.NO_VERSION, current=None)
                | (~Q(approval_state=ApprovalState.NO_VERSION) & Q(current__isnull=False)),
                name="deliverable_state_is_of_a_version",
                violation_error_message=_("L’état d’approbation est celui de la version courante."),
            ),
            models.CheckConstraint(
                condition=Q(needs_bureau=False) | Q(confidentiality__in=READ_BY_THE_BUREAU),
                name="the_bureau_reads_what_it_validates",
                violation_error_message=_(
                    "Le Bureau ne peut pas valider ce qu’une partie de ses membres ne lirait pas."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.due_order = self.due_end or SOME_DAY
        self.searchable = fold(f"{self.code} {self.title} {self.due} {self.description}")
        self.alphabetical = fold(self.title)[:200]
        super().save(*args, **kwargs)

    @property
    def period(self) -> Period:
        return Period(self.due, self.due_start, self.due_end, Precision(self.due_precision))

    @property
    def is_late(self) -> bool:
        """From the end of the period: « S1 2024 » is late in July. What is suspended, or comes back, is not."""
        return self.progress in LIVE and not self.recurrent and self.due_end is not None and self.due_end < today()

    @property
    def is_stopped(self) -> bool:
        return self.progress in {Progress.SUSPENDED, Progress.ABANDONED}

    @property
    def final_state(self) -> ApprovalState:
        return ApprovalState.VALIDATED if self.needs_bureau else ApprovalState.APPROVED


class PartQuerySet(models.QuerySet[Any]):
    """What belongs to a deliverable is read by who reads it."""

    def visible_to(self, reader: "User | AnonymousUser") -> "PartQuerySet":
        standing = standing_of(reader)
        return self.filter(seen_by(standing, path="deliverable__") | brought_before(standing, path="deliverable__"))


class WorkQuerySet(models.QuerySet[Any]):
    """What tells of work under way: not for those who read validated things only."""

    def visible_to(self, reader: "User | AnonymousUser") -> "WorkQuerySet":
        return self.filter(seen_by(standing_of(reader), path="deliverable__", validated=NOTHING))


class AcceptanceCriterion(models.Model):
    """What the deliverable must meet to be approved: conformity, never progress."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("critère d’acceptation"), max_length=500)
    met = models.BooleanField(_("satisfait"), default=False)

    objects: ClassVar = PartQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("critère d’acceptation")
        verbose_name_plural = _("critères d’acceptation")
        ordering = ["deliverable_id", "position", "id"]

    def __str__(self) -> str:
        return self.text


class HealthNote(models.Model):
    """What the météo was said to be, when, by whom, with a sentence. Never changed: the next one follows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="health_notes")
    health = models.CharField(_("météo"), max_length=8, choices=Health)
    sentence = models.CharField(_("en une phrase"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    capacity = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = WorkQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("météo")
        verbose_name_plural = _("météos")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["deliverable", "-at"], name="health_by_deliverable")]

    def __str__(self) -> str:
        return str(self.get_health_display())


class Dependency(models.Model):
    """What must be ready first, perhaps in another group. Never a circle."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(
        Deliverable, on_delete=models.CASCADE, related_name="needed_by", verbose_name=_("livrable attendu")
    )
    why = models.CharField(_("pourquoi"), max_length=300, blank=True)

    objects: ClassVar = WorkQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("dépendance")
        verbose_name_plural = _("dépendances")
        ordering = ["deliverable_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "needs"],
                name="one_dependency_per_pair",
                violation_error_message=_("Cette dépendance est déjà notée."),
            ),
            models.CheckConstraint(
                condition=~Q(deliverable=F("needs")),
                name="deliverable_does_not_need_itself",
                violation_error_message=_("Un livrable ne dépend pas de lui-même."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id} → {self.needs_id}"
