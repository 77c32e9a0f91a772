"""What the API resources of deliverables share: the same doors as their pages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.people.models import User
from filiere.api.permissions import SignedIn
from filiere.api.resources import Resource, is_id
from projects.access.enums import Permission
from projects.deliverables.models import Deliverable
from projects.deliverables.permissions import visible_deliverable
from projects.deliverables.versions.models import Version
from projects.deliverables.versions.reading import visible_versions
from projects.groups.permissions import may

if TYPE_CHECKING:
    from rest_framework.views import APIView

DELIVERABLE = OpenApiParameter(
    "deliverable", OpenApiTypes.UUID, OpenApiParameter.PATH, description=gettext_lazy("Identifiant du livrable.")
)
VERSION = OpenApiParameter(
    "version", OpenApiTypes.UUID, OpenApiParameter.PATH, description=gettext_lazy("Identifiant de la version.")
)


def writing(*permissions: Permission) -> type[BasePermission]:
    """To change a deliverable, or what belongs to one, takes one of these; services ask for the very one."""

    class Writing(BasePermission):
        def has_permission(self, request: Request, view: "APIView") -> bool:
            return bool(request.user.is_authenticated)

        def has_object_permission(self, request: Request, view: "APIView", obj: Any) -> bool:
            deliverable = obj if isinstance(obj, Deliverable) else obj.deliverable
            return request.method in SAFE_METHODS or any(
                may(cast(User, request.user), permission, deliverable.group) for permission in permissions
            )

    return Writing


class _Part(Resource):
    """Below an object that its address names: hidden, none of this exists; seen, each act takes its permission."""

    permission_classes = [SignedIn]
    demands: ClassVar[Mapping[str, Permission]] = {}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        deliverable = self.found()
        asked = self.demands.get(self.action or "")
        if asked is not None and not may(self.person, asked, deliverable.group):
            raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))

    def found(self) -> Deliverable:
        raise NotImplementedError

    def key(self, name: str) -> Any:
        value = str(self.kwargs[name])
        if not is_id(value):
            raise Http404
        return value


class DeliverablePart(_Part):
    deliverable: Deliverable

    def found(self) -> Deliverable:
        self.deliverable = visible_deliverable(self.person, self.key("deliverable"))
        return self.deliverable

    def location(self, instance: Any) -> str:
        return self.reverse_action("detail", args=[self.kwargs["deliverable"], instance.pk])


class VersionPart(_Part):
    version: Version

    def found(self) -> Deliverable:
        found: Version | None = visible_versions(self.person).filter(pk=self.key("version")).first()
        if found is None:
            raise Http404
        self.version = found
        return found.deliverable

    def location(self, instance: Any) -> str:
        return self.reverse_action("detail", args=[self.kwargs["version"], instance.pk])
