"""Sentences are written in French in the code itself: no catalogue tells gettext how French counts.

Left alone it counts them as English does, and says « 0 maillons ».
"""

from gettext import NullTranslations
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real


class WrittenInFrench(NullTranslations):
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2


class Translation(trans_real.DjangoTranslation):
    """A French sentence that no catalogue knows is one of ours: it is said as it is written."""

    def __init__(self, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(language, *args, **kwargs)
        if language == settings.LANGUAGE_CODE:
            self.add_fallback(WrittenInFrench())


def count_as_french_does() -> None:
    # Made already when a model's constraint was told apart by its sentence, and made again when languages change.
    trans_real.translation(settings.LANGUAGE_CODE).add_fallback(WrittenInFrench())
    trans_real.DjangoTranslation = Translation  # type: ignore[misc]
