import pytest

from projects.demonstration.facts import facts
from projects.groups.cadence import interval, read


@pytest.mark.parametrize(
    ("written", "days"),
    [
        # The contract's own.
        ("toutes les 6 semaines", 42),
        ("deux fois par an", 182),
        ("2 fois par an", 182),
        ("une fois par trimestre en moyenne", 91),
        ("autant que de besoin – en moyenne une fois par trimestre", 91),
        # Between two bounds, the one that leaves the most time.
        ("1 à 2 fois par an", 365),
        ("1-2 fois par an", 365),
        ("2 ou 3 fois par semestre", 91),
        ("toutes les deux à trois semaines", 21),
        ("toutes les 6 à 8 semaines", 56),
        ("une fois toutes les 4 à 6 semaines", 42),
        # So many times in so long.
        ("une fois par mois", 30),
        ("une réunion par mois", 30),
        ("deux séances par semestre", 91),
        ("au moins 2 fois par an", 182),
        ("12 fois par an", 30),
        ("4 fois dans l’année", 91),
        ("une fois l’an", 365),
        ("2x par an", 182),
        ("2x/an", 182),
        ("1 / mois", 30),
        ("une réunion tous les deux mois", 60),
        ("un comité par trimestre, et plus si besoin", 91),
        # Every so often.
        ("tous les mois", 30),
        ("tous les deux mois", 60),
        ("tous les 15 jours", 15),
        ("tous les ans", 365),
        ("tous les deux ans", 730),
        ("toutes les quinzaines", 14),
        ("tous les seize mois", 480),
        ("au maximum toutes les 6 semaines", 42),
        ("un mois sur deux", 60),
        ("une semaine sur trois", 21),
        ("chaque semestre", 182),
        ("chaque année", 365),
        ("fin de chaque trimestre", 91),
        ("chaque début de mois", 30),
        # In a word.
        ("quotidien", 1),
        ("Hebdomadaire", 7),
        ("réunions hebdomadaires", 7),
        ("bimensuel", 15),
        ("mensuel", 30),
        ("mensuelle", 30),
        ("mensuellement", 30),
        ("bimestrielles", 61),
        ("trimestriel", 91),
        ("trimestriellement", 91),
        ("quadrimestriel", 122),
        ("semestrielle", 182),
        ("biannuel", 182),
        ("bisannuelle", 730),
        ("annuelle", 365),
        ("ANNUELLEMENT", 365),
        # However it is typed.
        ("2\u00a0FOIS PAR AN", 182),
        ("  toutes   les  6 semaines. ", 42),
        ("Toutes les six semaines\u202f; plus souvent en cas de besoin", 42),
    ],
)
def test_cadence_gives_the_longest_interval_its_words_allow(written, days):
    cadence = read(written)
    assert cadence.days == days
    assert cadence.understood
    assert cadence.written == written.strip()


@pytest.mark.parametrize(
    "written",
    [
        "autant que de besoin",
        "selon les besoins",
        "à la demande d’un membre",
        "si nécessaire",
        "ad hoc",
        "sur convocation",
        "ponctuellement",
        # A ceiling asks for no meeting at all.
        "2 fois par an au plus",
        "au maximum 2 fois par an",
    ],
)
def test_cadence_on_demand_sets_no_interval(written):
    cadence = read(written)
    assert cadence.days is None
    assert cadence.understood
    assert cadence.explanation == "Selon les besoins\u00a0: aucun intervalle n’est attendu entre deux réunions."


@pytest.mark.parametrize(
    "written",
    [
        "à définir",
        "quand la lune est pleine",
        "souvent",
        "0 fois par an",
        "tous les 999 ans",
        "une fois par projet",
        "toutes les 6",
        "6 semaines",
        "tous les Jeannot",
        "<b>",
        "9" * 120,
    ],
)
def test_cadence_that_says_no_interval_is_kept_and_says_so(written):
    cadence = read(written)
    assert (cadence.days, cadence.understood, cadence.written) == (None, False, written)
    assert "ne disent pas d’intervalle" in cadence.explanation


@pytest.mark.parametrize("written", ["", "   ", "\u00a0"])
def test_cadence_not_written_is_not_a_cadence_not_understood(written):
    cadence = read(written)
    assert (cadence.days, cadence.understood) == (None, True)
    assert cadence.explanation == "Le rythme des réunions n’est pas encore écrit."


@pytest.mark.parametrize(
    ("written", "explanation"),
    [
        ("toutes les 6 semaines", "Au moins une réunion toutes les 6 semaines."),
        ("1 à 2 fois par an", "Au moins une réunion chaque année."),
        (
            "autant que de besoin – en moyenne une fois par trimestre",
            "En moyenne une réunion tous les 3 mois.",
        ),
        ("tous les mois environ", "En moyenne une réunion chaque mois."),
    ],
)
def test_cadence_explains_itself(written, explanation):
    assert read(written).explanation == explanation


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "chaque jour"),
        (7, "chaque semaine"),
        (14, "toutes les 2 semaines"),
        (15, "tous les 15 jours"),
        (30, "chaque mois"),
        (42, "toutes les 6 semaines"),
        (45, "tous les 45 jours"),
        (60, "tous les 2 mois"),
        (91, "tous les 3 mois"),
        (182, "tous les 6 mois"),
        (365, "chaque année"),
        (730, "tous les 2 ans"),
    ],
)
def test_interval_is_said_as_one_says_it(days, said):
    assert interval(days) == said


def test_cadences_of_the_contract_are_all_understood():
    written = {body["cadence"] for body in facts()["bodies"] if body["cadence"]}
    assert written
    assert all(read(each).understood for each in written)
