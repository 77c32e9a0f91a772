"""Folded words in pieces: numbers, words, and the few marks that mean something between two dates."""

import re

_DASHES = str.maketrans(dict.fromkeys("—―−‒→➔>", "-"))
_PIECE = re.compile(r"[0-9]+|[a-z]+|[-/.,;:&+]")


def tokens_of(folded: str) -> list[str]:
    return _PIECE.findall(folded.translate(_DASHES))
