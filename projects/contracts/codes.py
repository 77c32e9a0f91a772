"""Codes: what things keep being called when their numbers and their wording change. Given once, never changed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

# Where a code stands in an address, these words already lead somewhere.
RESERVED = frozenset({"nouveau"})


def check_code(code: str, others: "QuerySet[Any]") -> str:
    """The code, trimmed. « P01 » and « p01 » would be told apart by nobody but the database."""
    code = code.strip()
    if code.casefold() in RESERVED:
        raise ValidationError(
            {"code": _("«\u00a0%(code)s\u00a0» est réservé\u00a0: choisissez un autre code.") % {"code": code}}
        )
    if others.filter(code__iexact=code).exists():
        raise ValidationError({"code": _("Ce code est déjà pris.")})
    return code
