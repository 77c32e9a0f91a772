from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.people.enums import Digest
from accounts.people.models import User
from filiere.api.serializers import ModelSerializer, Serializer


class PersonSerializer(ModelSerializer):
    """A person, as administrators see them."""

    full_name = serializers.CharField(source="get_full_name", read_only=True)
    is_administrator = serializers.BooleanField(source="is_staff", read_only=True)
    has_second_factor = serializers.BooleanField(read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "given_name",
            "family_name",
            "full_name",
            "is_active",
            "is_administrator",
            "is_delegate",
            "has_second_factor",
            "last_login",
            "date_joined",
            "anonymised_at",
            "changed_at",
        ]
        read_only_fields = fields


class IdentitySerializer(Serializer):
    email = serializers.EmailField(max_length=254)
    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)


class NewPersonSerializer(IdentitySerializer):
    is_administrator = serializers.BooleanField(default=False)
    is_delegate = serializers.BooleanField(default=False)


class MeSerializer(PersonSerializer):
    class Meta(PersonSerializer.Meta):
        fields = [*PersonSerializer.Meta.fields, "language", "time_zone", "digest", "quiet_from", "quiet_until"]
        read_only_fields = fields


class PreferencesSerializer(Serializer):
    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    time_zone = serializers.CharField(max_length=64, help_text=_("Un nom de la base IANA\u00a0: Europe/Paris."))
    digest = serializers.ChoiceField(choices=Digest.choices)
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(
        allow_null=True, help_text=_("Avant quiet_from, le silence passe minuit. Les deux heures, ou aucune.")
    )


class AnonymisationSerializer(Serializer):
    confirmation = serializers.CharField(max_length=254, help_text=_("L’adresse de la personne, recopiée."))
