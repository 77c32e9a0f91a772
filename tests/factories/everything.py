"""One awkward row in every table that an archive holds, made from the shape of the models alone.

A model that comes later is covered without anybody thinking of it. Where its constraints want more than a value of the
right type, `PARTICULAR` says what.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models

from filiere.archive.contents import saved_models
from tests.factories.accounts import UserFactory
from tests.factories.deliverables import DeliverableFactory

AWKWARD = "« L’été », œuvre\u202f! \\ \" ' \n\t\u2028 <b> 漢字 🧪"
MOMENT = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC)

PARTICULAR: dict[str, Callable[[int], Any]] = {
    "accounts.user.email": lambda n: f"personne-{n}@demo.example",
    "projects.delegation.borrower": lambda n: UserFactory().pk,  # never the lender
    # Open to all, under way, and without a version yet: each points at the other.
    "projects.deliverable.college": lambda n: "",
    "projects.deliverable.current": lambda n: None,
    "projects.deliverable.progress_before": lambda n: "",
    "projects.deliverable.resumes_on": lambda n: None,
    "projects.deliverable.stopped_because": lambda n: "",
    "projects.deliverable.stopped_on": lambda n: None,
    "projects.deliverable.validated": lambda n: None,
    "projects.dependency.needs": lambda n: DeliverableFactory().pk,  # never itself
    "projects.membership.ends_on": lambda n: date(2099, 1, 1),
    "projects.projectedday.id": lambda n: 1,
    "projects.projectlink.to_project": lambda n: None,  # it leads to an axis
    "projects.version.state": lambda n: "brouillon",  # it has one
}


def fill() -> dict[str, models.Model]:
    """Every model that is saved, with one row each, and the rows they point at."""
    made: dict[str, models.Model] = {}
    for number, model in enumerate(saved_models()):
        _make(model, made, number)
    return made


def _make(model: type[models.Model], made: dict[str, models.Model], number: int) -> models.Model:
    label = model._meta.label_lower
    if label in made:
        return made[label]
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    values = {
        field.attname: value
        for field in fields
        if (value := _value(field, made, number)) is not None or not isinstance(field, models.AutoField)
    }
    made[label] = models.QuerySet(model).bulk_create([model(**values)])[0]
    return made[label]


def _value(field: Any, made: dict[str, models.Model], number: int) -> Any:
    particular = PARTICULAR.get(f"{field.model._meta.label_lower}.{field.name}")
    if particular:
        return particular(number)
    if isinstance(field, models.ForeignKey):
        return _target(field, made, number)
    if isinstance(field, models.AutoField):
        return None
    if field.choices:
        return next(iter(dict(field.flatchoices)))
    return next(make(field, number) for kind, make in _BY_TYPE if isinstance(field, kind))


def _target(field: Any, made: dict[str, models.Model], number: int) -> Any:
    related = field.related_model
    if related is field.model:
        return None  # a self-reference is tested by itself
    if related in (ContentType, Permission):
        return related.objects.order_by("-pk").first().pk
    return getattr(_make(related, made, number + 100), field.target_field.attname)


_BY_TYPE: list[tuple[Any, Callable[[Any, int], Any]]] = [
    (models.UUIDField, lambda field, n: UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + n)),
    (models.BooleanField, lambda field, n: True),
    (models.DateTimeField, lambda field, n: MOMENT),
    (models.DateField, lambda field, n: date(2024, 2, 29)),
    (models.TimeField, lambda field, n: time(23, 59, 59, 999999)),
    (models.DurationField, lambda field, n: timedelta(days=-1, microseconds=1)),
    (models.DecimalField, lambda field, n: Decimal(1).scaleb(-field.decimal_places)),
    (models.FloatField, lambda field, n: 0.1 + 0.2),
    (models.PositiveBigIntegerField | models.BigIntegerField, lambda field, n: 2**62 + n),
    (models.IntegerField, lambda field, n: 2**15 - 1 - n),
    (models.BinaryField, lambda field, n: bytes(range(256))),
    (models.JSONField, lambda field, n: {"texte": AWKWARD, "vide": None, "liste": [1, 2.5, True, {"z": 1, "a": 2}]}),
    (models.GenericIPAddressField, lambda field, n: "2001:db8::1"),
    (models.EmailField, lambda field, n: f"adresse-{n}@demo.example"),
    (models.SlugField, lambda field, n: f"adresse-{n}"),
    (models.FileField, lambda field, n: f"dossier/fichier-{n}.pdf"),
    (models.CharField, lambda field, n: f"{n} {AWKWARD}"[: field.max_length]),
    (models.TextField, lambda field, n: AWKWARD * 200),
]


def contents(model: type[models.Model]) -> list[dict[str, Any]]:
    """What a table holds, as Python sees it: comparable before and after, on any database."""
    rows = models.QuerySet(model).order_by("pk").values()
    return [
        {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()} for row in rows
    ]


def plain(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True)
