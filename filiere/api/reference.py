"""The OpenAPI document, arranged for a reader: what `/api/v1/docs/` shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filiere.api import schema

Words = str | Promise
Node = dict[str, Any]
DEEPEST = 3

_TYPES: dict[str, Words] = {
    "string": gettext_lazy("texte"),
    "integer": gettext_lazy("nombre entier"),
    "number": gettext_lazy("nombre"),
    "boolean": gettext_lazy("vrai ou faux"),
    "object": gettext_lazy("objet"),
    "date": gettext_lazy("date"),
    "date-time": gettext_lazy("date et heure"),
    "partial-time": gettext_lazy("heure"),
    "uuid": gettext_lazy("identifiant (UUID)"),
    "email": gettext_lazy("adresse électronique"),
    "uri": gettext_lazy("adresse web"),
    "binary": gettext_lazy("fichier"),
}
_EXAMPLES: dict[str, Any] = {
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "object": {},
    "date": "2026-11-20",
    "date-time": "2026-11-20T14:05:00+01:00",
    "partial-time": "14:05",
    "uuid": "0193f1a2-0000-7000-8000-000000000000",
    "email": "camille@demo.example",
    "uri": "https://demo.example/",
}


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    required: bool
    description: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    status: str
    description: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    description: str
    parameters: list[Field]
    body: list[Field]
    answer: list[Field]
    success: str
    refusals: list[Refusal]
    curl: str


@dataclass(frozen=True)
class Section:
    name: str
    description: str
    operations: list[Operation]


def sections() -> list[Section]:
    document = schema.document()
    about = {tag["name"]: tag["description"] for tag in document.get("tags", ())}
    found: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = operation["tags"][0]
            found.setdefault(name, []).append(_Reader(document).operation(path, method, operation))
    return [Section(name, about.get(name, ""), operations) for name, operations in sorted(found.items())]


class _Reader:
    def __init__(self, document: Node) -> None:
        self.document = document

    def resolved(self, node: Node) -> Node:
        while "$ref" in node or len(node.get("allOf", ())) == 1:
            if "$ref" not in node:
                # How OpenAPI 3.0 gives a reference its own description.
                node = {**self.resolved(node["allOf"][0]), **{key: node[key] for key in node if key != "allOf"}}
                continue
            target: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def operation(self, path: str, method: str, operation: Node) -> Operation:
        responses = {status: self.resolved(node) for status, node in operation["responses"].items()}
        good = next((status for status in responses if status.startswith("2")), "")
        media, body = _content(operation.get("requestBody", {}))
        return Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            title=operation.get("summary") or _("Lire"),
            description=str(operation.get("description", "")),
            parameters=[self.parameter(self.resolved(node)) for node in operation.get("parameters", ())],
            body=list(self.fields(body)),
            answer=list(self.fields(_content(responses.get(good, {}))[1])),
            success=good,
            refusals=[Refusal(status, str(node["description"])) for status, node in responses.items() if status >= "4"],
            curl=self.curl(path, method.upper(), media, self.resolved(body)),
        )

    def parameter(self, node: Node) -> Field:
        return self.field(node["name"], {**node["schema"], "description": node.get("description", "")}, node)

    def field(self, name: str, node: Node, owner: Node) -> Field:
        inner = self.resolved(node.get("items", {})) or node
        choices = tuple(str(choice) for choice in inner.get("enum", ()) if choice not in {None, ""})
        required = owner.get("required") is True
        return Field(name, self.type_of(node), required, str(node.get("description", "")), choices)

    def type_of(self, node: Node) -> str:
        node = self.resolved(node)
        if node.get("type") == "array":
            return _("liste\u00a0: %(type)s") % {"type": self.type_of(node.get("items", {}))}
        kind = node.get("format", "") if node.get("format") in _TYPES else node.get("type", "")
        text = str(_TYPES.get(kind, _("valeur")))
        if limit := node.get("maxLength"):
            text = _("%(type)s, %(limit)d caractères au plus") % {"type": text, "limit": limit}
        return _("%(type)s, ou rien") % {"type": text} if node.get("nullable") else text

    def fields(self, node: Node, path: str = "", depth: int = 1) -> Iterator[Field]:
        """The properties, nested ones by dotted path as in the errors of a problem document."""
        node = self.resolved(node)
        for name, inner in node.get("properties", {}).items():
            full = f"{path}{name}"
            found = self.resolved(inner)
            yield self.field(full, found, {"required": name in node.get("required", ())})
            items = self.resolved(found.get("items", {}))
            if depth < DEEPEST:
                yield from self.fields(items or found, f"{full}[]." if items else f"{full}.", depth + 1)

    def curl(self, path: str, method: str, media: str, body: Node) -> str:
        lines = [f"curl {settings.BASE_URL}{path}", '-H "Authorization: Token $JETON"']
        if method != "GET":
            lines[0] = f"curl -X {method} {settings.BASE_URL}{path}"
        if method == "POST":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
        if media == "application/json":
            example = json.dumps(self.example(body), ensure_ascii=False)
            lines += ['-H "Content-Type: application/json"', f"-d '{example}'"]
        elif media:
            lines += [
                f"-F {name}=@document.pdf" if inner.get("format") == "binary" else f'-F {name}="…"'
                for name, inner in body.get("properties", {}).items()
            ]
        return " \\\n  ".join(lines)

    def example(self, node: Node, depth: int = 1) -> Any:
        node = self.resolved(node)
        if "properties" in node and depth <= DEEPEST:
            wanted = node.get("required") or list(node["properties"])[:1]
            return {name: self.example(node["properties"][name], depth + 1) for name in wanted}
        if node.get("type") == "array":
            return [self.example(node.get("items", {}), depth + 1)]
        if node.get("enum"):
            return node["enum"][0]
        return _EXAMPLES.get(node.get("format", ""), _EXAMPLES.get(node.get("type", ""), "…"))


def _content(node: Node) -> tuple[str, Node]:
    for media, content in node.get("content", {}).items():
        return media, content["schema"]
    return "", {}
