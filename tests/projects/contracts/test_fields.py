import pytest
from django.core.exceptions import ValidationError

from accounts.organisations.services import merge_organisations
from projects.contracts.fields import MOST, OrganisationLines, in_lines
from tests.factories.organisations import an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def dge():
    return an_organisation("Direction générale des Entreprises", "DGE", "Bercy")


@pytest.fixture
def dgs():
    return an_organisation("Direction générale de la Santé", "DGS")


def read(text):
    return OrganisationLines().clean(text)


@pytest.mark.parametrize("text", ["DGE", "dge", "bercy", " direction generale des entreprises ", "DGE\r\n\r\nBercy"])
def test_lines_are_read_under_every_name(dge, dgs, text):
    assert read(text) == [dge]


def test_lines_keep_their_order(dge, dgs):
    assert read("DGS\nDGE") == [dgs, dge]
    assert read("") == []


def test_lines_say_every_name_that_nobody_bears(dge):
    with pytest.raises(ValidationError) as refusal:
        read("DGE\nDirection inconnue\nAutre inconnue")
    assert len(refusal.value.messages) == 2
    assert "«\u00a0Direction inconnue\u00a0»" in refusal.value.messages[0]


def test_lines_name_the_candidates_when_several_answer(dge):
    an_organisation("Agence de Bercy", "AB", "Bercy")
    with pytest.raises(ValidationError) as refusal:
        read("bercy")
    assert "Agence de Bercy, Direction générale des Entreprises" in refusal.value.messages[0]


def test_lines_prefer_a_name_then_an_acronym_to_an_alias(dge):
    other = an_organisation("Délégation", "DEL", "DGE")
    assert read("DGE") == [dge]
    assert read("Délégation") == [other]


def test_lines_find_a_merged_organisation_as_what_it_became(dge, dgs):
    merge_organisations(keep=dge, absorb=dgs, by=None)
    assert read("DGS\nDGE") == [dge]


def test_lines_have_an_end():
    with pytest.raises(ValidationError, match=str(MOST)):
        read("\n".join(f"Nom {number}" for number in range(MOST + 1)))


def test_lines_written_are_read_back(dge, dgs):
    twin = an_organisation("Délégation générale", "DGE")
    shown = in_lines([dge, dgs, twin])
    assert shown.splitlines() == ["Direction générale des Entreprises", "DGS", "Délégation générale"]
    assert read(shown) == [dge, dgs, twin]


def test_lines_ask_once_however_many_they_are(dge, dgs, django_assert_num_queries):
    with django_assert_num_queries(1):
        read("DGE\nDGS\nBercy")
