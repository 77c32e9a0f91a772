import pytest
from hypothesis import given
from hypothesis import strategies as st

from filiere.text import fold


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Œuvre", "oeuvre"),
        ("Hæmovigilance", "haemovigilance"),
        ("ÉTABLISSEMENT FRANÇAIS DU SANG", "etablissement francais du sang"),
        ("l’Institut", "l'institut"),
        ("Saint‑Étienne", "saint-etienne"),
        ("2024 – 2026", "2024 - 2026"),
        ("  deux   espaces ", "deux espaces"),
        ("«\xa0mot\u202f»", "« mot »"),
        ("Straße", "strasse"),
        ("e\u0301", "e"),
        ("ﬁlière", "filiere"),
        ("", ""),
    ],
)
def test_words_meet_however_they_are_written(written, typed):
    assert fold(written) == typed


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_parts_are_found_in_the_whole(left, right):
    """What a search relies on: folding a word and folding the sentence around it agree."""
    assert fold(left) in fold(f"{left} {right}")


def test_different_words_stay_different():
    assert len({fold(word) for word in ("chaine", "chêne", "chine", "chiné", "chien")}) == 4
