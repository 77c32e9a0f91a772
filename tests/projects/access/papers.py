"""A feature that keeps things confidential, as those written later will: its model and its table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from projects.access.confidentiality import Confidential, ConfidentialQuerySet, lists_of


@contextmanager
def papers() -> Iterator[Any]:
    """Registered and with its table inside the block, which a transaction surrounds; gone after it."""

    class Paper(Confidential):
        VALIDATED: ClassVar = Q(validated=True)

        date = models.DateField()
        validated = models.BooleanField(default=False)

        objects: ClassVar = ConfidentialQuerySet.as_manager()

        class Meta(Confidential.Meta):
            app_label = "projects"
            ordering = ["-date", "-id"]
            indexes = lists_of("paper", "-date", "-id")

    try:
        _create_table(Paper)
        yield Paper
    finally:
        del apps.all_models["projects"]["paper"]
        apps.clear_cache()


def _create_table(model: type[models.Model]) -> None:
    """Without Django's schema editor, which SQLite allows outside of transactions alone."""
    editor = connection.schema_editor()
    editor.deferred_sql = []
    editor.create_model(model)
    for statement in editor.deferred_sql:
        editor.execute(statement)
