"""What is asked when the words do not tell, and how it helps."""

from datetime import date

import pytest

from projects.deliverables.due.period import Span
from projects.deliverables.due.reading import Unreadable, read
from tests.architecture.test_words import faults

CONTRACT = Span(date(2023, 1, 1), date(2026, 12, 31))
TODAY = date(2024, 5, 2)
ANY_TEXT = "T2 2024", "fin juin 2024", "d’ici fin 2024"
NO_DATE = "T2 2024", "fin juin 2024", "à définir"
FROM_WHEN = "Ces mots comptent à partir d’un moment que rien ne date."
RHYTHM = "Un rythme n’est pas une échéance\u00a0: dites jusqu’à quand."
WHICH_YEAR = "De quelle année s’agit-il\u202f?"
BACKWARDS = "Cette échéance finirait avant de commencer\u00a0: du %s au %s."


def refusal(words, contract=CONTRACT, today=TODAY):
    with pytest.raises(Unreadable) as refused:
        read(words, contract=contract, today=today)
    return refused.value


REFUSED = [
    # Which year?
    ("mars", WHICH_YEAR, ("mars 2024", "mars 2025")),
    ("T1", WHICH_YEAR, ("T1 2024", "T1 2025")),
    ("12 mars", WHICH_YEAR, ("12 mars 2024", "12 mars 2025")),
    ("12/03", WHICH_YEAR, ("12/03/2024", "12/03/2025")),
    ("12.03", WHICH_YEAR, ("12.03.2024", "12.03.2025")),
    ("printemps", WHICH_YEAR, ("printemps 2024", "printemps 2025")),
    ("hiver", WHICH_YEAR, ("hiver 2024-2025", "hiver 2025-2026")),
    ("fin de l’année", WHICH_YEAR, ("fin de l’année 2024", "fin de l’année 2025")),
    ("entre mars et juin", WHICH_YEAR, ("entre mars et juin 2024", "entre mars et juin 2025")),
    ("fin mars au plus tard", WHICH_YEAR, ("fin mars 2024 au plus tard", "fin mars 2025 au plus tard")),
    ("vendredi 29 mars", WHICH_YEAR, ("vendredi 29 mars 2024",)),
    ("2024, au plus tard en juin", WHICH_YEAR, ("2024, au plus tard en juin 2024", "2024, au plus tard en juin 2025")),
    # Which of two?
    (
        "hiver 2024",
        "«\u00a0hiver 2024\u00a0» peut commencer cette année-là ou la précédente.",
        ("hiver 2023-2024", "hiver 2024-2025"),
    ),
    (
        "année scolaire 2024",
        "«\u00a0année scolaire 2024\u00a0» peut commencer cette année-là ou la précédente.",
        ("année scolaire 2023-2024", "année scolaire 2024-2025"),
    ),
    ("sem. 1 2024", "«\u00a0sem.\u00a0» abrège aussi bien semestre que semaine.", ("S1 2024", "semaine 1 2024")),
    ("à définir en 2025", "La date est-elle connue, ou encore à définir\u202f?", ("à définir", "fin juin 2024")),
    (
        "mars 2024 juin 2024",
        "Deux dates se suivent sans que rien ne les lie.",
        ("de mars à juin 2024", "fin 2024/début 2025"),
    ),
    (
        "entre 2024 et mars 2024",
        "La dernière de ces dates tombe pendant la première.",
        ("juin 2024", "de mars à juin 2024"),
    ),
    (
        "de mars 2024 à",
        "La fin manque après «\u00a0de mars 2024 à\u00a0».",
        ("de mars à juin 2024", "2024-2025"),
    ),
    # What does not exist.
    (
        "31 février 2024",
        "Il n’y a pas de 31 février 2024\u00a0: ce mois va du 1er au 29.",
        ("29 février 2024", "fin février 2024"),
    ),
    (
        "29/02/2023",
        "Il n’y a pas de 29 février 2023\u00a0: ce mois va du 1er au 28.",
        ("28 février 2023", "fin février 2023"),
    ),
    (
        "31 avril",
        "Il n’y a pas de 31 avril 2024\u00a0: ce mois va du 1er au 30.",
        ("30 avril 2024", "fin avril 2024"),
    ),
    ("0 mars 2024", "Il n’y a pas de 0 mars 2024\u00a0: ce mois va du 1er au 31.", ("1er mars 2024", "fin mars 2024")),
    (
        "lundi 12 mars 2024",
        "Le 12\u00a0mars 2024 n’est pas un lundi mais un mardi.",
        ("mardi 12 mars 2024", "12 mars 2024"),
    ),
    (
        "T5 2024",
        "Une année compte quatre trimestres\u00a0: «\u00a0T5\u00a0» n’existe pas.",
        ("T1 2024", "T4 2024"),
    ),
    ("T0", "Une année compte quatre trimestres\u00a0: «\u00a0T0\u00a0» n’existe pas.", ("T1 2024", "T4 2024")),
    (
        "S3 2024",
        "Une année compte deux semestres\u00a0: «\u00a0S3\u00a0» n’existe pas.",
        ("S1 2024", "S2 2024", "semaine 3 2024"),
    ),
    ("semaine 53 2024", "L’année 2024 n’a pas de semaine 53.", ("semaine 52 2024", "décembre 2024")),
    (
        "13/2024",
        "Une année compte douze mois\u00a0: il n’y a pas de mois 13.",
        ("12/2024", "décembre 2024"),
    ),
    (
        "12/13/2024",
        "Une année compte douze mois\u00a0: il n’y a pas de mois 13.",
        ("12/2024", "décembre 2024"),
    ),
    ("1989", "L’année 1989 n’est pas entre 1990 et 2100.", ("T2 2024", "fin juin 2024")),
    ("mars 2101", "L’année 2101 n’est pas entre 1990 et 2100.", ("T2 2024", "fin juin 2024")),
    (
        "5e année du contrat",
        "Le contrat ne dure pas aussi longtemps.",
        ("dernière année du contrat", "fin du contrat"),
    ),
    # Backwards.
    (
        "2025 - 2024",
        BACKWARDS % ("1er\u00a0janvier 2025", "31\u00a0décembre 2024"),
        ("de janvier 2024 à décembre 2025",),
    ),
    ("juin 2025 à mars 2024", BACKWARDS % ("1er\u00a0juin 2025", "31\u00a0mars 2024"), ("de mars 2024 à juin 2025",)),
    (
        "d’octobre à mars 2024",
        BACKWARDS % ("1er\u00a0octobre 2024", "31\u00a0mars 2024"),
        ("d’octobre 2023 à mars 2024",),
    ),
    ("T3 2024 - T1", BACKWARDS % ("1er\u00a0juillet 2024", "31\u00a0mars 2024"), ("de juillet 2024 à mars 2025",)),
    (
        "du 28 au 3 mars 2024",
        BACKWARDS % ("28\u00a0mars 2024", "3\u00a0mars 2024"),
        ("du 3 mars 2024 au 28 mars 2024",),
    ),
    # No date in there.
    ("banane 2024", "«\u00a0banane\u00a0» ne dit pas de date ici.", ANY_TEXT),
    ("1er Trimèstr, 2024", "«\u00a0Trimèstr\u00a0» ne dit pas de date ici.", ANY_TEXT),
    ("après maars 2024", "«\u00a0maars\u00a0» ne dit pas de date ici.", ANY_TEXT),
    ("9999999999", "«\u00a09999999999\u00a0» ne dit pas de date ici.", ANY_TEXT),
    ("livraison", "Aucune date ne se lit dans «\u00a0livraison\u00a0».", NO_DATE),
    ("24", "Aucune date ne se lit dans «\u00a024\u00a0».", NO_DATE),
    ("selon", "Aucune date ne se lit dans «\u00a0selon\u00a0».", NO_DATE),
    ("!!!", "Aucune date ne se lit dans «\u00a0!!!\u00a0».", NO_DATE),
    ("dans 6 mois", FROM_WHEN, ("juin 2024", "d’ici fin 2024", "fin du contrat")),
    ("T0 + 12 mois", FROM_WHEN, ("juin 2024", "d’ici fin 2024", "fin du contrat")),
    ("l’année prochaine", FROM_WHEN, ("juin 2024", "d’ici fin 2024", "fin du contrat")),
    ("chaque année", RHYTHM, ("sur la durée du contrat", "d’ici fin 2024")),
    ("tous les 6 mois", RHYTHM, ("sur la durée du contrat", "d’ici fin 2024")),
    ("dès que possible", "Ces mots disent l’urgence, et non la date.", ("fin juin 2024", "d’ici fin 2024")),
    (
        "x" * 201,
        "Une échéance tient en 200 caractères\u00a0: gardez-en la date, le reste va dans la description.",
        ("T2 2024", "fin juin 2024"),
    ),
]


@pytest.mark.parametrize(("words", "what", "suggestions"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_words_that_do_not_tell_are_asked_about(words, what, suggestions):
    refused = refusal(words)
    assert refused.sentence.startswith(f"{what} Écrivez par exemple «\u00a0")
    assert refused.suggestions == suggestions
    assert faults(refused.sentence) == []
    assert str(refused) == refused.sentence


@pytest.mark.parametrize("words", [row[0] for row in REFUSED], ids=[row[0][:40] for row in REFUSED])
def test_what_is_proposed_is_understood(words):
    for suggestion in refusal(words).suggestions:
        assert read(suggestion, contract=CONTRACT, today=TODAY)


def test_sentence_lists_what_is_proposed():
    assert refusal("S3 2024").sentence.endswith(
        "Écrivez par exemple «\u00a0S1 2024\u00a0», «\u00a0S2 2024\u00a0» ou «\u00a0semaine 3 2024\u00a0»."
    )


@pytest.mark.parametrize("words", ["sur la durée du contrat", "fin de l’avenant", "de 2024 à la fin du contrat"])
def test_contract_that_nobody_knows_is_asked_about(words):
    refused = refusal(words, contract=None)
    assert "dates d’un contrat, que l’on ne connaît pas ici" in refused.sentence
    assert refused.suggestions == ("d’ici fin 2024", "2024-2025")


def test_contract_whose_years_are_written_needs_no_other():
    period = read("durée du contrat 2023-2026", contract=None)
    assert (period.start, period.end) == (CONTRACT.starts_on, CONTRACT.ends_on)


@pytest.mark.parametrize(
    ("today", "suggestions"),
    [
        (date(2019, 1, 1), ("mars 2023", "mars 2024")),
        (date(2025, 6, 1), ("mars 2025", "mars 2026")),
        (date(2026, 6, 1), ("mars 2025", "mars 2026")),
        (date(2031, 6, 1), ("mars 2025", "mars 2026")),
    ],
)
def test_years_proposed_are_those_of_the_contract_nearest_to_today(today, suggestions):
    assert refusal("mars", today=today).suggestions == suggestions


def test_years_proposed_without_a_contract_are_this_one_and_the_next():
    assert refusal("mars", contract=None).suggestions == ("mars 2024", "mars 2025")


def test_longest_text_is_read_and_one_more_character_is_not():
    words = "T1 2024 ".ljust(200, ".")
    assert read(words, contract=None).end == date(2024, 3, 31)
    refusal(f"{words}.")


def test_long_words_are_cut_in_the_sentence():
    assert len(refusal("banane" * 33).sentence) < 200
