from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from filiere.api.serializers import Serializer
from projects.activity.telling import Told


class EventSerializer(Serializer):
    """An event, as it is told to this reader."""

    id = serializers.UUIDField(source="event.id", read_only=True)
    at = serializers.DateTimeField(source="event.at", read_only=True)
    actor = serializers.UUIDField(
        source="event.actor_id", allow_null=True, read_only=True, help_text=_("Vide pour l’application elle-même.")
    )
    capacity = serializers.CharField(source="event.capacity", read_only=True)
    verb = serializers.CharField(source="event.verb", read_only=True)
    sentence = serializers.CharField(read_only=True)
    object_type = serializers.CharField(source="event.object_type", read_only=True)
    object_id = serializers.CharField(source="event.object_id", read_only=True)
    object_name = serializers.CharField(
        source="name", read_only=True, help_text=_("Vide quand vous n’avez pas à le connaître.")
    )
    group = serializers.UUIDField(
        source="event.group_id", allow_null=True, read_only=True, help_text=_("Celui dont le journal en parle.")
    )
    changes = serializers.SerializerMethodField(
        help_text=_(
            "Par champ, ce qu’il était et ce qu’il est devenu\u202f; rien quand vous n’avez pas à le connaître."
        )
    )
    request_id = serializers.CharField(source="event.request_id", read_only=True)
    digest = serializers.CharField(source="event.digest", read_only=True, help_text=_("SHA-256 de l’événement."))
    position = serializers.IntegerField(
        source="link.position", allow_null=True, read_only=True, help_text=_("Vide tant qu’il n’est pas scellé.")
    )
    hash = serializers.CharField(source="link.hash", allow_null=True, read_only=True)

    def get_changes(self, told: Told) -> dict[str, list[Any]] | None:
        return told.content if told.readable else None
