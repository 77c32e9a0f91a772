"""How a file leaves the house: under a sensible name, never run, never guessed at. One way, for pages and API."""

from django.http import FileResponse
from django.utils.translation import gettext as _

from filiere.refusals import Refused
from projects.deliverables.files.formats import Format
from projects.deliverables.files.naming import file_name
from projects.deliverables.versions.models import Version

# Opened by itself, whatever it holds does nothing.
SEALED = "default-src 'none'; sandbox"
# Shown in a page of ours, and in nobody else's.
SHOWN = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
# The browser's reader of PDFs is a plug-in, which a sandbox keeps from starting.
READ_AS_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

MOST_BYTES = 200


def check_handed_out(version: Version) -> None:
    if version.is_quarantined:
        raise Refused(
            _("L’antivirus a mis ce fichier en quarantaine\u00a0: personne ne peut plus le télécharger."),
            code="quarantined",
        )
    if not version.is_handed_out:
        raise Refused(
            _("L’analyse antivirus de ce fichier n’est pas terminée\u00a0: réessayez dans un instant."),
            code="being_scanned",
        )


def hand_out(version: Version, *, inline: bool = False) -> FileResponse:
    """Raises `Refused` for what the scanner has not let through. `inline` is for what a browser may show by itself."""
    check_handed_out(version)
    kind = Format(version.format)
    inline = inline and kind.is_previewed
    response = FileResponse(
        version.file.open("rb"),
        as_attachment=not inline,
        filename=name_of(version),
        content_type=kind.media_type,
    )
    response["Content-Length"] = str(version.size)
    for name, value in headers_of(version, inline=inline).items():
        response[name] = value
    return response


def headers_of(version: Version, *, inline: bool = False) -> dict[str, str]:
    """Also of the answer that nothing has changed: what a browser kept takes on the headers of that one."""
    found = {
        "ETag": tag_of_content(version),
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _policy(Format(version.format), inline=inline),
    }
    return {**found, "X-Frame-Options": "SAMEORIGIN"} if inline else found


def name_of(version: Version) -> str:
    """Two versions in one folder do not overwrite one another: « Rapport final - v3.pdf »."""
    kind = Format(version.format)
    stem, _dot, extension = file_name(version.name, kind).rpartition(".")
    # File systems count bytes, and the number is what must not be cut off.
    kept = stem.encode()[:MOST_BYTES].decode(errors="ignore").rstrip()
    return f"{kept} - v{version.number}.{extension}"


def tag_of_content(version: Version) -> str:
    return f'"{version.sha256}"'


def _policy(kind: Format, *, inline: bool) -> str:
    if not inline:
        return SEALED
    return READ_AS_PDF if kind == Format.PDF else SHOWN
