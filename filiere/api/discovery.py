"""Where the API describes itself: its root, its OpenAPI document."""

from typing import Any

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from filiere.api import schema
from filiere.api.permissions import SignedIn
from filiere.api.views import View


class Root(View):
    permission_classes = [SignedIn]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Every collection, by name."""
        base = request.path
        names = sorted(
            path.removeprefix(base).strip("/")
            for path, operations in schema.document()["paths"].items()
            if path.startswith(base) and "get" in operations and "{" not in path
        )
        return Response({name: request.build_absolute_uri(f"{base}{name}/") for name in names})


class OpenApi(View):
    permission_classes = [SignedIn]
    renderer_classes: list[Any] = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """JSON unless `Accept` or `?format=yaml` asks for the other."""
        return Response(schema.document())
