"""The table of échéances: what is written, and the dates it stands for."""

from datetime import date

import pytest

from projects.deliverables.due.period import Period, Precision, Span
from projects.deliverables.due.reading import read

CONTRACT = Span(date(2023, 1, 1), date(2026, 12, 31))
TODAY = date(2024, 5, 2)

TABLE = """
# Of the contract's own deliverables and actions.
second semestre 2024                                | 2024-07-01 | 2024-12-31 | semestre
Sur la durée de l’avenant                           | 2023-01-01 | 2026-12-31 | contrat
Q1 2024                                             | 2024-01-01 | 2024-03-31 | trimestre
2025                                                | 2025-01-01 | 2025-12-31 | annee
sur la durée de l’avenant (2 ans donc)              | 2023-01-01 | 2026-12-31 | contrat
premier trimestre 2024                              | 2024-01-01 | 2024-03-31 | trimestre
S1 2024                                             | 2024-01-01 | 2024-06-30 | semestre
fin 2023/début 2024                                 | 2023-10-01 | 2024-03-31 | intervalle
SI 2024                                             | 2024-01-01 | 2024-06-30 | semestre
S2 2024                                             | 2024-07-01 | 2024-12-31 | semestre
Début des travaux S1 2024 et finalisation S1 2025   | 2024-01-01 | 2025-06-30 | intervalle
S1, 2024                                            | 2024-01-01 | 2024-06-30 | semestre
sur la durée de l’avenant (2 ans minimum)           | 2023-01-01 | 2026-12-31 | contrat
Sur la durée du contrat                             | 2023-01-01 | 2026-12-31 | contrat
# Days.
12 mars 2024                                        | 2024-03-12 | 2024-03-12 | jour
1er mars 2024                                       | 2024-03-01 | 2024-03-01 | jour
1 mars 2024                                         | 2024-03-01 | 2024-03-01 | jour
le 12 mars 2024.                                    | 2024-03-12 | 2024-03-12 | jour
12 déc. 2024                                        | 2024-12-12 | 2024-12-12 | jour
mardi 12 mars 2024                                  | 2024-03-12 | 2024-03-12 | jour
29 février 2024                                     | 2024-02-29 | 2024-02-29 | jour
12/03/2024                                          | 2024-03-12 | 2024-03-12 | jour
12.03.2024                                          | 2024-03-12 | 2024-03-12 | jour
12-03-2024                                          | 2024-03-12 | 2024-03-12 | jour
12/03/24                                            | 2024-03-12 | 2024-03-12 | jour
1/3/24                                              | 2024-03-01 | 2024-03-01 | jour
2024-03-12                                          | 2024-03-12 | 2024-03-12 | jour
2024/03/12                                          | 2024-03-12 | 2024-03-12 | jour
mardi 12/03/2024                                    | 2024-03-12 | 2024-03-12 | jour
échéance : 30 juin 2024                             | 2024-06-30 | 2024-06-30 | jour
pour le 30 juin 2024                                | 2024-06-30 | 2024-06-30 | jour
# Weeks and fortnights.
semaine 12 2024                                     | 2024-03-18 | 2024-03-24 | intervalle
semaine du 11 mars 2024                             | 2024-03-11 | 2024-03-17 | intervalle
première semaine de mars 2024                       | 2024-03-01 | 2024-03-07 | intervalle
dernière semaine de juin 2024                       | 2024-06-24 | 2024-06-30 | intervalle
1re quinzaine de mars 2024                          | 2024-03-01 | 2024-03-15 | intervalle
seconde quinzaine de mars 2024                      | 2024-03-16 | 2024-03-31 | intervalle
1re et 2e quinzaines de mars 2024                   | 2024-03-01 | 2024-03-31 | intervalle
# Months.
mars 2024                                           | 2024-03-01 | 2024-03-31 | mois
en mars 2024                                        | 2024-03-01 | 2024-03-31 | mois
courant mars 2024                                   | 2024-03-01 | 2024-03-31 | mois
au mois d’avril 2024                                | 2024-04-01 | 2024-04-30 | mois
vers mars 2024                                      | 2024-03-01 | 2024-03-31 | mois
sept. 2024                                          | 2024-09-01 | 2024-09-30 | mois
mars 24                                             | 2024-03-01 | 2024-03-31 | mois
03/2024                                             | 2024-03-01 | 2024-03-31 | mois
3/2024                                              | 2024-03-01 | 2024-03-31 | mois
03/24                                               | 2024-03-01 | 2024-03-31 | mois
2024-03                                             | 2024-03-01 | 2024-03-31 | mois
mars-2024                                           | 2024-03-01 | 2024-03-31 | mois
2024 : mars                                         | 2024-03-01 | 2024-03-31 | mois
juin 2024 (livraison)                               | 2024-06-01 | 2024-06-30 | mois
livraison du rapport en juin 2024                   | 2024-06-01 | 2024-06-30 | mois
rentrée 2024                                        | 2024-09-01 | 2024-09-30 | mois
à la rentrée de septembre 2024                      | 2024-09-01 | 2024-09-30 | mois
début juillet 2025                                  | 2025-07-01 | 2025-07-10 | intervalle
mi-mars 2024                                        | 2024-03-11 | 2024-03-20 | intervalle
fin mars 2024                                       | 2024-03-21 | 2024-03-31 | intervalle
fin du mois de mars 2024                            | 2024-03-21 | 2024-03-31 | intervalle
2024, fin juin                                      | 2024-06-21 | 2024-06-30 | intervalle
# Quarters.
T1 2024                                             | 2024-01-01 | 2024-03-31 | trimestre
T1/2024                                             | 2024-01-01 | 2024-03-31 | trimestre
T1-2024                                             | 2024-01-01 | 2024-03-31 | trimestre
T1-24                                               | 2024-01-01 | 2024-03-31 | trimestre
T1’24                                               | 2024-01-01 | 2024-03-31 | trimestre
1T2024                                              | 2024-01-01 | 2024-03-31 | trimestre
1T24                                                | 2024-01-01 | 2024-03-31 | trimestre
2024T1                                              | 2024-01-01 | 2024-03-31 | trimestre
2024-T1                                             | 2024-01-01 | 2024-03-31 | trimestre
2024 (T1)                                           | 2024-01-01 | 2024-03-31 | trimestre
T1 (2024)                                           | 2024-01-01 | 2024-03-31 | trimestre
1er trimestre 2024                                  | 2024-01-01 | 2024-03-31 | trimestre
1er trim. 2024                                      | 2024-01-01 | 2024-03-31 | trimestre
trim. 1 2024                                        | 2024-01-01 | 2024-03-31 | trimestre
trimestre n° 2 2024                                 | 2024-04-01 | 2024-06-30 | trimestre
premier trimestre de l’année 2024                   | 2024-01-01 | 2024-03-31 | trimestre
3ème T 2024                                         | 2024-07-01 | 2024-09-30 | trimestre
IVe trimestre 2024                                  | 2024-10-01 | 2024-12-31 | trimestre
T IV 2024                                           | 2024-10-01 | 2024-12-31 | trimestre
TIV 2024                                            | 2024-10-01 | 2024-12-31 | trimestre
dernier trimestre 2024                              | 2024-10-01 | 2024-12-31 | trimestre
dans le courant du T1 2024                          | 2024-01-01 | 2024-03-31 | trimestre
T1 2024 (à confirmer)                               | 2024-01-01 | 2024-03-31 | trimestre
À confirmer : T1 2024                               | 2024-01-01 | 2024-03-31 | trimestre
début T1 2024                                       | 2024-01-01 | 2024-01-31 | mois
mi-T1 2024                                          | 2024-02-01 | 2024-02-29 | mois
fin 1er trimestre 2024                              | 2024-03-01 | 2024-03-31 | mois
à l’issue du T1 2024                                | 2024-03-01 | 2024-03-31 | mois
# Semesters.
SII 2024                                            | 2024-07-01 | 2024-12-31 | semestre
S II 2024                                           | 2024-07-01 | 2024-12-31 | semestre
H1 2024                                             | 2024-01-01 | 2024-06-30 | semestre
1er semestre 2025                                   | 2025-01-01 | 2025-06-30 | semestre
1er sem. 2024                                       | 2024-01-01 | 2024-06-30 | semestre
2e semestre 2024                                    | 2024-07-01 | 2024-12-31 | semestre
2d semestre 2024                                    | 2024-07-01 | 2024-12-31 | semestre
2nd semestre 2024                                   | 2024-07-01 | 2024-12-31 | semestre
2ème semestre 2024                                  | 2024-07-01 | 2024-12-31 | semestre
deuxième semestre 2024                              | 2024-07-01 | 2024-12-31 | semestre
2024 / 2e semestre                                  | 2024-07-01 | 2024-12-31 | semestre
au cours du premier semestre 2024                   | 2024-01-01 | 2024-06-30 | semestre
S1 2024, sous réserve du vote de la loi de finances | 2024-01-01 | 2024-06-30 | semestre
première moitié de 2024                             | 2024-01-01 | 2024-06-30 | semestre
début S1 2024                                       | 2024-01-01 | 2024-02-29 | intervalle
mi-S1 2024                                          | 2024-03-01 | 2024-04-30 | intervalle
fin S1 2024                                         | 2024-05-01 | 2024-06-30 | intervalle
# Seasons.
printemps 2024                                      | 2024-03-21 | 2024-06-20 | saison
été 2023                                            | 2023-06-21 | 2023-09-22 | saison
à l’automne 2025                                    | 2025-09-23 | 2025-12-20 | saison
hiver 2024-2025                                     | 2024-12-21 | 2025-03-20 | saison
hiver 24/25                                         | 2024-12-21 | 2025-03-20 | saison
fin de l’été 2024                                   | 2024-08-21 | 2024-09-22 | intervalle
printemps/été 2025                                  | 2025-03-21 | 2025-09-22 | intervalle
automne/hiver 2024-2025                             | 2024-09-23 | 2025-03-20 | intervalle
# Years.
courant 2024                                        | 2024-01-01 | 2024-12-31 | annee
en cours d’année 2024                               | 2024-01-01 | 2024-12-31 | annee
toute l’année 2024                                  | 2024-01-01 | 2024-12-31 | annee
exercice 2024                                       | 2024-01-01 | 2024-12-31 | annee
année scolaire 2024-2025                            | 2024-09-01 | 2025-08-31 | annee
début 2024                                          | 2024-01-01 | 2024-03-31 | trimestre
mi-2025                                             | 2025-06-01 | 2025-07-31 | intervalle
mi 2025                                             | 2025-06-01 | 2025-07-31 | intervalle
mi-année 2025                                       | 2025-06-01 | 2025-07-31 | intervalle
milieu 2025                                         | 2025-06-01 | 2025-07-31 | intervalle
fin 2024                                            | 2024-10-01 | 2024-12-31 | trimestre
fin 24                                              | 2024-10-01 | 2024-12-31 | trimestre
fin d’année 2024                                    | 2024-10-01 | 2024-12-31 | trimestre
À la fin de l’année 2024                            | 2024-10-01 | 2024-12-31 | trimestre
# From one to another.
fin 2023 - début 2024                               | 2023-10-01 | 2024-03-31 | intervalle
fin 2023 – début 2024                               | 2023-10-01 | 2024-03-31 | intervalle
fin 2024 voire début 2025                           | 2024-10-01 | 2025-03-31 | intervalle
S1 2024 - S2 2025                                   | 2024-01-01 | 2025-12-31 | intervalle
T4 2024 → T1 2025                                   | 2024-10-01 | 2025-03-31 | intervalle
entre mars et juin 2024                             | 2024-03-01 | 2024-06-30 | intervalle
de mars à juin 2024                                 | 2024-03-01 | 2024-06-30 | intervalle
de mars 2024 à juin                                 | 2024-03-01 | 2024-06-30 | intervalle
mars-juin 2024                                      | 2024-03-01 | 2024-06-30 | intervalle
sept.-oct. 2024                                     | 2024-09-01 | 2024-10-31 | intervalle
fin mars/début avril 2024                           | 2024-03-21 | 2024-04-10 | intervalle
entre fin 2024 et mi-2025                           | 2024-10-01 | 2025-07-31 | intervalle
début/mi 2024                                       | 2024-01-01 | 2024-07-31 | intervalle
2024-2026                                           | 2024-01-01 | 2026-12-31 | intervalle
2024 à 2026                                         | 2024-01-01 | 2026-12-31 | intervalle
2024-25                                             | 2024-01-01 | 2025-12-31 | intervalle
2024, 2025 et 2026                                  | 2024-01-01 | 2026-12-31 | intervalle
2023-2026 (durée du contrat)                        | 2023-01-01 | 2026-12-31 | intervalle
2023 - mars 2024                                    | 2023-01-01 | 2024-03-31 | intervalle
2024 : T1 et T3                                     | 2024-01-01 | 2024-09-30 | intervalle
T1 et T2 2024                                       | 2024-01-01 | 2024-06-30 | intervalle
T1-T3 2024                                          | 2024-01-01 | 2024-09-30 | intervalle
T1, T2 et T3 2024                                   | 2024-01-01 | 2024-09-30 | intervalle
1er et 2e trimestres 2024                           | 2024-01-01 | 2024-06-30 | intervalle
premier et second semestres 2024                    | 2024-01-01 | 2024-12-31 | intervalle
3e trimestre 2024 au 1er trimestre 2025             | 2024-07-01 | 2025-03-31 | intervalle
du 12 au 24 mars 2024                               | 2024-03-12 | 2024-03-24 | intervalle
12-24 mars 2024                                     | 2024-03-12 | 2024-03-24 | intervalle
12/13 mars 2024                                     | 2024-03-12 | 2024-03-13 | intervalle
12 mars au 15 avril 2024                            | 2024-03-12 | 2024-04-15 | intervalle
12 mars - 24/04/2024                                | 2024-03-12 | 2024-04-24 | intervalle
du lundi 11 au vendredi 15 mars 2024                | 2024-03-11 | 2024-03-15 | intervalle
du 12/03 au 15/04/2024                              | 2024-03-12 | 2024-04-15 | intervalle
12-15/03/2024                                       | 2024-03-12 | 2024-03-15 | intervalle
01/01/2024-30/06/2024                               | 2024-01-01 | 2024-06-30 | intervalle
2024-01-01/2024-06-30                               | 2024-01-01 | 2024-06-30 | intervalle
03/2024-06/2024                                     | 2024-03-01 | 2024-06-30 | intervalle
juin 24 - déc. 25                                   | 2024-06-01 | 2025-12-31 | intervalle
Lancement T1 2024, livraison T4 2024                | 2024-01-01 | 2024-12-31 | intervalle
V1 mars 2024, V2 juin 2024                          | 2024-03-01 | 2024-06-30 | intervalle
première version T1 2024, version finale T3 2024    | 2024-01-01 | 2024-09-30 | intervalle
mars 2024, au plus tard le 15 avril 2024            | 2024-03-01 | 2024-04-15 | intervalle
à partir de mars 2024 et jusqu’à fin 2025           | 2024-03-01 | 2025-12-31 | intervalle
# Until.
avant le 12 mars 2024                               |            | 2024-03-12 | jour
avant le 1er janvier 2025                           |            | 2024-12-31 | jour
avant fin 2024                                      |            | 2024-12-31 | trimestre
avant mi-mars 2024                                  |            | 2024-03-20 | intervalle
avant mars 2024                                     |            | 2024-02-29 | mois
avant l’été 2024                                    |            | 2024-06-20 | saison
avant la rentrée 2025                               |            | 2025-08-31 | mois
avant 2026                                          |            | 2025-12-31 | annee
avant la fin du contrat                             |            | 2026-12-31 | contrat
au plus tard fin juin 2025                          |            | 2025-06-30 | intervalle
au plus tard le 31/12/2024                          |            | 2024-12-31 | jour
mars 2024 au plus tard                              |            | 2024-03-31 | mois
date limite : 30 juin 2024                          |            | 2024-06-30 | jour
jusqu’en 2026                                       |            | 2026-12-31 | annee
jusqu’au 31 décembre 2026                           |            | 2026-12-31 | jour
d’ici fin 2026                                      |            | 2026-12-31 | trimestre
d'ici juin 2025                                     |            | 2025-06-30 | mois
d’ici à 2030                                        |            | 2030-12-31 | annee
d’ici l’été 2025                                    |            | 2025-09-22 | saison
d’ici la fin du contrat                             |            | 2026-12-31 | contrat
horizon 2030                                        |            | 2030-12-31 | annee
à l’horizon 2030                                    |            | 2030-12-31 | annee
à horizon 2027-2030                                 |            | 2030-12-31 | intervalle
# From.
à partir de mars 2024                               | 2024-03-01 |            | intervalle
dès 2024                                            | 2024-01-01 |            | intervalle
à compter du 1er mars 2024                          | 2024-03-01 |            | intervalle
après mars 2024                                     | 2024-04-01 |            | intervalle
au plus tôt en mars 2024                            | 2024-03-01 |            | intervalle
mars 2024 au plus tôt                               | 2024-03-01 |            | intervalle
2024 et au-delà                                     | 2024-01-01 |            | intervalle
2024 et suivantes                                   | 2024-01-01 |            | intervalle
# The contract's dates.
durée du contrat                                    | 2023-01-01 | 2026-12-31 | contrat
sur la durée du contrat                             | 2023-01-01 | 2026-12-31 | contrat
sur la durée de l’avenant n° 1                      | 2023-01-01 | 2026-12-31 | contrat
tout au long du contrat stratégique de filière      | 2023-01-01 | 2026-12-31 | contrat
durée du contrat (2024-2026)                        | 2024-01-01 | 2026-12-31 | contrat
en continu                                          | 2023-01-01 | 2026-12-31 | contrat
au fil de l’eau                                     | 2023-01-01 | 2026-12-31 | contrat
début du contrat                                    | 2023-01-01 | 2023-03-31 | contrat
mi-contrat                                          | 2024-12-01 | 2025-01-31 | contrat
à mi-parcours du contrat                            | 2024-12-01 | 2025-01-31 | contrat
fin du contrat                                      | 2026-10-01 | 2026-12-31 | contrat
à l’issue du contrat                                | 2026-10-01 | 2026-12-31 | contrat
première moitié du contrat                          | 2023-01-01 | 2024-12-31 | contrat
seconde moitié du contrat                           | 2025-01-01 | 2026-12-31 | contrat
2e année du contrat                                 | 2024-01-01 | 2024-12-31 | contrat
dernière année du contrat                           | 2026-01-01 | 2026-12-31 | contrat
du début à la fin du contrat                        | 2023-01-01 | 2026-12-31 | intervalle
de 2024 à la fin du contrat                         | 2024-01-01 | 2026-12-31 | intervalle
# What somebody else decides.
selon calendrier de l’INSERM                        |            |            | externe
selon le calendrier du plan France 2030             |            |            | externe
en fonction des financements                        |            |            | externe
calendrier ANSM                                     |            |            | externe
après publication du décret                         |            |            | externe
dès publication du décret                           |            |            | externe
# What is not known.
à définir                                           |            |            | aucune
à préciser                                          |            |            | aucune
à confirmer                                         |            |            | aucune
non défini                                          |            |            | aucune
non définie                                         |            |            | aucune
date à préciser par le COPIL                        |            |            | aucune
à définir au cours du contrat                       |            |            | aucune
sans échéance                                       |            |            | aucune
néant                                               |            |            | aucune
n/a                                                 |            |            | aucune
?                                                   |            |            | aucune
—                                                   |            |            | aucune
"""
ROWS = [
    tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines() if not line.startswith("# ")
]


@pytest.mark.parametrize(("words", "start", "end", "precision"), ROWS, ids=[row[0] for row in ROWS])
def test_words_stand_for_their_dates(words, start, end, precision):
    assert read(words, contract=CONTRACT, today=TODAY) == Period(
        words,
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else None,
        Precision(precision),
    )


@pytest.mark.parametrize("words", ["", "   ", "\u00a0\n", "\u200b"])
def test_no_words_are_no_date(words):
    assert read(words, contract=CONTRACT) == Period("", None, None, Precision.NONE)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Fin   2024 ", "Fin 2024"),
        ("T1\u00a02024", "T1 2024"),
        ("d’ici\u202ffin\t2026\n", "d’ici fin 2026"),
        ("\ufeffT1\u200b 2024\u00ad", "T1 2024"),
        ("T1\x00 2024", "T1 2024"),
        ("SELON calendrier de l’INSERM", "SELON calendrier de l’INSERM"),
    ],
)
def test_words_are_kept_as_written_but_for_white_space(written, kept):
    assert read(written, contract=CONTRACT).words == kept


@pytest.mark.parametrize("words", ["sur la durée du contrat", "fin de l’avenant", "d’ici mi-contrat"])
def test_amended_contract_moves_what_counts_from_it(words):
    amended = Span(CONTRACT.starts_on, date(2027, 12, 31))
    before, after = (read(words, contract=span) for span in (CONTRACT, amended))
    assert before.end is not None
    assert after.end is not None
    assert after.end > before.end


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("durée du contrat", date(2024, 2, 29), date(2024, 3, 31)),
        ("début du contrat", date(2024, 2, 29), date(2024, 3, 31)),
        ("mi-contrat", date(2024, 2, 29), date(2024, 3, 31)),
        ("fin du contrat", date(2024, 2, 29), date(2024, 3, 31)),
        ("dernière année du contrat", date(2024, 2, 29), date(2024, 3, 31)),
    ],
)
def test_parts_of_a_short_contract_stay_within_it(words, start, end):
    period = read(words, contract=Span(start, end))
    assert (period.start, period.end) == (start, end)


def test_last_year_of_a_contract_begins_on_its_anniversary():
    span = Span(date(2023, 7, 15), date(2026, 7, 14))
    period = read("dernière année du contrat", contract=span)
    assert (period.start, period.end) == (date(2025, 7, 15), date(2026, 7, 14))


@pytest.mark.parametrize("words", ["début du contrat", "mi-contrat", "fin du contrat", "avant le contrat"])
@pytest.mark.parametrize("span", [Span(date.min, date.max), Span(date.max, date.max), Span(date.min, date.min)])
def test_contract_without_a_sensible_end_breaks_nothing(words, span):
    assert read(words, contract=span).end is not None


@pytest.mark.parametrize("today", [date(2020, 1, 1), date(2099, 12, 31), None])
@pytest.mark.parametrize("words", ["fin 2023/début 2024", "d’ici fin 2026", "12/03/24", "durée du contrat"])
def test_dates_do_not_depend_on_the_day_they_are_read(words, today):
    assert read(words, contract=CONTRACT, today=today) == read(words, contract=CONTRACT, today=TODAY)
