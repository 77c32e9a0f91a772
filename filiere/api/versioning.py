"""ETag, If-Match and If-None-Match (RFC 9110), on top of `filiere.versions`.

A tag is "version.digest": the version says which edit of the object was read and is all a write compares;
the digest of what was sent makes it true of the whole answer, whose other parts (a renamed organisation, the
reader's own rights, a new field of the API) change without the object.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from filiere.api.problems import UNREADABLE, Problem
from filiere.versions import Stale, version_of

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|\Z)')
ANY = "*"


def tag_of(instance: Any, data: Any) -> str:
    digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:16]
    return f'"{_version(instance)}.{digest}"'


def tags_in(header: str) -> list[tuple[bool, str]] | None:
    """(weak, value) of each tag; None when the header is not a list of tags."""
    tags, position = [], 0
    while position < len(header):
        match = _TAG.match(header, position)
        if match is None:
            # Empty elements of a list are allowed: "a",,"b".
            if header[position] in " \t,":
                position += 1
                continue
            return None
        tags.append((bool(match[1]), match[2]))
        position = match.end()
    return tags


def not_modified(request: Request, tag: str) -> bool:
    """Weak comparison: either form of the same value will do. What cannot be read is no condition."""
    header = request.headers.get("If-None-Match", "").strip()
    if header == ANY:
        return True
    return any(value == tag.strip('"') for _weak, value in tags_in(header) or [])


def seen_version(request: Request, instance: Any) -> str | None:
    """The version the sender has read, to be compared again under the lock; None when no condition was set.

    Strong comparison: a weak tag never matches.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header or header == ANY:
        return None
    tags = tags_in(header)
    if not tags:
        raise Problem(UNREADABLE, _("If-Match attend la valeur de l’ETag, guillemets compris."))
    current = _version(instance)
    if current not in _versions(tags):
        raise Stale(instance)
    return current


def _version(instance: Any) -> str:
    # What is never edited (an event, a token) has one version.
    return version_of(instance) if hasattr(instance, "changed_at") else "0"


def _versions(tags: Sequence[tuple[bool, str]]) -> set[str]:
    return {value.partition(".")[0] for weak, value in tags if not weak}
