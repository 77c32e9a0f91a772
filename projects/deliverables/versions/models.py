"""Versions: one file each, never changed, known by its SHA-256."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filiere.ids import uuid7
from projects.access.confidentiality import NOTHING
from projects.access.standing import standing_of
from projects.deliverables.enums import ApprovalState, TextState
from projects.deliverables.files.formats import Format
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.models import Deliverable, brought_before, seen_by

if TYPE_CHECKING:
    from accounts.people.models import User

# Whoever is not known to be clean is not handed out.
HANDED_OUT = (Scan.CLEAN, Scan.NOT_SCANNED)


def stored_as(version: "Version", _name: str) -> str:
    """Never by the name that people gave: it is told when the file is handed out, and nowhere else."""
    return f"versions/{version.pk.hex[-2:]}/{version.pk.hex}"


class VersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "VersionQuerySet":
        """Observers read those that were validated; the Bureau the one it has before it, not the drafts."""
        standing = standing_of(reader)
        validated = Q(validated_at__isnull=False)
        before_the_bureau = brought_before(standing, path="deliverable__") & Q(pk=F("deliverable__current"))
        return self.filter(seen_by(standing, path="deliverable__", validated=validated) | before_the_bureau)


class Version(models.Model):
    """A file handed in, with what became of it. A later one replaces it; nothing changes what it holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deliverable = models.ForeignKey(
        Deliverable, on_delete=models.PROTECT, related_name="versions", verbose_name=_("livrable")
    )
    number = models.PositiveIntegerField(_("numéro"))
    file = models.FileField(_("fichier"), upload_to=stored_as, max_length=200, editable=False)
    name = models.CharField(_("nom du fichier"), max_length=200)
    format = models.CharField(_("format"), max_length=8, choices=Format)
    size = models.PositiveBigIntegerField(_("taille en octets"))
    sha256 = models.CharField(_("empreinte SHA-256"), max_length=64, validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")])
    note = models.CharField(_("ce qui change"), max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="versions", verbose_name=_("auteur")
    )
    capacity = models.CharField(_("en qualité de"), max_length=200, blank=True)
    deposited_at = models.DateTimeField(_("déposée le"), default=timezone.now)
    state = models.CharField(_("état"), max_length=24, choices=ApprovalState, default=ApprovalState.DRAFT)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("soumise par"),
    )
    submitted_at = models.DateTimeField(_("soumise le"), null=True, blank=True)
    # The day it was all that its group and, where it takes that, the Bureau ask for.
    validated_at = models.DateTimeField(_("validée le"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("remplacée le"), null=True, blank=True)
    scan = models.CharField(_("analyse antivirus"), max_length=12, choices=Scan, default=Scan.WAITING)
    threat = models.CharField(_("menace trouvée"), max_length=200, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = VersionQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-deposited_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "number"],
                name="one_version_per_number",
                violation_error_message=_("Ce livrable a déjà une version de ce numéro."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ApprovalState.NO_VERSION),
                name="version_has_a_state",
                violation_error_message=_("Une version a toujours un état."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ApprovalState.SUBMITTED)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, replaced_at=None),
                name="submitted_version_says_by_whom",
                violation_error_message=_("Une version soumise l’a été par quelqu’un."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="version_by_state"),
            models.Index(fields=["sha256"], name="version_by_hash"),
        ]

    def __str__(self) -> str:
        return _("%(title)s, version %(number)s") % {"title": self.deliverable, "number": self.number}

    @property
    def is_current(self) -> bool:
        return self.replaced_at is None

    @property
    def is_handed_out(self) -> bool:
        return self.scan in HANDED_OUT

    @property
    def is_quarantined(self) -> bool:
        return self.scan == Scan.INFECTED

    @property
    def short_hash(self) -> str:
        return self.sha256[:12]


class VersionText(models.Model):
    """The words of a version, beside it: lists never carry them along."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, primary_key=True, related_name="text")
    state = models.CharField(_("extraction"), max_length=10, choices=TextState, default=TextState.WAITING)
    words = models.TextField(blank=True)
    searchable = models.TextField(blank=True, editable=False)
    problem = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("texte d’une version")
        verbose_name_plural = _("textes de versions")

    def __str__(self) -> str:
        return str(self.version_id)


class VersionPartQuerySet(models.QuerySet[Any]):
    """What people say and decide about a version is work: not for those who read validated things only."""

    def visible_to(self, reader: "User | AnonymousUser") -> "VersionPartQuerySet":
        return self.filter(seen_by(standing_of(reader), path="version__deliverable__", validated=NOTHING))
