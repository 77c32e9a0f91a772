from datetime import date

import pytest

from projects.deliverables.due.period import Period, Precision, Span
from projects.deliverables.due.reading import read
from projects.deliverables.due.wording import lateness, spoken

CONTRACT = Span(date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("12 mars 2024", "le 12\u00a0mars 2024"),
        ("1er mars 2024", "le 1er\u00a0mars 2024"),
        ("S1 2024", "du 1er\u00a0janvier au 30\u00a0juin 2024"),
        ("mars 2024", "du 1er au 31\u00a0mars 2024"),
        ("fin 2023/début 2024", "du 1er\u00a0octobre 2023 au 31\u00a0mars 2024"),
        ("mars 2023 - mars 2024", "du 1er\u00a0mars 2023 au 31\u00a0mars 2024"),
        ("d’ici fin 2026", "au plus tard le 31\u00a0décembre 2026"),
        ("dès mars 2024", "à partir du 1er\u00a0mars 2024"),
        ("selon calendrier de l’INSERM", "pas de date calculée\u00a0: calendrier de l’INSERM"),
        ("Selon le calendrier de l’INSERM", "pas de date calculée\u00a0: calendrier de l’INSERM"),
        ("selon l’avancement", "pas de date calculée\u00a0: avancement"),
        ("selon les financements", "pas de date calculée\u00a0: financements"),
        ("calendrier ANSM", "pas de date calculée\u00a0: calendrier ANSM"),
        ("en fonction des crédits", "pas de date calculée\u00a0: en fonction des crédits"),
        ("à définir", "pas de date calculée\u00a0: à définir"),
        ("", "pas d’échéance"),
    ],
)
def test_dates_are_said_as_one_would(words, said):
    assert spoken(read(words, contract=CONTRACT)) == said


def test_words_that_begin_like_according_are_left_whole():
    assert spoken(Period("selongeur", None, None, Precision.EXTERNAL)).endswith("selongeur")


@pytest.mark.parametrize(
    ("words", "today", "days"),
    [
        ("S1 2024", date(2024, 1, 1), 0),
        ("S1 2024", date(2024, 6, 30), 0),
        ("S1 2024", date(2024, 7, 1), 1),
        ("d’ici fin 2026", date(2027, 1, 31), 31),
        ("12 mars 2024", date(2025, 3, 12), 365),
        ("dès 2024", date(2030, 1, 1), 0),
        ("à définir", date(2030, 1, 1), 0),
    ],
)
def test_lateness_counts_from_the_end(words, today, days):
    assert lateness(read(words, contract=CONTRACT).end, today) == days
