"""Threads of comments on anything that people work on. A thread is read by those who work on its subject."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filiere.ids import uuid7
from projects.access.confidentiality import NOTHING, readable
from projects.access.standing import standing_of

if TYPE_CHECKING:
    from accounts.people.models import User

# What can be discussed: the reference of a thread that points at it, and where it leads to what says who may read it.
SUBJECTS = {"version": "version__deliverable__"}


class ThreadQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "ThreadQuerySet":
        return self.filter(read_by(reader))


class CommentQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "CommentQuerySet":
        return self.filter(read_by(reader, path="thread__"))


def read_by(reader: "User | AnonymousUser", path: str = "") -> Q:
    """Those who read work under way on the subject: a discussion is none of the things that were validated."""
    standing, found = standing_of(reader), Q()
    for subject, way in SUBJECTS.items():
        about = Q(**{f"{path}{subject}__isnull": False})
        found |= about & readable(standing, path=f"{path}{way}", validated=NOTHING)
    return found


class Thread(models.Model):
    """One question, and what was answered, until somebody calls it settled."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(
        "projects.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="threads"
    )
    # Where in it: « page 4, deuxième paragraphe ».
    about = models.CharField(_("à propos de"), max_length=200, blank=True)
    resolved_at = models.DateTimeField(_("résolu le"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ThreadQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("fil de discussion")
        verbose_name_plural = _("fils de discussion")
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=False),
                name="thread_is_about_one_thing",
                violation_error_message=_("Un fil porte sur une seule chose."),
            )
        ]
        indexes = [models.Index(fields=["version", "opened_at"], name="thread_by_version")]

    def __str__(self) -> str:
        return self.about or str(self.pk)


class Comment(models.Model):
    """One contribution to a thread. Corrected by its author, or taken back: then its place stays, without its words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="comments")
    capacity = models.CharField(_("en qualité de"), max_length=200, blank=True)
    text = models.TextField(_("commentaire"), max_length=5000, blank=True)
    written_at = models.DateTimeField(_("écrit le"), default=timezone.now)
    edited_at = models.DateTimeField(_("corrigé le"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = CommentQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("commentaire")
        verbose_name_plural = _("commentaires")
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(withdrawn_at__isnull=False),
                name="comment_says_something",
                violation_error_message=_("Écrivez votre commentaire."),
            )
        ]
        indexes = [models.Index(fields=["thread", "written_at"], name="comment_by_thread")]

    def __str__(self) -> str:
        return str(self.pk)


class Mention(models.Model):
    """Somebody named in a comment, who is told."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions")
    # When a mail about it left: a task that runs twice writes once.
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="one_mention_per_person")]

    def __str__(self) -> str:
        return str(self.person_id)
