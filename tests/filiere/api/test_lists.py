import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Alias, Organisation
from filiere.ids import uuid7
from tests.factories import OrganisationFactory
from tests.filiere.api.sample import HIDDEN
from tests.filiere.api.shapes import problem

pytestmark = pytest.mark.django_db


def names(response) -> list[str]:
    assert response.status_code == 200, response.content.decode()
    return [item["name"] for item in response.json()["results"]]


def organisation(name: str, **fields) -> Organisation:
    made = OrganisationFactory(name=name, **fields)
    Alias.objects.get_or_create(organisation=made, text=name)
    return made


def refused(response) -> dict[str, list[str]]:
    return problem(response, 400, "validation")["errors"]


# --- Pages ---


def test_list_answers_count_next_previous_results(api, sample):
    OrganisationFactory.create_batch(3)
    content = api.get(sample, {"page_size": 2}).json()
    assert list(content) == ["count", "next", "previous", "results"]
    assert (content["count"], content["previous"], len(content["results"])) == (3, None, 2)
    assert content["next"] == f"http://testserver{sample}?page=2&page_size=2"
    last = api.get(content["next"]).json()
    assert (last["next"], len(last["results"])) == (None, 1)
    assert last["previous"] == f"http://testserver{sample}?page_size=2"


def test_page_holds_fifty_by_default_and_two_hundred_at_most(api, sample):
    OrganisationFactory.create_batch(201)
    assert len(names(api.get(sample))) == 50
    assert len(names(api.get(sample, {"page_size": 200}))) == 200
    assert len(names(api.get(sample, {"page_size": 100_000}))) == 200


@pytest.mark.parametrize("size", ["0", "-1", "abc", "", "1.5", "²"])
def test_page_size_that_is_no_number_is_refused(api, sample, size):
    assert refused(api.get(sample, {"page_size": size})) == {"page_size": ["Écrivez un nombre entre 1 et 200."]}


@pytest.mark.parametrize("page", ["0", "2", "-1", "abc", "9" * 400, "1.5"])
def test_page_that_does_not_exist_is_404(api, sample, page):
    problem(api.get(sample, {"page": page}), 404, "introuvable")


def test_first_page_of_nothing_is_empty(api, sample):
    assert names(api.get(sample)) == []


# --- Order ---


def test_order_is_the_models_own_then_the_key(api, sample):
    twins = [OrganisationFactory(name="Même") for _ in range(5)]
    organisation("Avant")
    found = [item["id"] for item in api.get(sample).json()["results"]]
    assert found[1:] == sorted(str(twin.pk) for twin in twins)


def test_equal_rows_are_each_read_once_across_pages(api, sample):
    OrganisationFactory.create_batch(9, name="Même", region="Même")
    seen = []
    for page in (1, 2, 3):
        response = api.get(sample, {"ordering": "-region", "page_size": 3, "page": page})
        seen += [item["id"] for item in response.json()["results"]]
    assert len(set(seen)) == 9


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("name", ["A", "B", "C"]),
        ("-name", ["C", "B", "A"]),
        ("region,-name", ["C", "A", "B"]),
        (" -region , name", ["B", "A", "C"]),
    ],
)
def test_ordering_follows_the_address(api, sample, ordering, expected):
    organisation("A", region="Sud")
    organisation("B", region="Sud Ouest")
    organisation("C", region="Nord")
    assert names(api.get(sample, {"ordering": ordering})) == expected


@pytest.mark.parametrize(("ordering", "expected"), [("parent", ["A", "B"]), ("-parent", ["B", "A"])])
def test_what_has_no_value_comes_last_both_ways(api, sample, ordering, expected):
    for name in ("A", "B"):
        organisation(name, merged_into=organisation(f"parent {name}"))
    found = names(api.get(sample, {"ordering": ordering}))
    assert found[:2] == expected
    assert all(name.startswith("parent") for name in found[2:])


@pytest.mark.parametrize("ordering", ["college", "name,acronym", "--name", "+name", "merged_into__name", "?", "-"])
def test_unknown_ordering_is_refused_with_the_choices(api, sample, ordering):
    (sentence,) = refused(api.get(sample, {"ordering": ordering}))["ordering"]
    assert "name, region, parent" in sentence


# --- Search ---


@pytest.mark.parametrize("search", ["sante", "SANTÉ", "  santé  ", "oeuvre", "Œuvre sante", "sante oeuvre"])
def test_search_ignores_accents_case_and_order(api, sample, search):
    organisation("Les Œuvres de santé")
    organisation("Autre chose")
    assert names(api.get(sample, {"search": search})) == ["Les Œuvres de santé"]


def test_search_wants_every_word(api, sample):
    organisation("Les Œuvres de santé")
    assert names(api.get(sample, {"search": "sante travail"})) == []


def test_search_finds_one_object_once_under_many_names(api, sample):
    found = organisation("Agence du médicament")
    Alias.objects.create(organisation=found, text="Agence européenne")
    assert names(api.get(sample, {"search": "agence"})) == ["Agence du médicament"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "100 %"])
def test_search_takes_wildcards_for_letters(api, sample, search):
    organisation("Agence")
    assert names(api.get(sample, {"search": search})) == []


def test_empty_search_is_no_search(api, sample):
    organisation("Agence")
    assert names(api.get(sample, {"search": " "})) == ["Agence"]


@pytest.mark.parametrize("search", ["a " * 101, "x\x00y"])
def test_search_that_no_database_takes_is_refused(api, sample, search):
    assert list(refused(api.get(sample, {"search": search}))) == ["search"]


# --- Filters ---


def test_filters_narrow_the_list(api, sample):
    parent = organisation("A", college="etat", kind="agence")
    organisation("B", college="etat", kind="pme")
    organisation("C", college="industrie", kind="pme", merged_into=parent)
    assert names(api.get(sample, {"college": "etat"})) == ["A", "B"]
    assert names(api.get(sample, {"college": "etat", "kind": "pme"})) == ["B"]
    assert names(api.get(sample, {"merged_into": str(parent.pk)})) == ["C"]


@pytest.mark.parametrize(
    ("name", "value"), [("college", "fusée"), ("merged_into", "abc"), ("merged_into", "1"), ("kind", "x\x00")]
)
def test_filter_with_an_impossible_value_is_refused(api, sample, name, value):
    assert list(refused(api.get(sample, {name: value}))) == [name]


def test_reference_filter_tells_nothing_of_what_is_hidden(api, sample):
    hidden = organisation("Secrète", region=HIDDEN)
    known = api.get(sample, {"merged_into": str(hidden.pk)})
    unknown = api.get(sample, {"merged_into": str(uuid7())})
    assert known.json() == unknown.json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_misspelt_parameter_is_refused_rather_than_ignored(api, sample):
    organisation("A")
    assert refused(api.get(sample, {"colege": "etat", "ordring": "name", "page": 1})) == {
        "colege": ["Ce paramètre n’existe pas ici."],
        "ordring": ["Ce paramètre n’existe pas ici."],
    }


def test_parameter_of_the_lists_own_and_format_are_known(api, sample):
    assert api.get(sample, {"around": "Lyon", "format": "json"}).status_code == 200


# --- Cost ---


def cost(api, address: str, **parameters) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.get(address, parameters).status_code == 200
    return len(queries)


@pytest.mark.parametrize("parameters", [{}, {"search": "organisation", "ordering": "parent"}])
def test_list_costs_the_same_with_one_row_and_with_thirty(api, sample, parameters):
    organisation("Organisation A")
    api.get(sample)  # notes, once, that the session is in use
    one = cost(api, sample, **parameters)
    for number in range(29):
        organisation(f"Organisation {number}")
    assert cost(api, sample, **parameters) == one
    # The session, the person, the count, the page.
    assert one == 4
