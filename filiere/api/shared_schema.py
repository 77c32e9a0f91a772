"""The parts of the OpenAPI document that belong to no feature: problems, conditions, keys."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from filiere.api.problems import KINDS, MEDIA_TYPE


class Shared:
    """Whose these components are: drf-spectacular wants an owner for each."""


def _text(description: Any, **more: Any) -> dict[str, Any]:
    return {"schema": {"type": "string", **more}, "description": description}


_STRING = {"type": "string"}
_ERRORS = {"type": "object", "additionalProperties": {"type": "array", "items": _STRING}}
_ERRORS_SAID = _(
    "Les phrases par champ. Un champ imbriqué s’écrit avec des points\u00a0: «\u00a0members.0.role\u00a0»\u00a0; "
    "ce qui ne tient à aucun champ est sous «\u00a0non_field_errors\u00a0»."
)
PROBLEM = {
    "type": "object",
    "description": _("Un refus, selon la RFC 9457."),
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
    "properties": {
        "type": {**_STRING, "format": "uri", "enum": sorted({kind.type for kind in KINDS})},
        "title": {**_STRING, "description": _("Le refus en quelques mots.")},
        "status": {"type": "integer"},
        "detail": {**_STRING, "description": _("Ce qui s’est passé, et quoi faire.")},
        "errors": {**_ERRORS, "description": _ERRORS_SAID},
        "request_id": {**_STRING, "description": _("À citer en demandant de l’aide.")},
        "code": {**_STRING, "description": _("La raison précise d’un refus 409.")},
        "current": {
            "type": "object",
            "additionalProperties": True,
            "nullable": True,
            "description": _("La version actuelle de l’objet, quand la vôtre est périmée (412)."),
        },
    },
}
_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


def _refusal(description: Any, **headers: Any) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content, **({"headers": headers} if headers else {})}


RESPONSES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    503: "Unavailable",
}
SUCCESS = {
    "200": _("C’est fait."),
    "201": _("L’objet est créé."),
    "204": _("C’est fait\u00a0; il n’y a rien à montrer."),
}
COMPONENTS: dict[str, dict[str, Any]] = {
    "schemas": {"Problem": PROBLEM},
    "responses": {
        "NotModified": {
            "description": _("Rien n’a changé depuis la version nommée par If-None-Match."),
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
        },
        "BadRequest": _refusal(_("La requête est illisible, ou des valeurs sont à corriger.")),
        "Unauthorized": _refusal(
            _("Il faut se connecter, ou joindre un jeton valable."),
            **{"WWW-Authenticate": _text(_("«\u00a0Token\u00a0»."))},
        ),
        "Forbidden": _refusal(_("La personne ou le jeton n’a pas ce droit.")),
        "NotFound": _refusal(_("Il n’y a rien à cette adresse, ou rien que la personne puisse voir.")),
        "NotAcceptable": _refusal(_("L’API ne sait pas répondre dans le format demandé.")),
        "Conflict": _refusal(
            _("L’état actuel ne permet pas cette action, ou la clé d’idempotence a servi à une autre requête."),
            **_RETRY_AFTER,
        ),
        "PreconditionFailed": _refusal(
            _("La version nommée par If-Match est périmée\u00a0; «\u00a0current\u00a0» montre l’actuelle."),
            ETag={"$ref": "#/components/headers/ETag"},
        ),
        "ContentTooLarge": _refusal(_("Le corps de la requête est trop volumineux.")),
        "UnsupportedMediaType": _refusal(_("Cette adresse ne lit pas ce type de contenu.")),
        "TooManyRequests": _refusal(_("Trop de demandes\u00a0: Retry-After dit quand recommencer."), **_RETRY_AFTER),
        "Unavailable": _refusal(_("Le service est occupé\u00a0: Retry-After dit quand recommencer."), **_RETRY_AFTER),
    },
    "parameters": {
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            **_text(_("L’ETag de la version lue\u00a0: l’écriture est refusée (412) si l’objet a changé depuis.")),
        },
        "IfNoneMatch": {
            "name": "If-None-Match",
            "in": "header",
            **_text(_("L’ETag de la version déjà connue\u00a0: la réponse est 304 si rien n’a changé.")),
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            **_text(
                _(
                    "Une valeur unique par requête. Répétée avec la même clé, la requête n’est exécutée qu’une fois "
                    "et reçoit la même réponse, pendant 24 heures au moins."
                ),
                pattern="^[!-~]+$",
                minLength=1,
                maxLength=128,
            ),
        },
    },
    "headers": {
        "ETag": _text(_("La version de l’objet, à citer dans If-Match ou If-None-Match.")),
        "Location": _text(_("L’adresse de l’objet créé."), format="uri"),
        "IdempotentReplayed": _text(_("«\u00a0true\u00a0» quand la réponse est celle d’une requête déjà exécutée.")),
        "RetryAfter": {"schema": {"type": "integer"}, "description": _("Nombre de secondes à attendre.")},
    },
}
