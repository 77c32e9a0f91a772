from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from accounts.organisations.selectors import matching, organisations, other_names, survivor
from tests.factories import OrganisationFactory
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def dge():
    return an_organisation("Direction générale des Entreprises", "DGE", "Bercy – Entreprises")


@pytest.fixture
def others():
    return [
        an_organisation("Direction générale de la Santé", "DGS"),
        an_organisation("Direction de l’Œuvre d’accompagnement", "DŒA"),
        an_organisation("Agence de l’innovation en santé", "AIS"),
    ]


def found(text):
    return list(matching(organisations(), text))


@pytest.mark.parametrize(
    "text",
    [
        "DGE",
        "dge",
        "Direction générale des Entreprises",
        "direction generale des entreprises",
        "DIRECTION GÉNÉRALE DES ENTREPRISES",
        "entreprises direction générale",
        "generale   entreprises",
        "entrepr",
        "bercy entreprises",
        "Bercy-entreprises",
        "bercy",
    ],
)
def test_matching_finds_under_every_spelling(dge, others, text):
    assert found(text) == [dge]


@pytest.mark.parametrize("text", ["oeuvre", "œuvre", "ŒUVRE", "l'oeuvre", "l’œuvre", "d'accompagnement", "doea", "DŒA"])
def test_matching_minds_neither_ligatures_nor_apostrophes(dge, others, text):
    assert found(text) == [others[1]]


def test_matching_wants_every_word_in_one_spelling(dge, others):
    assert found("dge entreprises") == []
    assert found("direction martienne") == []


def test_matching_nothing_typed_keeps_everything(dge, others):
    assert set(found("")) == set(found("   ")) == {dge, *others}


@pytest.mark.parametrize("text", ["—", "%", "_", "!?"])
def test_matching_signs_alone_find_nothing(dge, others, text):
    assert found(text) == []


def test_matching_looks_at_letters_and_digits_alone(dge):
    an_organisation("100 % santé", "CPS")
    assert [each.acronym for each in found("100% sante")] == ["CPS"]
    assert found("d_g_e% bercy") == []


def test_matching_ranks_acronym_then_whole_then_beginning_then_together_then_scattered():
    scattered = an_organisation("Santé : agence d’innovation", "")
    together = an_organisation("Haute agence santé", "")
    beginning = an_organisation("Agence santé publique", "")
    whole = an_organisation("Conseil", "", "Agence santé")
    acronym = an_organisation("Zone", "Agence Santé")
    assert found("agence sante") == [acronym, whole, beginning, together, scattered]


def test_matching_same_rank_is_ordered_by_name():
    second, first = an_organisation("Pôle B", ""), an_organisation("Pôle A", "")
    assert found("pole") == [first, second]


def test_matching_an_organisation_with_several_spellings_comes_once(dge):
    an_organisation("Entreprises et cités", "", "Entreprises", "Entreprise & cité")
    assert len(found("entreprises")) == 2


def test_matching_leaves_merged_ones_out(dge):
    gone = an_organisation("Entreprises", "")
    Organisation.objects.filter(pk=gone.pk).update(merged_into=dge)
    assert found("entreprises") == [dge]


@pytest.mark.parametrize("number", [1, 30])
def test_matching_is_one_query(django_assert_num_queries, number):
    for n in range(number):
        an_organisation(f"Entreprise {n}", f"E{n}", f"Société {n}")
    with django_assert_num_queries(1):
        assert len(found("entreprise")) == number


def test_matching_a_very_long_text_is_bounded(dge):
    assert found("direction " * 400) == [dge]


def test_counting_ranks_nothing(dge, others):
    with CaptureQueriesContext(connection) as queries:
        assert matching(organisations(), "direction").count() == 3
    assert "CASE" not in queries[0]["sql"]


def test_survivor_of_a_living_organisation_is_itself(dge):
    assert survivor(dge.pk) == dge


def test_survivor_of_a_merged_one_is_what_it_became(dge, django_assert_num_queries):
    gone = an_organisation("Entreprises", "")
    Organisation.objects.filter(pk=gone.pk).update(merged_into=dge)
    with django_assert_num_queries(1):
        assert survivor(gone.pk) == dge


def test_survivor_of_nothing_does_not_exist():
    with pytest.raises(Organisation.DoesNotExist):
        survivor(UUID(int=7))


def test_other_names_are_those_that_are_not_its_own(dge):
    assert other_names(dge) == ["Bercy – Entreprises"]


def test_organisations_are_listed_as_a_dictionary_would():
    for name in ("Zénith", "Établissement français", "bioMérieux", "Académie", "elsan"):
        OrganisationFactory(name=name)
    assert [each.name for each in organisations()] == [
        "Académie",
        "bioMérieux",
        "elsan",
        "Établissement français",
        "Zénith",
    ]
