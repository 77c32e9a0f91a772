from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.people import selectors, services
from accounts.people.anonymisation import anonymise
from accounts.people.models import User
from accounts.people.personal_data import take_personal_data
from accounts.people.serializers import (
    AnonymisationSerializer,
    IdentitySerializer,
    MeSerializer,
    NewPersonSerializer,
    PersonSerializer,
    PreferencesSerializer,
)
from accounts.signin.services import end_all_sessions, remove_second_factors, unlock
from filiere.api.lists import FilterSet
from filiere.api.permissions import Administrators, SignedIn
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Resource
from filiere.api.views import View


class PeopleFilters(FilterSet):
    email = filters.CharFilter(lookup_expr="iexact", max_length=254)
    is_administrator = filters.BooleanFilter(field_name="is_staff")
    has_second_factor = filters.BooleanFilter()
    never_signed_in = filters.BooleanFilter(field_name="last_login", lookup_expr="isnull")
    anonymised = filters.BooleanFilter(field_name="anonymised_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = User
        fields = ["is_active", "is_delegate"]


class MeResource(Readable, Changeable, Resource):
    """Votre identité et vos préférences."""

    permission_classes = [SignedIn]
    serializer_class = MeSerializer
    write_serializer_class = PreferencesSerializer

    def get_queryset(self) -> "QuerySet[User]":
        return selectors.people().filter(pk=self.person.pk)

    def get_object(self) -> User:
        return self.get_queryset().get()

    def change_object(self, instance: User, data: dict[str, Any], seen: str | None) -> Model:
        return services.change_preferences(person=instance, by=self.person, seen=seen, **data)


class PersonalDataView(View):
    """Tout ce que l’application conserve à votre sujet. La lecture est inscrite au journal."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="me_data", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(take_personal_data(person=self.person, by=self.person))


class PersonResource(Listable, Readable, Creatable, Changeable, Resource):
    """Les personnes\u00a0: pour les administrateurs. Chacun se lit et se change par « me/ »."""

    permission_classes = [Administrators]
    serializer_class = PersonSerializer
    create_serializer_class = NewPersonSerializer
    write_serializer_class = IdentitySerializer
    filterset_class = PeopleFilters
    search_fields = ("searchable",)
    ordering_fields = {
        "name": "searchable",
        "email": "email",
        "date_joined": "date_joined",
        "last_login": "last_login",
    }

    def get_queryset(self) -> "QuerySet[User]":
        return selectors.people()

    def create_object(self, data: dict[str, Any]) -> Model:
        """Sans mot de passe\u00a0: la personne en demande un par courriel, ou entre par le fournisseur d’identité."""
        return services.open_account(
            email=data["email"],
            given_name=data["given_name"],
            family_name=data["family_name"],
            as_administrator=data["is_administrator"],
            as_delegate=data["is_delegate"],
            by=self.person,
        )

    def change_object(self, instance: User, data: dict[str, Any], seen: str | None) -> Model:
        return services.change_person(person=instance, by=self.person, seen=seen, **data)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Fermer le compte\u00a0: ses sessions et ses jetons cessent aussitôt."""
        return self._act(services.close_account)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Rouvrir le compte."""
        return self._act(services.reopen_account)

    @action(detail=True, methods=["post"], url_path="make-administrator")
    def make_administrator(self, request: Request, pk: str) -> Response:
        """Nommer administrateur."""
        return self._act(services.make_administrator)

    @action(detail=True, methods=["post"], url_path="withdraw-administrator")
    def withdraw_administrator(self, request: Request, pk: str) -> Response:
        """Retirer le rôle d’administrateur."""
        return self._act(services.withdraw_administrator)

    @action(detail=True, methods=["post"], url_path="make-delegate")
    def make_delegate(self, request: Request, pk: str) -> Response:
        """Nommer délégué permanent."""
        return self._act(services.make_delegate)

    @action(detail=True, methods=["post"], url_path="withdraw-delegate")
    def withdraw_delegate(self, request: Request, pk: str) -> Response:
        """Retirer le rôle de délégué permanent."""
        return self._act(services.withdraw_delegate)

    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Lever le blocage dû à trop de mots de passe erronés."""
        return self._act(unlock, compared=False)

    @action(detail=True, methods=["post"], url_path="end-sessions")
    def end_sessions(self, request: Request, pk: str) -> Response:
        """Fermer toutes les sessions."""
        return self._act(end_all_sessions, compared=False)

    @action(detail=True, methods=["post"], url_path="remove-second-factors")
    def remove_second_factors(self, request: Request, pk: str) -> Response:
        """Retirer les moyens de vérification de qui a tout perdu."""
        return self._act(remove_second_factors, compared=False)

    @action(detail=True, methods=["post"], body_serializer_class=AnonymisationSerializer)
    def anonymise(self, request: Request, pk: str) -> Response:
        """Anonymiser, sans retour\u00a0: le nom et l’adresse disparaissent, les actes restent."""
        return self._act(anonymise, **self.written())

    def _act(self, service: Callable[..., Any], *, compared: bool = True, **options: Any) -> Response:
        """`compared`: the service changes the person themself, and minds the version that was read."""
        person = self.get_object()
        if compared:
            options["seen"] = self.seen(person)
        service(person=person, by=self.person, **options)
        return self.item(self.again(person))
