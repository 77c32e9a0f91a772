"""A resource of the tests' own, over an existing model: it shows that a feature only declares."""

from typing import Any

from django.core import exceptions as django
from django.db import connection, transaction
from django.http import Http404
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from accounts.models import Alias, Organisation, User
from filiere.api.parsers import MultiPartParser, StrictJSON
from filiere.api.permissions import Administrators, SignedIn
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Removable, Resource
from filiere.api.serializers import ModelSerializer, Serializer
from filiere.api.views import View
from filiere.refusals import Refused
from filiere.versions import locked
from filiere.web import errors
from projects.activity.services import record

HIDDEN = "cachée"
committed: list[str] = []


class OrganisationSerializer(ModelSerializer):
    class Meta:
        model = Organisation
        fields = ["id", "name", "acronym", "kind", "college", "region", "merged_into"]


class OrganisationInput(ModelSerializer):
    region = drf.CharField(max_length=40, required=False, allow_blank=True)

    class Meta:
        model = Organisation
        fields = ["name", "acronym", "kind", "college", "region"]


class Reason(Serializer):
    reason = drf.CharField()


def create(*, by: User, **fields: Any) -> Organisation:
    with transaction.atomic():
        made = Organisation.objects.create(**fields)
        Alias.objects.create(organisation=made, text=made.name)
        record(actor=by, verb="organisation.created", target=made)
        transaction.on_commit(lambda: committed.append(made.name))
    return made


def change(*, pk: Any, by: User, seen: str | None, **fields: Any) -> Organisation:
    with transaction.atomic():
        found = locked(Organisation.objects.all(), pk, seen=seen)
        for name, value in fields.items():
            setattr(found, name, value)
        found.save()
        record(actor=by, verb="organisation.changed", target=found)
    return found


class OrganisationResource(Listable, Readable, Creatable, Changeable, Removable, Resource):
    """Organisations de la filière."""

    serializer_class = OrganisationSerializer
    write_serializer_class = OrganisationInput
    permission_classes = [SignedIn]
    filterset_fields = ["college", "kind", "merged_into"]
    search_fields = ("aliases__folded",)
    ordering_fields = {"name": "name", "region": "region", "parent": "merged_into__name"}
    extra_parameters = ("around",)
    name_field = "acronym"

    def get_queryset(self) -> Any:
        return Organisation.objects.exclude(region=HIDDEN)

    def create_object(self, data: dict[str, Any]) -> Organisation:
        """Le nom devient un premier alias."""
        if data["name"] == "refus":
            raise Refused("Ce nom est réservé.", code="nom_reserve")
        return create(by=self.person, **data)

    def change_object(self, instance: Organisation, data: dict[str, Any], seen: str | None) -> Organisation:
        return change(pk=instance.pk, by=self.person, seen=seen, **data)

    def remove_object(self, instance: Organisation, seen: str | None) -> None:
        with transaction.atomic():
            locked(Organisation.objects.all(), instance.pk, seen=seen).delete()

    @action(detail=True, methods=["post"], permission_classes=[Administrators], body_serializer_class=Reason)
    def close(self, request: Request, pk: str) -> Response:
        """Fermer

        L’organisation ne reçoit plus de mandat.
        """
        organisation = self.get_object()
        reason = self.written()["reason"]
        return self.item(change(pk=organisation.pk, by=self.person, seen=self.seen(organisation), region=reason))

    @extend_schema(responses=Reason)
    @action(detail=False)
    def reasons(self, request: Request) -> Response:
        """Motifs courants"""
        return Response({"reason": "fusion"})

    @action(detail=True, methods=["post"])
    def touch(self, request: Request, pk: str) -> Response:
        """Rafraîchir"""
        organisation = self.get_object()
        self.written()
        return self.item(change(pk=organisation.pk, by=self.person, seen=None))


@extend_schema(exclude=True)
class Raises(View):
    """Raises what its address names, the way a service would."""

    permission_classes = [SignedIn]

    def get(self, request: Request, what: str) -> Response:
        raise raised(what)


def raised(what: str) -> Exception:
    return {
        "field": django.ValidationError({"name": ["Trop court.", "Trop banal."], "__all__": "Incohérent."}),
        "sentence": django.ValidationError("Les dates se croisent."),
        "refused": Refused("La réunion est close.", code="close"),
        "forbidden": django.PermissionDenied("Seul le pilote approuve."),
        "silent": django.PermissionDenied(),
        "hidden": Http404("secret-name"),
        "vanished": Organisation.DoesNotExist("secret-name"),
        "suspicious": django.SuspiciousOperation("../../etc/passwd"),
        "too-big": django.RequestDataTooBig("limit"),
        "defect": RuntimeError("secret-name"),
    }[what]


@extend_schema(exclude=True)
class Upload(View):
    permission_classes = [SignedIn]
    parser_classes = [MultiPartParser, StrictJSON]

    def post(self, request: Request) -> Response:
        file = request.data["file"]
        return Response({"size": len(file.read()), "note": request.data.get("note", "")})


@extend_schema(exclude=True)
class Secret(View):
    permission_classes = [SignedIn]
    secret_fields = ("secret",)

    def post(self, request: Request) -> Response:
        Organisation.objects.create(name="secrète", kind="pme", college="industrie")
        return Response({"id": 1, "secret": "flr_secret"}, status=201)


@extend_schema(exclude=True)
class Softly(View):
    """Answers a refusal instead of raising it, after having written."""

    permission_classes = [SignedIn]

    def post(self, request: Request) -> Response:
        Organisation.objects.create(name="à moitié", kind="pme", college="industrie")
        return Response({"no": True}, status=409)


@extend_schema(exclude=True)
class Open(View):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response({"in_transaction": connection.in_atomic_block})

    def post(self, request: Request) -> Response:
        return Response({"received": request.data})


router = SimpleRouter()
router.register("organisations", OrganisationResource, basename="sample-organisation")
api = [
    path("raises/<str:what>/", Raises.as_view()),
    path("upload/", Upload.as_view()),
    path("secret/", Secret.as_view()),
    path("softly/", Softly.as_view()),
    path("open/", Open.as_view()),
    *router.urls,
]
urlpatterns = [path("api/v1/", include(api))]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
