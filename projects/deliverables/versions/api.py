"""The API of versions: a file comes in, is submitted, decided upon, handed out. Twins of the pages."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from filiere.api.parsers import MultiPartParser
from filiere.api.resources import Creatable, Listable, Readable, Resource
from filiere.api.versioning import not_modified
from filiere.web.uploads import is_too_large
from projects.access.enums import Permission
from projects.deliverables.approvals import services as approvals
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.serializers import ApprovalSerializer
from projects.deliverables.files.formats import Format
from projects.deliverables.insight import Insight, insights
from projects.deliverables.resources import DELIVERABLE, VERSION, DeliverablePart, VersionPart, writing
from projects.deliverables.versions import services
from projects.deliverables.versions.forms import too_large_sentence
from projects.deliverables.versions.handing_out import hand_out, headers_of
from projects.deliverables.versions.models import Version, VersionText
from projects.deliverables.versions.reading import visible_versions
from projects.deliverables.versions.serializers import (
    ApprovalInput,
    ChangesInput,
    TextSerializer,
    VersionInput,
    VersionSerializer,
)

FILES: Any = {(200, kind.media_type): OpenApiTypes.BINARY for kind in Format}


class _Shown(Resource):
    """Versions with what this reader may do about them."""

    serializer_class = VersionSerializer
    insights: dict[UUID, Insight]

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.insights = insights({each.deliverable for each in page or []}, self.person)
        return page

    def representation(self, instance: Version) -> dict[str, Any]:
        self.insights = insights([instance.deliverable], self.person)
        return super().representation(instance)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "insights": getattr(self, "insights", {})}


@extend_schema(parameters=[DELIVERABLE])
class DepositResource(Listable, Creatable, _Shown, DeliverablePart):
    """Versions d’un livrable, la dernière d’abord\u00a0: un fichier chacune, qui ne change jamais."""

    write_serializer_class = VersionInput
    parser_classes = [MultiPartParser]
    ordering_fields = ("number", "deposited_at")
    demands = {"create": Permission.CONTRIBUTE}

    def get_queryset(self) -> QuerySet[Any]:
        return visible_versions(self.person).filter(deliverable=self.deliverable).order_by("-number")

    def written(self, **options: Any) -> dict[str, Any]:
        sent = self.request.data
        if "file" not in sent and is_too_large(self.request._request):  # noqa: SLF001  which holds what was unread
            raise ValidationError({"file": too_large_sentence()})
        return super().written(**options)

    def create_object(self, data: dict[str, Any]) -> Version:
        """Déposer une version

        Le type du fichier se lit dans son contenu. Une nouvelle version rend caduques les approbations de celle
        d’avant.
        """
        return services.deposit_version(deliverable=self.deliverable, by=self.person, **data)

    def location(self, instance: Any) -> str:
        return reverse("version-detail", args=[instance.pk], request=self.request)


class VersionResource(Readable, _Shown):
    """Versions\u00a0: leur empreinte, leur chemin jusqu’à l’approbation, leur contenu."""

    permission_classes = [writing(Permission.CONTRIBUTE, Permission.APPROVE)]

    def get_queryset(self) -> QuerySet[Any]:
        return visible_versions(self.person)

    @action(detail=True, methods=["post"], permission_classes=[writing(Permission.CONTRIBUTE)])
    def submit(self, request: Request, pk: str) -> Response:
        """Soumettre la version aux pilotes"""
        version = self.get_object()
        self.written()
        return self._after(approvals.submit(version=version, by=self.person, seen=self.seen(version)))

    @action(detail=True, methods=["post"], permission_classes=[writing(Permission.CONTRIBUTE)])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Retirer la version de l’approbation

        Par qui l’a déposée ou soumise, ou par un pilote. Les approbations déjà données deviennent caduques.
        """
        version = self.get_object()
        self.written()
        return self._after(approvals.withdraw(version=version, by=self.person, seen=self.seen(version)))

    @action(
        detail=True,
        methods=["post"],
        permission_classes=[writing(Permission.APPROVE)],
        body_serializer_class=ApprovalInput,
    )
    def approve(self, request: Request, pk: str) -> Response:
        """Approuver la version

        L’approbation vaut pour le contenu dont l’empreinte est donnée\u202f; une autre empreinte est refusée (409).
        """
        version = self.get_object()
        seen = self.seen(version)
        return self._after(approvals.approve(version=version, by=self.person, seen=seen, **self.written()))

    @action(
        detail=True,
        methods=["post"],
        url_path="request-changes",
        permission_classes=[writing(Permission.APPROVE)],
        body_serializer_class=ChangesInput,
    )
    def request_changes(self, request: Request, pk: str) -> Response:
        """Demander des modifications"""
        version = self.get_object()
        seen = self.seen(version)
        return self._after(approvals.request_changes(version=version, by=self.person, seen=seen, **self.written()))

    @extend_schema(responses=FILES)
    @action(detail=True, methods=["get"])
    def content(self, request: Request, pk: str) -> HttpResponseBase:
        """Le fichier lui-même

        Refusé (409) tant que l’antivirus ne l’a pas laissé passer. `ETag` est son empreinte.
        """
        version = self.get_object()
        headers = headers_of(version)
        if version.is_handed_out and not_modified(request, headers["ETag"]):
            return HttpResponse(status=304, headers=headers)
        return hand_out(version)

    @extend_schema(responses=TextSerializer)
    @action(detail=True, methods=["get"])
    def text(self, request: Request, pk: str) -> Response:
        """Les mots que l’on a pu en extraire"""
        version = self.get_object()
        return Response(TextSerializer(VersionText.objects.get(version=version)).data)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Whoever downloads a file may well accept nothing else."""
        return super().perform_content_negotiation(request, force=force or self.action == "content")

    def _after(self, version: Version) -> Response:
        return self.item(self.again(version))


@extend_schema(parameters=[VERSION])
class ApprovalResource(Listable, VersionPart):
    """Décisions sur une version, caduques comprises\u00a0: qui, en quelle qualité, pour quelle empreinte, quand."""

    serializer_class = ApprovalSerializer
    demands = {"list": Permission.READ_WORK}
    ordering_fields = ("given_at",)

    def get_queryset(self) -> QuerySet[Approval]:
        found: QuerySet[Approval] = Approval.objects.visible_to(self.person)
        return found.filter(version=self.version).select_related("person", "voice", "organisation")
