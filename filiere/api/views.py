"""The view every API view derives from: what no feature may forget happens here."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from filiere.api import idempotency
from filiere.api.parsers import StrictJSON
from filiere.api.problems import NON_FIELD

if TYPE_CHECKING:
    from accounts.people.models import User


class View(APIView):
    """For an address that is no resource (a search, a report). Resources: `filiere.api.resources`."""

    parser_classes = [StrictJSON]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # OPTIONS: the OpenAPI document says it all
    post: Any
    # Fields of an answer that are shown once: they are not kept with it for a repeated Idempotency-Key.
    secret_fields: tuple[str, ...] = ()

    @property
    def person(self) -> "User":
        """Who asks. Only where the permission lets nobody else in."""
        return cast("User", self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = self.get_format_suffix(**kwargs)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        request.version, request.versioning_scheme = self.determine_version(request, *args, **kwargs)
        try:
            self.perform_authentication(request)
        finally:
            # Before permission, unlike DRF: those who try keys or doors are counted too.
            self.check_throttles(request)
        self.check_permissions(request)
        if request.method == "POST" and hasattr(self, "post"):
            # DRF looks the handler up after this: the sender is known, nothing is done yet.
            self.post = partial(idempotency.once, self, self.post)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        # What a person reads is theirs: no shared cache keeps it.
        response.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    def body(self, serializer_class: Any, **options: Any) -> dict[str, Any]:
        """The request's body, checked by this serializer."""
        data = self.request.data
        if not isinstance(data, Mapping):
            raise ValidationError({NON_FIELD: [_("Un objet JSON est attendu.")]})
        serializer = serializer_class(data=data, context={"request": self.request, "view": self}, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
