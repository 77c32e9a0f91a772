"""What a person may be called, and where they may be written to."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Control, format and unassigned characters, lone surrogates: invisible in a list, fatal to a database or a mail header.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def one_line(field: str, text: str) -> str:
    """What was typed, composed and trimmed; refuses characters that nobody can see."""
    if any(unicodedata.category(letter) in _INVISIBLE for letter in text):
        raise ValidationError({field: _("Ce texte contient des caractères invisibles\u00a0: retapez-le.")})
    return " ".join(unicodedata.normalize("NFC", text).split())


def address(text: str) -> str:
    return one_line("email", text).lower()
