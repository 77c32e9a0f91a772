from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.discussions.models import Comment, Thread


class CommentSerializer(ModelSerializer):
    version = serializers.UUIDField(source="thread.version_id", read_only=True, allow_null=True)
    author_name = serializers.CharField(source="author.get_full_name", read_only=True, default="")
    mentions = serializers.SerializerMethodField(help_text=_("Les personnes nommées après un @."))

    class Meta:
        model = Comment
        fields = [
            "id",
            "thread",
            "version",
            "author",
            "author_name",
            "capacity",
            "text",
            "mentions",
            "written_at",
            "edited_at",
            "withdrawn_at",
            "changed_at",
        ]
        read_only_fields = fields

    def get_mentions(self, comment: Comment) -> list[str]:
        return sorted(str(mention.person_id) for mention in comment.mentions.all())


class NewComment(Serializer):
    """In a thread, or about a version: then it opens a thread."""

    thread = serializers.UUIDField(required=False, help_text=_("Le fil auquel répondre."))
    version = serializers.UUIDField(required=False, help_text=_("La version sur laquelle ouvrir un fil."))
    about = serializers.CharField(required=False, allow_blank=True, max_length=200)
    text = serializers.CharField(max_length=5000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("thread" in attrs) == ("version" in attrs):
            raise serializers.ValidationError(
                {"thread": [_("Donnez un fil, ou une version sur laquelle en ouvrir un\u00a0: l’un des deux.")]}
            )
        if "thread" in attrs and attrs.get("about"):
            raise serializers.ValidationError({"about": [_("Un fil dit lui-même de quoi il parle.")]})
        return attrs


class CommentChange(Serializer):
    text = serializers.CharField(max_length=5000)


class ThreadSerializer(ModelSerializer):
    comments = serializers.IntegerField(source="number", read_only=True, default=0)

    class Meta:
        model = Thread
        fields = ["id", "version", "about", "comments", "opened_at", "resolved_at", "resolved_by", "changed_at"]
        read_only_fields = fields
