"""How words are compared: without case, accents or ligatures, the way a person types them in a search box."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "‐": "-", "‑": "-", "–": "-", "\xa0": " ", "\u202f": " "})


def fold(text: str) -> str:
    # Decomposed before and after: letters in fancy dress show their capital only once undressed.
    lowered = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    lowered = unicodedata.normalize("NFKD", lowered)
    return " ".join("".join(letter for letter in lowered if not unicodedata.combining(letter)).split())
