"""The part of a body where one says to whom a thing exists: the twin of `forms.ConfidentialityPart`."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.organisations.enums import College
from filiere.api.serializers import Serializer
from projects.access.confidentiality import check_chosen
from projects.access.enums import Confidentiality
from projects.access.standing import standing_of

if TYPE_CHECKING:
    from projects.groups.models import WorkingGroup


class ConfidentialityPart(Serializer):
    """Its `group` is in the context, or among the data; a change keeps what the instance says of what is not sent."""

    confidentiality = serializers.ChoiceField(Confidentiality.choices, required=False)
    college = serializers.ChoiceField(College.choices, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if self.instance is not None and not attrs.keys() & {"confidentiality", "college"}:
            return attrs
        group: WorkingGroup = self.context.get("group") or attrs.get("group") or self.instance.group  # type: ignore[union-attr]
        level = attrs.setdefault("confidentiality", self._stands("confidentiality", group.default_confidentiality))
        kept = self._stands("college", "") if level == Confidentiality.COLLEGE else ""
        attrs.setdefault("college", kept)
        try:
            check_chosen(
                standing_of(self.context["request"].user), group, confidentiality=level, college=attrs["college"]
            )
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return attrs

    def _stands(self, name: str, otherwise: str) -> str:
        return str(getattr(self.instance, name, otherwise))
