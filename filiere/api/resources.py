"""Resources. A feature names its serializers, filters and permissions, and calls its services; the rest is here.

class OrganisationResource(Listable, Readable, Creatable, Changeable, Resource): …
"""

import uuid
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import NoReverseMatch
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from filiere.api.lists import Filters, Ordering, Pagination, Search, refuse_unknown_parameters
from filiere.api.serializers import Empty
from filiere.api.versioning import not_modified, seen_version, tag_of
from filiere.api.views import View


class Resource(View, GenericViewSet[Any]):
    """Declare `serializer_class`, `permission_classes` and `get_queryset()` (a selector that hides what is hidden)."""

    queryset: Any = None
    pagination_class = Pagination
    filter_backends = [Filters, Search, Ordering]
    # What POST and PATCH accept, when it is not what GET answers; and POST, when it is not what PATCH accepts.
    write_serializer_class: Any = None
    create_serializer_class: Any = None
    # What an @action accepts: named in its decorator, nothing unless it is.
    body_serializer_class: Any = Empty
    search_fields: tuple[str, ...] = ()
    ordering_fields: Any = ()
    # Parameters a list reads by itself, beyond filters, search, ordering and pages.
    extra_parameters: tuple[str, ...] = ()
    # Objects that also answer to a name in their address: "slug".
    name_field: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        model = getattr(getattr(cls.serializer_class, "Meta", None), "model", None)
        if cls.queryset is None and model is not None:
            # For who asks what the model is, the OpenAPI document among them: no query, and no person, needed.
            cls.queryset = model._meta.default_manager.none()

    def get_queryset(self) -> Any:
        """The selector: what this person may see."""
        raise NotImplementedError

    def get_object(self) -> Any:
        """By id, in what the person may see; list filters play no part."""
        value = str(self.kwargs[self.lookup_url_kwarg or self.lookup_field])
        field = self.lookup_field if is_id(value) else self.name_field
        if not field or "\x00" in value:  # which PostgreSQL refuses to look for
            raise Http404
        found = get_object_or_404(self.get_queryset(), **{field: value})
        self.check_object_permissions(self.request, found)
        return found

    def representation(self, instance: Any) -> dict[str, Any]:
        return dict(self.get_serializer(instance).data)

    def item(self, instance: Any, status: int = 200, **headers: str) -> Response:
        """The object as the API shows it, with its ETag."""
        data = self.representation(instance)
        return Response(data, status=status, headers={"ETag": tag_of(instance, data), **headers})

    def seen(self, instance: Any) -> str | None:
        """What the service must compare under its lock: the version named by If-Match, or None."""
        return seen_version(self.request, instance)

    def input_serializer_class(self) -> Any:
        """What the body of this request must look like."""
        if hasattr(getattr(self, self.action or "", None), "mapping"):  # an @action, by what its decorator leaves
            return self.body_serializer_class
        own = self.create_serializer_class if self.action == "create" else None
        return own or self.write_serializer_class or self.get_serializer_class()

    def written(self, **options: Any) -> dict[str, Any]:
        """The request's body, checked: of a POST, a PATCH, or an action."""
        return self.body(self.input_serializer_class(), **options)

    def again(self, instance: Model) -> Any:
        """The object read again by the selector, which may add what services do not return."""
        return self.get_queryset().filter(pk=instance.pk).first() or instance

    def location(self, instance: Model) -> str:
        try:
            return self.reverse_action("detail", args=[instance.pk])
        except NoReverseMatch:
            return ""

    def current_version(self, current: Model) -> tuple[dict[str, Any] | None, dict[str, str]]:
        """What a 412 shows: only what this address would show anyway."""
        queryset: QuerySet[Any] = self.get_queryset()
        found = queryset.filter(pk=current.pk).first() if isinstance(current, queryset.model) else None
        if found is None:
            return None, {}
        data = self.representation(found)
        return data, {"ETag": tag_of(found, data)}

    def query_parameters(self) -> set[str]:
        filterset = Filters().get_filterset_class(self, self.queryset)
        return {
            *("page", "page_size", "ordering"),
            *(["search"] if self.search_fields else []),
            *(filterset.base_filters if filterset else ()),
            *self.extra_parameters,
        }


class Listable(Resource):
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown_parameters(request, self)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Readable(Resource):
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = self.item(self.get_object())
        response["Cache-Control"] = "private, no-cache"
        if not_modified(request, response["ETag"]):
            return Response(status=304, headers={name: response[name] for name in ("ETag", "Cache-Control")})
        return response


class Creatable(Resource):
    def create_object(self, data: dict[str, Any]) -> Model:
        """Call the service that creates; return what it made."""
        raise NotImplementedError

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        created = self.again(self.create_object(self.written()))
        location = self.location(created)
        return self.item(created, 201, **({"Location": location} if location else {}))


class Changeable(Resource):
    def change_object(self, instance: Any, data: dict[str, Any], seen: str | None) -> Model:
        """Call the service that changes, with `seen`; `data` holds only the fields that were sent."""
        raise NotImplementedError

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        instance = self.get_object()
        seen = self.seen(instance)
        return self.item(self.again(self.change_object(instance, self.written(partial=True), seen)))


class Removable(Resource):
    def remove_object(self, instance: Any, seen: str | None) -> None:
        """Call the service that removes, with `seen`."""
        raise NotImplementedError

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        instance = self.get_object()
        self.remove_object(instance, self.seen(instance))
        return Response(status=204)


def is_id(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False
