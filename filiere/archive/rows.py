"""One row of a table as one line of JSON, and back. The same line on every database.

Keys made by `migrate` differ from one installation to another: content types and permissions travel under their names.
"""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.duration import duration_iso_string

from filiere.archive.problems import ArchiveProblem

Name = tuple[str, ...]
CHUNK = 2000


class Names:
    """The two tables whose rows are known by name: their keys on this installation, and the way back."""

    def __init__(self) -> None:
        types: dict[Any, Name] = {row.pk: (row.app_label, row.model) for row in ContentType.objects.all()}
        permissions: dict[Any, Name] = {
            row.pk: (*types[row.content_type_id], row.codename) for row in Permission.objects.all()
        }
        self.name_of: dict[type[models.Model], dict[Any, Name]] = {ContentType: types, Permission: permissions}
        self.key_of = {model: {name: key for key, name in known.items()} for model, known in self.name_of.items()}

    def key(self, model: type[models.Model], name: Name) -> Any:
        known = self.key_of[model]
        if name not in known:
            # An application that was removed: its rows stay readable, and nothing is lost.
            known[name] = self._create(model, name)
        return known[name]

    def _create(self, model: type[models.Model], name: Name) -> Any:
        if model is ContentType:
            app_label, label = name
            return ContentType.objects.create(app_label=app_label, model=label).pk
        *of_type, codename = name
        content_type = self.key(ContentType, tuple(of_type))
        return Permission.objects.create(content_type_id=content_type, codename=codename, name=codename).pk


class Shape:
    """How the rows of one model are written and read."""

    def __init__(self, model: type[models.Model], names: Names) -> None:
        self.model = model
        self.fields = [field for field in model._meta.local_concrete_fields if not field.generated]
        self._names = names
        self._read = {field.attname: self._reader(field) for field in self.fields}
        self._named = {
            field.attname: names.name_of[field.related_model]
            for field in self.fields
            if isinstance(field.related_model, type) and field.related_model in names.name_of
        }

    def lines(self) -> Iterator[bytes]:
        attributes = [field.attname for field in self.fields]
        rows: models.QuerySet[Any, tuple[Any, ...]] = (
            models.QuerySet(self.model).order_by("pk").values_list(*attributes)
        )
        for row in rows.iterator(chunk_size=CHUNK):
            values = dict(zip(attributes, row, strict=True))
            for attribute, names in self._named.items():
                if values[attribute] is not None:
                    values[attribute] = names[values[attribute]]
            yield json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    def instance(self, line: bytes) -> models.Model:
        values = json.loads(line)
        if not isinstance(values, dict) or set(values) != set(self._read):
            raise ArchiveProblem(f"les colonnes de {self.model._meta.label_lower} ne sont pas celles attendues")
        return self.model(**{attribute: self._read[attribute](value) for attribute, value in values.items()})

    def _reader(self, field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
        related = field.related_model
        if isinstance(related, type) and related in self._names.name_of:
            return lambda value: None if value is None else self._names.key(related, tuple(value))
        if isinstance(field, models.ForeignKey):
            return lambda value: None if value is None else field.target_field.to_python(value)
        if isinstance(field, models.BinaryField):
            return lambda value: None if value is None else base64.b64decode(value, validate=True)
        if isinstance(field, models.JSONField) and not field.null:
            # Read back, the null of JSON and the absence of a value look the same: the column tells them apart.
            return lambda value: models.Value(None, models.JSONField()) if value is None else value
        return field.to_python


def _plain(value: object) -> object:
    """Nothing is rounded: the journal's chain covers the microseconds."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    raise TypeError(f"no plain form for {type(value).__name__}")
