"""A refusal of the API is a problem document (RFC 9457), in French. Its kinds and its shape are decided here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.utils.encoders import JSONEncoder

from filiere.requests import current_request_id

MEDIA_TYPE = "application/problem+json"
NON_FIELD = "non_field_errors"
Errors = dict[str, list[str]]
Words = str | Promise


@dataclass(frozen=True)
class Kind:
    """`code` ends the document's `type`, which scripts compare: it never changes."""

    status: int
    code: str
    title: Words
    detail: Words

    @property
    def type(self) -> str:
        # A name rather than an address: it is the same on every installation.
        return f"urn:filiere:probleme:{self.code}"


INVALID = Kind(
    400,
    "validation",
    _("Des valeurs sont à corriger"),
    _("Rien n’a été enregistré. Corrigez les valeurs signalées, puis recommencez."),
)
UNREADABLE = Kind(400, "requete-illisible", _("Requête illisible"), _("La requête n’a pas pu être lue."))
UNKNOWN_PERSON = Kind(
    401,
    "authentification",
    _("Connexion nécessaire"),
    _("Connectez-vous, ou joignez un jeton\u00a0: «\u00a0Authorization: Token …\u00a0»."),
)
FORBIDDEN = Kind(403, "interdit", _("Action interdite"), _("Vous n’avez pas le droit de faire cela."))
UNSAFE_FORM = Kind(
    403,
    "csrf",
    _("Vérification de sécurité échouée"),
    _("L’en-tête X-CSRFToken manque ou n’est plus valable\u00a0: rechargez la page, puis recommencez."),
)
NOT_FOUND = Kind(404, "introuvable", _("Introuvable"), _("Il n’y a rien à cette adresse."))
METHOD = Kind(405, "methode", _("Méthode refusée"), _("Cette adresse n’accepte pas cette méthode."))
NOT_ACCEPTABLE = Kind(
    406,
    "format-refuse",
    _("Format indisponible"),
    _("L’API répond en JSON\u00a0: «\u00a0Accept: application/json\u00a0»."),
)
REFUSED = Kind(409, "refus", _("Action refusée"), _("L’état actuel ne permet pas cette action."))
KEY_REUSED = Kind(
    409,
    "cle-reutilisee",
    _("Clé d’idempotence déjà employée"),
    _("Cette clé a servi à une autre requête. Choisissez une clé neuve pour chaque nouvelle requête."),
)
KEY_BUSY = Kind(
    409,
    "cle-en-cours",
    _("Requête identique en cours"),
    _("La première requête portant cette clé n’est pas terminée. Répétez celle-ci dans un instant."),
)
DUPLICATE = Kind(
    409,
    "doublon",
    _("Déjà enregistré"),
    _("Une autre écriture vient d’enregistrer la même valeur. Relisez, puis recommencez."),
)
STALE = Kind(
    412,
    "version-perimee",
    _("Version périmée"),
    _("L’objet a changé depuis votre lecture\u00a0: sa version actuelle est jointe. Rien n’a été enregistré."),
)
TOO_LARGE = Kind(413, "trop-grand", _("Requête trop volumineuse"), _("Le corps de la requête est trop volumineux."))
MEDIA = Kind(
    415,
    "type-non-pris-en-charge",
    _("Type de contenu refusé"),
    _("Cette adresse ne lit pas ce type de contenu."),
)
THROTTLED = Kind(429, "trop-de-demandes", _("Trop de demandes"), _("Attendez un peu avant de recommencer."))
FAILURE = Kind(
    500,
    "erreur-interne",
    _("Erreur interne"),
    _("Une erreur est survenue de notre côté\u00a0; elle est consignée sous le numéro de la requête."),
)
BUSY = Kind(
    503, "indisponible", _("Momentanément indisponible"), _("Le service est occupé. Recommencez dans un instant.")
)
KINDS = (
    *(INVALID, UNREADABLE, UNKNOWN_PERSON, FORBIDDEN, UNSAFE_FORM, NOT_FOUND, METHOD, NOT_ACCEPTABLE, REFUSED),
    *(KEY_REUSED, KEY_BUSY, DUPLICATE, STALE, TOO_LARGE, MEDIA, THROTTLED, FAILURE, BUSY),
)


class Problem(Exception):
    """What the kit itself raises: `raise Problem(KEY_BUSY, retry_after=1)`."""

    def __init__(
        self, kind: Kind, detail: Words = "", *, errors: Errors | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(kind.code)
        self.kind, self.detail, self.errors, self.retry_after = kind, detail, errors, retry_after


def document(
    kind: Kind,
    detail: Words = "",
    *,
    title: Words = "",
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> HttpResponse:
    content = {
        "type": kind.type,
        "title": str(title or kind.title),
        "status": kind.status,
        "detail": str(detail or kind.detail),
        "errors": errors or {},
        "request_id": current_request_id(),
        **members,
    }
    return HttpResponse(
        # What was sent may be quoted, halves of characters included.
        json.dumps(content, ensure_ascii=False, cls=JSONEncoder).encode("utf-8", "replace"),
        status=kind.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


# The first of each status is the plain one.
_BY_STATUS = {kind.status: kind for kind in reversed(KINDS) if kind is not INVALID}


def plain(status: int, title: Words = "", detail: Words = "") -> HttpResponse:
    """A problem met outside any API view: unknown address, refused host, unsafe form, failure."""
    kind = _BY_STATUS.get(status, UNREADABLE if status < 500 else FAILURE)
    return document(replace(kind, status=status), detail, title=title)
