"""The API of invitations into groups: twins of the pages, same permission, same selectors, same services."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.invitations import services as account_services
from accounts.invitations.api import InvitationResource
from accounts.invitations.models import Invitation
from accounts.organisations.models import Organisation
from accounts.organisations.permissions import Coordinators, coordinates
from accounts.organisations.selectors import known
from filiere.api.lists import Filters, FilterSet, Ordering, Search
from filiere.api.resources import Creatable, Listable, Readable, Resource
from projects.access.enums import Permission
from projects.access.standing import standing_of
from projects.groups.enums import OfferState, Outcome
from projects.groups.invitations import offers
from projects.groups.invitations.gathering import Defaults, Plan, foresee, gather
from projects.groups.invitations.gathering_lines import Line, Listing
from projects.groups.invitations.serializers import (
    GroupedInvitationInput,
    GroupedInvitationSerializer,
    GroupedListInput,
    InvitedSerializer,
    ListInput,
    OfferInput,
    OfferSerializer,
    PlanSerializer,
)
from projects.groups.invitations.services import Invited, invite_into_group, resend_offer, withdraw_offer
from projects.groups.models import InvitedMandate, WorkingGroup
from projects.groups.permissions import holding, may, visible_group

GROUP = OpenApiParameter(
    "group",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description=gettext_lazy("Identifiant du groupe, ou le dernier mot de son adresse."),
)
MANDATE = ("role", "organisation", "starts_on", "ends_on")


class InvitingSomewhere(BasePermission):
    """Coordinators everywhere; in their groups, those who invite there: to read, and to invite."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if coordinates(request.user):
            return True
        invites = bool(standing_of(request.user).groups(Permission.INVITE))
        return invites and view.action in {"list", "retrieve", "create"}


class GroupedInvitationResource(InvitationResource):
    """Invitations à ouvrir un compte\u00a0: la seule façon d’entrer. Un mandat peut venir avec le compte."""

    serializer_class = GroupedInvitationSerializer
    write_serializer_class = GroupedInvitationInput
    permission_classes = [InvitingSomewhere]

    def get_queryset(self) -> QuerySet[Invitation]:
        seen = InvitedMandate.objects.visible_to(self.person)
        found = super().get_queryset()
        if not coordinates(self.person):
            found = found.filter(pk__in=seen.values("invitation"))
        return found.prefetch_related(
            Prefetch("mandates", seen.select_related("group").order_by("offered_at", "pk"), to_attr="seen_mandates")
        )

    def create_object(self, data: dict[str, Any]) -> Invitation:
        """Inviter une personne, avec un mandat si le groupe est dit

        Ceux qui pilotent un groupe y invitent. À qui a déjà un compte, confiez plutôt un mandat.
        """
        name = data.pop("group", None)
        mandate = {field: data.pop(field) for field in MANDATE if field in data}
        if name is None:
            return self._account_alone(data, mandate)
        group = visible_group(self.person, name)
        missing = {
            field: _("Indiquez-le\u00a0: un mandat en a toujours un.") for field in MANDATE[:2] if field not in mandate
        }
        if missing:
            raise ValidationError(missing)
        return self._with_mandate(group, data, mandate)

    def _account_alone(self, data: dict[str, Any], mandate: dict[str, Any]) -> Invitation:
        if not coordinates(self.person):
            raise PermissionDenied(_("Dites dans quel groupe\u00a0: vous invitez dans ceux que vous pilotez."))
        if mandate:
            raise ValidationError({"group": _("Dans quel groupe\u202f? Ces réponses disent un mandat.")})
        return account_services.invite(by=self.person, **data)

    @transaction.atomic
    def _with_mandate(self, group: WorkingGroup, data: dict[str, Any], mandate: dict[str, Any]) -> Invitation:
        if not may(self.person, Permission.INVITE, group):
            raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))
        mandate["organisation"] = _organisation(mandate["organisation"])
        roles = {name: data.pop(name) for name in ("as_administrator", "as_delegate") if name in data}
        if any(roles.values()):
            account_services.invite(by=self.person, **data, **roles)
        done = invite_into_group(group=group, by=self.person, **data, **mandate)
        if done.offer is None:
            # Nothing is done here for who has an account: the answer is an invitation, and there would be none.
            raise ValidationError({"email": ValidationError(_("Cette adresse a déjà un compte."), code="account")})
        return done.offer.invitation

    @extend_schema(responses=PlanSerializer)
    @action(detail=False, methods=["post"], permission_classes=[Coordinators], body_serializer_class=GroupedListInput)
    def bulk(self, request: Request) -> Response:
        """Inviter une liste de personnes, chacune dans son groupe"""
        return _gathered(self, None)


class OfferFilters(FilterSet):
    state = filters.ChoiceFilter(choices=OfferState.choices)
    orphaned = filters.BooleanFilter()

    class Meta(FilterSet.Meta):
        model = InvitedMandate
        fields = ["role", "organisation", "offered_by"]


class NameOrAddress(Search):
    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return offers.matching(queryset, " ".join(self.get_search_terms(request)))


@extend_schema(parameters=[GROUP])
class OfferResource(Listable, Readable, Creatable, Resource):
    """Invitations dans un groupe\u00a0: qui y est attendu, avec quel mandat."""

    serializer_class = OfferSerializer
    write_serializer_class = OfferInput
    permission_classes = [holding(Permission.INVITE)]
    filter_backends = [Filters, NameOrAddress, Ordering]
    filterset_class = OfferFilters
    search_fields = ("invitation__searchable",)
    ordering_fields = ("offered_at", "role")

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        self.group = visible_group(self.person, self.kwargs["group"])
        self.check_object_permissions(request, self.group)

    def get_queryset(self) -> QuerySet[Any]:
        return offers.offers_into(self.group)

    @extend_schema(responses={200: InvitedSerializer, 201: InvitedSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        done: Any = self.create_object(self.written())
        told = {
            "outcome": done.outcome,
            "sentence": done.sentence,
            "invitation": self.again(done.offer) if done.offer else None,
            "mandate": done.mandate.pk if done.mandate else None,
        }
        status = 200 if done.outcome is Outcome.ALREADY else 201
        return Response(InvitedSerializer(told, context=self.get_serializer_context()).data, status=status)

    def create_object(self, data: dict[str, Any]) -> Invited:  # type: ignore[override]
        """Inviter une personne dans le groupe

        Qui a déjà un compte reçoit le mandat aussitôt. Répétée, la demande ne fait rien.
        """
        organisation = _organisation(data.pop("organisation"))
        return invite_into_group(group=self.group, organisation=organisation, by=self.person, **data)

    @extend_schema(request=None, responses=OfferSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, **kwargs: str) -> Response:
        """Envoyer un nouveau lien\u00a0; le précédent n’ouvre plus rien"""
        offer = self.get_object()
        self.written()
        return self.item(self.again(resend_offer(offer=offer, by=self.person, seen=self.seen(offer))))

    @extend_schema(request=None, responses=OfferSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: str) -> Response:
        """Retirer\u00a0: accepter ne donnera plus ce mandat"""
        offer = self.get_object()
        self.written()
        return self.item(self.again(withdraw_offer(offer=offer, by=self.person, seen=self.seen(offer))))

    @extend_schema(responses=PlanSerializer)
    @action(detail=False, methods=["post"], body_serializer_class=ListInput)
    def bulk(self, request: Request, **kwargs: str) -> Response:
        """Inviter une liste de personnes\u00a0: toutes, ou aucune"""
        return _gathered(self, self.group)

    def location(self, instance: Any) -> str:
        return self.reverse_action("detail", args=[self.kwargs["group"], instance.pk])


def _gathered(view: Resource, group: WorkingGroup | None) -> Response:
    data = view.written()
    dry_run, skip = data.pop("dry_run", False), data.pop("skip_faulty", False)
    listing = Listing(tuple(Line(number=n, **line) for n, line in enumerate(data.pop("lines"))))
    shown = data.pop("digest", None)
    if "organisation" in data:
        data["organisation"] = _organisation(data["organisation"])
    defaults = Defaults(group=group, **data)
    plan = foresee(listing, defaults=defaults, by=view.person)
    if not dry_run:
        if not skip:
            _refuse_faulty(plan)
        plan = gather(listing, defaults=defaults, by=view.person, shown=shown, skip_faulty=skip)
    return Response(PlanSerializer({"dry_run": dry_run, "plan": plan}).data)


def _refuse_faulty(plan: Plan) -> None:
    if plan.faulty:
        raise ValidationError({f"lines.{step.line.number}": step.sentence for step in plan.faulty})


def _organisation(pk: Any) -> Organisation:
    found: Organisation | None = known().filter(pk=pk).first()
    if found is None:
        raise ValidationError({"organisation": _("Cette organisation n’existe pas.")})
    return found
