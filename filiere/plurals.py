"""Sentences are written in French in the code itself: no catalogue tells gettext how French counts.

Left alone it counts them as English does, and says « 0 maillons ».
"""

from gettext import NullTranslations

from django.utils.translation import trans_real


class WrittenInFrench(NullTranslations):
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2


def count_as_french_does() -> None:
    trans_real.translation("fr").add_fallback(WrittenInFrench())
