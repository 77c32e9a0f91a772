"""Invitations into groups as the API shows and takes them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.invitations.models import Invitation
from accounts.invitations.serializers import InvitationInput, InvitationSerializer
from accounts.organisations.permissions import coordinates
from filiere.api.serializers import ModelSerializer, Serializer
from projects.access.enums import Role
from projects.groups.enums import OfferState, Outcome
from projects.groups.invitations.gathering_lines import MOST_LINES
from projects.groups.models import InvitedMandate

ORGANISATION = _("Son identifiant, ou l’un de ses noms.")


class OfferedMandateSerializer(ModelSerializer):
    """What an invitation brings, in a group where the reader invites."""

    group = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = InvitedMandate
        fields = ["id", "group", "role", "organisation", "starts_on", "ends_on", "withdrawn_at", "given_at"]
        read_only_fields = fields


class GroupedInvitationSerializer(InvitationSerializer):
    mandates = OfferedMandateSerializer(
        source="seen_mandates", many=True, read_only=True, help_text=_("Ceux des groupes où vous invitez.")
    )

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "mandates"]
        read_only_fields = fields

    def to_representation(self, instance: Invitation) -> Any:
        data = super().to_representation(instance)
        reader = self.context["request"].user
        if not coordinates(reader) and instance.invited_by_id != reader.pk:
            data["message"] = ""  # somebody else's words to the person they invite
        return data


class MandateInput(Serializer):
    role = serializers.ChoiceField(choices=Role.choices)
    organisation = serializers.UUIDField()
    starts_on = serializers.DateField(
        required=False, allow_null=True, help_text=_("Sinon, dès l’arrivée de la personne.")
    )
    ends_on = serializers.DateField(
        required=False, allow_null=True, help_text=_("Dernier jour, compris. Demandée pour un invité.")
    )


class GroupedInvitationInput(InvitationInput, MandateInput):
    """Without `group`, the account alone."""

    group = serializers.CharField(
        max_length=60, required=False, help_text=_("Son identifiant, ou le dernier mot de son adresse.")
    )
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    organisation = serializers.UUIDField(required=False)


class OfferInput(MandateInput):
    email = serializers.CharField(max_length=254)
    given_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    family_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class OfferSerializer(ModelSerializer):
    group = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    email = serializers.CharField(source="address", read_only=True)
    given_name = serializers.CharField(read_only=True)
    family_name = serializers.CharField(read_only=True)
    organisation_name = serializers.CharField(source="organisation.name", read_only=True)
    state = serializers.ChoiceField(choices=OfferState.choices, read_only=True)
    orphaned = serializers.BooleanField(
        read_only=True, help_text=_("Sans réponse, alors que son auteur n’est plus en droit d’inviter.")
    )

    class Meta:
        model = InvitedMandate
        fields = [
            "id",
            "group",
            "email",
            "given_name",
            "family_name",
            "role",
            "organisation",
            "organisation_name",
            "starts_on",
            "ends_on",
            "state",
            "orphaned",
            "offered_by",
            "offered_at",
            "changed_at",
        ]
        read_only_fields = fields


class InvitedSerializer(Serializer):
    outcome = serializers.ChoiceField(choices=[each for each in Outcome.choices if each[0] != Outcome.FAULTY])
    sentence = serializers.CharField()
    invitation = OfferSerializer(allow_null=True, help_text=_("Sans objet pour qui avait déjà un compte."))
    mandate = serializers.UUIDField(allow_null=True, help_text=_("Le mandat confié aussitôt à qui avait un compte."))


class LineInput(Serializer):
    email = serializers.CharField(max_length=254)
    given_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    family_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    role = serializers.CharField(max_length=40, required=False, allow_blank=True)
    organisation = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text=ORGANISATION)
    starts_on = serializers.CharField(max_length=40, required=False, allow_blank=True)
    ends_on = serializers.CharField(max_length=40, required=False, allow_blank=True)


class GroupedLineInput(LineInput):
    group = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ListInput(Serializer):
    """The other fields hold for lines that do not say."""

    lines = serializers.ListField(child=LineInput(), min_length=1, max_length=MOST_LINES)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    organisation = serializers.UUIDField(required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    message = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    dry_run = serializers.BooleanField(required=False, help_text=_("Dit ce qui se passerait, et n’écrit rien."))
    skip_faulty = serializers.BooleanField(
        required=False, help_text=_("Laisse de côté les lignes en erreur\u202f; sinon, une seule arrête tout.")
    )
    digest = serializers.CharField(
        max_length=64, required=False, help_text=_("Celui d’un essai\u00a0: un autre résultat est refusé.")
    )


class GroupedListInput(ListInput):
    lines = serializers.ListField(child=GroupedLineInput(), min_length=1, max_length=MOST_LINES)


class StepSerializer(Serializer):
    line = serializers.IntegerField(source="line.number", help_text=_("Sa place dans `lines`, à partir de 0."))
    email = serializers.CharField(source="line.email")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    sentence = serializers.CharField()


class PlanSerializer(Serializer):
    dry_run = serializers.BooleanField()
    digest = serializers.CharField(source="plan.digest")
    obstacle = serializers.CharField(
        source="plan.obstacle", help_text=_("Ce qui arrête toute la liste\u202f; vide sinon.")
    )
    lines = StepSerializer(source="plan.steps", many=True)
