"""The OpenAPI document. What every operation shares is written here once; features only declare."""

from functools import cache
from inspect import cleandoc
from typing import Any

from django.conf import settings
from django.urls import get_urlconf
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from filiere.api import shared_schema
from filiere.api.resources import Changeable, Creatable, Removable, Resource

Operation = dict[str, Any]
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
# Each verb of the kit: what users call it, and the feature's method whose docstring says more.
_VERBS: dict[str, tuple[str | Promise, str]] = {
    "list": (_("Lister"), ""),
    "retrieve": (_("Lire"), ""),
    "create": (_("Créer"), "create_object"),
    "partial_update": (_("Modifier"), "change_object"),
    "destroy": (_("Supprimer"), "remove_object"),
}
_OWN = (Creatable.create_object, Changeable.change_object, Removable.remove_object)


class Schema(AutoSchema):
    view: Any

    def get_request_serializer(self) -> Any:
        return (
            self.view.input_serializer_class() if isinstance(self.view, Resource) else super().get_request_serializer()
        )

    def get_summary(self) -> str:
        return self._words()[0]

    def get_description(self, path: str = "", method: str = "") -> str:
        return self._words()[1]

    def _words(self) -> tuple[str, str]:
        """A title and the rest: of a verb, from the method the feature wrote; otherwise from the view's docstring."""
        verb = _VERBS.get(getattr(self.view, "action", None) or "") if isinstance(self.view, Resource) else None
        if verb is None:
            first, _break, rest = str(super().get_description()).partition("\n")
            return first, rest.strip()
        title, method = verb
        written = getattr(type(self.view), method, None)
        # Its own words: those of the frame, which `inspect.getdoc` would pass on, are for engineers.
        return str(title), "" if written is None or written in _OWN else cleandoc(written.__doc__ or "")

    def get_operation(self, *args: Any, **kwargs: Any) -> Operation | None:
        operation: Operation | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for kind, components in shared_schema.COMPONENTS.items():
            for name, content in components.items():
                self.registry.register_on_missing(ResolvedComponent(name, kind, content, object=shared_schema.Shared))
        headers = self._request_headers()
        if headers:
            operation["parameters"] = [
                *operation.get("parameters", []),
                *(_ref("parameters", name) for name in headers),
            ]
        self._describe_success(operation["responses"])
        for status in sorted(self._refusals(operation)):
            operation["responses"].setdefault(str(status), _ref("responses", shared_schema.RESPONSES[status]))
        return operation

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        mapped: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)
        if "" not in mapped.get("enum", [""]) and field.read_only and _may_be_blank(field):
            # DRF forgets of a field that is only read that the model lets it be empty.
            mapped["enum"] = [*mapped["enum"], ""]
        if mapped.get("format") == "time":
            # An hour on people's own clock; "time" would promise an offset.
            mapped |= {"format": "partial-time", "pattern": _CLOCK}
        return mapped

    def _resolve_path_parameters(self, variables: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["name"] != "id":
                continue
            name = getattr(self.view, "name_field", "")
            parameter["description"] = _("Identifiant, ou nom court.") if name else _("Identifiant.")
            if name:
                parameter["schema"] = {"type": "string"}
        return parameters

    @property
    def _item(self) -> bool:
        """Whether this operation is about one object of a resource, and carries its ETag."""
        return isinstance(self.view, Resource) and self.view.action != "list"

    def _request_headers(self) -> list[str]:
        names = []
        if self.method == "POST":
            names.append("IdempotencyKey")
        if self._item and self.method == "GET" and self.view.action == "retrieve":
            names.append("IfNoneMatch")
        if self._item and self.view.action != "create" and self.method != "GET" and self.view.detail is not False:
            names.append("IfMatch")
        return names

    def _describe_success(self, responses: dict[str, Any]) -> None:
        for status, response in responses.items():
            if status.startswith("2"):
                if status == "204" or not response.get("description"):
                    response["description"] = shared_schema.SUCCESS.get(status, "")
                response["headers"] = {**response.get("headers", {}), **self._answer_headers(status, response)}
        if "IfNoneMatch" in self._request_headers():
            responses["304"] = _ref("responses", "NotModified")

    def _answer_headers(self, status: str, response: dict[str, Any]) -> dict[str, Any]:
        headers = {}
        if self._item and "content" in response and (self.method != "GET" or self.view.action == "retrieve"):
            headers["ETag"] = _ref("headers", "ETag")
        if status == "201":
            headers["Location"] = _ref("headers", "Location")
        if self.method == "POST":
            headers["Idempotent-Replayed"] = _ref("headers", "IdempotentReplayed")
        return headers

    def _refusals(self, operation: Operation) -> set[int]:
        statuses = {401, 403, 404, 406, 429}
        if self.method != "GET" or "parameters" in operation:
            statuses |= {400}
        if self.method in {"POST", "PATCH", "PUT"}:
            statuses |= {413, 415}
        if self.method != "GET":
            statuses |= {409, 503}
        if "IfMatch" in self._request_headers():
            statuses |= {412}
        return statuses


def _may_be_blank(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    return model is not None and any(column.blank for column in model._meta.fields if column.name == field.source)


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = _("Un jeton personnel\u00a0: «\u00a0Authorization: Token flr_…\u00a0».")
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": str(description)}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "filiere.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = _("La session du navigateur\u00a0; les écritures joignent l’en-tête X-CSRFToken.")
        name = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": name, "description": str(description)}


def without_marks(result: Any, **_options: Any) -> Any:
    """drf-spectacular marks enumerations for a step we do not take."""
    if isinstance(result, dict):
        return {name: without_marks(value) for name, value in result.items() if name != "x-spec-enum-id"}
    return [without_marks(value) for value in result] if isinstance(result, list) else result


def with_sections(result: dict[str, Any], generator: Any, **_options: Any) -> dict[str, Any]:
    """Each section's sentence: the docstring of the first resource at its address."""
    sections: dict[str, str] = {}
    for path, _regex, _method, callback in sorted(generator.endpoints, key=lambda endpoint: endpoint[0]):
        name = path.removeprefix(settings.SPECTACULAR_SETTINGS["SCHEMA_PATH_PREFIX"]).strip("/").split("/")[0]
        text = vars(callback.cls).get("__doc__")
        if text and name:
            sections.setdefault(name, cleandoc(str(text)))
    return {**result, "tags": [{"name": name, "description": text} for name, text in sections.items()]}


def document() -> dict[str, Any]:
    """Built once a process and language: it only depends on the code."""
    return _document(get_urlconf() or settings.ROOT_URLCONF, get_language())


@cache
def _document(urlconf: str, language: str | None) -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)
    return schema
