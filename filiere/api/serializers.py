"""Serializers that lose nothing in silence: a field they do not know, or may not write, is an error."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers


class _Strict:
    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (errors := _unexpected(data, self.fields)):
            raise serializers.ValidationError(errors)
        return super().to_internal_value(data)  # type: ignore[misc]


def _unexpected(data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, list[str]]:
    form = isinstance(data, QueryDict)
    errors = {}
    for key in data:
        # A form writes nested names as "items[0]name" or "place.city".
        name = str(key).split("[", 1)[0].split(".", 1)[0] if form else str(key)
        field = fields.get(name)
        if field is None or isinstance(field, serializers.HiddenField):
            errors[str(key)] = [_("Champ inconnu.")]
        elif field.read_only:
            errors[str(key)] = [_("Ce champ se lit, mais ne s’écrit pas.")]
    return errors


class Serializer(_Strict, serializers.Serializer[Any]):
    pass


class Empty(Serializer):
    """For an action that needs no body: what it is sent nevertheless is named, not ignored."""


class ModelSerializer(_Strict, serializers.ModelSerializer[Any]):
    pass
