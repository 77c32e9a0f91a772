from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.organisations.models import Organisation
from accounts.organisations.selectors import other_names
from filiere.api.serializers import ModelSerializer, Serializer


class OrganisationSerializer(ModelSerializer):
    aliases = serializers.SerializerMethodField(help_text=_("Autres noms, en plus du nom et du sigle."))

    class Meta:
        model = Organisation
        fields = ["id", "name", "acronym", "kind", "college", "region", "aliases", "changed_at"]
        read_only_fields = fields

    def get_aliases(self, organisation: Organisation) -> list[str]:
        return other_names(organisation)


class OrganisationInput(ModelSerializer):
    aliases = serializers.ListField(child=serializers.CharField(max_length=200), required=False)
    confirmed = serializers.BooleanField(
        required=False,
        help_text=_("Confirme qu’un sigle ou un autre nom est partagé avec une organisation différente."),
    )

    class Meta:
        model = Organisation
        fields = ["name", "acronym", "kind", "college", "region", "aliases", "confirmed"]


class MergeInput(Serializer):
    absorb = serializers.UUIDField(help_text=_("L’organisation en double, qui disparaît dans celle-ci."))
