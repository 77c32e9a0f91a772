"""The journal. An event is written once, in the transaction of the act it tells; a link seals it into the chain."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filiere.ids import uuid7


class JournalIsAppendOnly(TypeError):
    """Nobody changes or erases what happened."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """The database refuses as well (`guards`); this says it sooner, and without spoiling the transaction."""

    def update(self, **_: Any) -> NoReturn:
        raise JournalIsAppendOnly

    def delete(self) -> NoReturn:
        raise JournalIsAppendOnly

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise JournalIsAppendOnly

    def bulk_create(self, objs: Any, *args: Any, update_conflicts: bool = False, **kwargs: Any) -> list[Any]:
        if update_conflicts:
            raise JournalIsAppendOnly
        return super().bulk_create(objs, *args, **kwargs)

    # Django marks these two so that templates and related managers cannot reach them unaware; replacements must too.
    update.alters_data = delete.alters_data = True  # type: ignore[attr-defined]


class AppendOnly(models.Model):
    objects: ClassVar = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ("view",)
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise JournalIsAppendOnly
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise JournalIsAppendOnly


class Event(AppendOnly):
    """Who, in what capacity, did what to which object, and what changed.

    Names and addresses stay out of it: it points at people by id, so that anonymising a person leaves it whole.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("quand"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("qui"),
        db_index=False,  # event_by_actor begins with it
    )
    capacity = models.TextField(_("en qualité de"), blank=True)
    verb = models.CharField(_("acte"), max_length=60)
    object_type = models.CharField(_("nature de l’objet"), max_length=60)
    object_id = models.CharField(_("objet"), max_length=40)
    group = models.ForeignKey(
        "projects.WorkingGroup",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("groupe"),
        db_index=False,  # event_by_group begins with it
    )
    changes = models.JSONField(_("changements"), default=dict, help_text='{"field": [before, after]}')
    request_id = models.CharField(_("requête"), max_length=64, blank=True)
    digest = models.CharField(_("empreinte"), max_length=64, editable=False)

    class Meta(AppendOnly.Meta):
        abstract = False
        verbose_name = _("événement")
        verbose_name_plural = _("journal")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_id", "object_type", "-id"], name="event_by_object"),
            models.Index(fields=["actor", "-id"], name="event_by_actor"),
            models.Index(fields=["group", "-id"], condition=models.Q(group__isnull=False), name="event_by_group"),
            models.Index(fields=["verb", "-id"], name="event_by_verb"),
            models.Index(fields=["request_id"], name="event_by_request"),
            models.Index(fields=["at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.object_type} {self.object_id}"


class PendingLink(models.Model):
    """An event that is written but not sealed yet. Short-lived: the next seal takes it."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # Repeated here: joining a queue that is empty most of the time makes planners walk the whole journal.
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event_id)


class Link(AppendOnly):
    """One place in the chain: its hash covers the event's digest and the hash before it."""

    position = models.PositiveBigIntegerField(_("position"), primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="link", verbose_name=_("événement"))
    hash = models.CharField(_("empreinte de la chaîne"), max_length=64)

    class Meta(AppendOnly.Meta):
        abstract = False
        verbose_name = _("maillon")
        verbose_name_plural = _("chaîne")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.position)
