"""Mandates and delegations as the API shows and takes them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from filiere.api.serializers import ModelSerializer, Serializer
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_BE_LENT
from projects.groups.models import Delegation, Membership


class MemberSerializer(ModelSerializer):
    group = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    person_name = serializers.CharField(source="person.get_full_name", read_only=True)
    organisation_name = serializers.CharField(source="organisation.name", read_only=True)

    class Meta:
        model = Membership
        fields = [
            "id",
            "group",
            "person",
            "person_name",
            "role",
            "organisation",
            "organisation_name",
            "college",
            "starts_on",
            "ends_on",
            "substitute_for",
            "withdrawn_at",
            "changed_at",
        ]
        read_only_fields = fields


class NewMember(Serializer):
    person = serializers.UUIDField(required=False, help_text=_("Quelqu’un que vous pouvez voir\u202f; ou `email`."))
    email = serializers.EmailField(
        required=False, max_length=254, help_text=_("À la place de `person`\u00a0: l’adresse entière de son compte.")
    )
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = serializers.UUIDField()
    starts_on = serializers.DateField(required=False, help_text=_("Aujourd’hui, sauf à le dire."))
    ends_on = serializers.DateField(required=False, allow_null=True, help_text=_("Dernier jour, compris."))
    substitute_for = serializers.UUIDField(required=False, allow_null=True, help_text=_("Le mandat du titulaire."))


class MemberChange(Serializer):
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = serializers.UUIDField()
    from_day = serializers.DateField(help_text=_("Premier jour du changement\u00a0: aujourd’hui, sauf à le dire."))
    ends_on = serializers.DateField(allow_null=True, help_text=_("Dernier jour, compris."))


class MemberEnd(Serializer):
    ends_on = serializers.DateField(
        required=False, help_text=_("Dernier jour\u202f; sinon le mandat s’arrête aussitôt.")
    )
    successor = serializers.UUIDField(required=False, help_text=_("Le mandat de qui reprend ce qui peut l’être."))


class EndTogether(Serializer):
    mandates = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
    ends_on = serializers.DateField(
        required=False, help_text=_("Dernier jour de tous\u202f; sinon ils s’arrêtent aussitôt.")
    )


class EndedTogether(Serializer):
    ended = serializers.IntegerField(help_text=_("Combien ont cette fin."))
    left_alone = serializers.IntegerField(help_text=_("Combien étaient terminés, ou finissent plus tôt."))


class DelegationSerializer(ModelSerializer):
    group = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    lender_name = serializers.CharField(source="lender.get_full_name", read_only=True)
    borrower_name = serializers.CharField(source="borrower.get_full_name", read_only=True)

    class Meta:
        model = Delegation
        fields = [
            "id",
            "group",
            "permission",
            "lender",
            "lender_name",
            "borrower",
            "borrower_name",
            "starts_on",
            "ends_on",
            "reason",
            "revoked_at",
            "changed_at",
        ]
        read_only_fields = fields


class NewDelegation(Serializer):
    group = serializers.CharField(max_length=60, help_text=_("Son identifiant, ou le dernier mot de son adresse."))
    permission = serializers.ChoiceField(
        choices=[(each.value, each.label) for each in Permission if each in MAY_BE_LENT]
    )
    borrower = serializers.UUIDField(help_text=_("Un membre du groupe, ni observateur ni invité."))
    starts_on = serializers.DateField(required=False, help_text=_("Aujourd’hui, sauf à le dire."))
    ends_on = serializers.DateField(help_text=_("Dernier jour, compris."))
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
