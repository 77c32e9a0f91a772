"""Models that point at organisations in every way there is, as features written later will."""

# ruff: noqa: DJ008  (nobody reads them)

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from django.apps import apps
from django.db import connection, models
from django.db.models.functions import Lower

from accounts.models import Organisation


class OnlyShown(models.Manager["models.Model"]):
    def get_queryset(self) -> "models.QuerySet[models.Model]":
        return super().get_queryset().filter(hidden=False)


@contextmanager
def later_features() -> Iterator[SimpleNamespace]:
    """Registered and with their tables inside the block, gone after it: no other test sees them."""
    known = set(apps.all_models["accounts"])
    made = _models()
    try:
        with connection.schema_editor() as editor:
            for model in vars(made).values():
                editor.create_model(model)
        yield made
    finally:
        with connection.schema_editor() as editor:
            for model in reversed(vars(made).values()):
                editor.delete_model(model)
        for name in set(apps.all_models["accounts"]) - known:
            del apps.all_models["accounts"][name]
        apps.clear_cache()


def _models() -> SimpleNamespace:
    towards = {"to": Organisation, "on_delete": models.PROTECT, "related_name": "+"}

    class Sheet(models.Model):
        """One at most for each organisation."""

        organisation = models.OneToOneField(**towards)

        class Meta:
            app_label = "accounts"
            verbose_name_plural = "fiches"

    class Seat(models.Model):
        """One for each organisation and room, among those that are not closed; hidden rows exist."""

        organisation = models.ForeignKey(**towards)
        room = models.CharField(max_length=20)
        closed = models.BooleanField(default=False)
        hidden = models.BooleanField(default=False)

        objects = OnlyShown()

        class Meta:
            app_label = "accounts"
            verbose_name_plural = "sièges"
            constraints = [
                models.UniqueConstraint(
                    fields=["organisation", "room"], condition=models.Q(closed=False), name="one_seat"
                )
            ]

    class Vote(models.Model):
        organisation = models.ForeignKey(**towards)
        subject = models.CharField(max_length=20)

        class Meta:
            app_label = "accounts"
            verbose_name_plural = "votes"
            unique_together = [("subject", "organisation")]

    class Label(models.Model):
        """Its rule is an expression: nothing in the model's fields tells it."""

        organisation = models.ForeignKey(**towards)
        text = models.CharField(max_length=20)

        class Meta:
            app_label = "accounts"
            verbose_name_plural = "étiquettes"
            constraints = [models.UniqueConstraint("organisation", Lower("text"), name="one_label")]

    class Letter(models.Model):
        """Two keys towards organisations, and one towards many."""

        sender = models.ForeignKey(**towards)
        receiver = models.ForeignKey(**towards, null=True)
        copies = models.ManyToManyField(Organisation, related_name="+")

        class Meta:
            app_label = "accounts"
            verbose_name_plural = "courriers"

    return SimpleNamespace(sheet=Sheet, seat=Seat, vote=Vote, label=Label, letter=Letter)
