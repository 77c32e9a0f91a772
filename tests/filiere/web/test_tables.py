import csv
import io
import re
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from filiere.web.tables import ChoiceFilter, Column, DateFilter, FlagFilter, SearchFilter, Table
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


class People(Table[User]):
    id = "personnes"
    caption = "Personnes"
    file_name = "personnes"
    page_size = 10
    default_sort = "name"
    columns = [
        Column("name", "Nom", sort=("family_name", "given_name"), value=User.get_full_name),
        Column("email", "Adresse", sort="email"),
        Column("last_login", "Connexion", sort="last_login", template="components/cells/ago.html", narrow=False),
        Column("number", "Rang", value=lambda person: 1, align="end"),
        Column("actions", "Actions", template="components/cells/yes.html", export=False),
    ]
    filters = [
        SearchFilter(fields=["searchable"], folded=True),
        ChoiceFilter(
            param="role", label="Rôle", choices=[("a", "Admin")], choose=lambda r, _v: r.filter(is_staff=True)
        ),
        FlagFilter(param="fermes", label="Fermés", condition=Q(is_active=False)),
        DateFilter(param="depuis", label="Depuis", lookup="date_joined"),
    ]


class Bare(Table[User]):
    columns = [Column("email", "Adresse")]


def table(rf, query="", kind=People, rows=None, **headers):
    request = rf.get(f"/personnes/{query}", headers=headers)
    request.htmx = HtmxDetails(request)
    return kind(request, User.objects.all() if rows is None else rows)


def drawn(found):
    return " ".join(found.answer("components/table.html").content.decode().split())


def emails(found):
    return [person.email for person in found.page]


@pytest.fixture
def three():
    UserFactory(given_name="Élodie", family_name="Martin", email="c@demo.example")
    UserFactory(given_name="Alain", family_name="Martin", email="b@demo.example", is_staff=True)
    UserFactory(given_name="Zoé", family_name="Abel", email="a@demo.example", is_active=False)


# --- Order ---


def test_rows_come_in_the_default_order(rf, three):
    assert emails(table(rf)) == ["a@demo.example", "b@demo.example", "c@demo.example"]


@pytest.mark.parametrize(
    ("query", "expected"), [("?tri=email", "abc"), ("?tri=-email", "cba"), ("?tri=-name", "cba"), ("?tri=name", "abc")]
)
def test_rows_come_in_the_order_asked(rf, three, query, expected):
    assert [email[0] for email in emails(table(rf, query))] == list(expected)


@pytest.mark.parametrize(
    "asked",
    ["password", "-password", "number", "--email", "email,password", "user__password", "?", HOSTILE, "-", "%00"],
)
def test_order_by_anything_but_a_sortable_column_is_the_default(rf, three, asked):
    assert table(rf, f"?tri={asked}").sort == "name"


def test_order_without_a_default_is_the_querysets_own(rf, three):
    assert emails(table(rf, kind=Bare, rows=User.objects.order_by("-email"))) == [
        "c@demo.example",
        "b@demo.example",
        "a@demo.example",
    ]


@pytest.mark.parametrize("wrong", ["nope", "-nope", "number"])
def test_default_order_by_no_sortable_column_is_refused_at_once(wrong):
    with pytest.raises(ImproperlyConfigured, match="default_sort"):
        type("Wrong", (People,), {"default_sort": wrong})


def test_ties_are_broken_so_that_no_row_is_lost_between_pages(rf):
    for _ in range(25):
        UserFactory(given_name="Même", family_name="Nom")
    seen = [email for page in (1, 2, 3) for email in emails(table(rf, f"?page={page}"))]
    assert len(seen) == len(set(seen)) == 25


def test_headings_lead_to_the_other_direction(rf, three):
    by_key = {heading.column.key: heading for heading in table(rf).headings}
    assert (by_key["name"].direction, by_key["name"].query) == ("ascending", "?tri=-name")
    assert (by_key["email"].direction, by_key["email"].query) == ("none", "?tri=email")
    assert by_key["number"].query == ""
    descending = {heading.column.key: heading for heading in table(rf, "?tri=-email").headings}
    assert (descending["email"].direction, descending["email"].query) == ("descending", "?tri=email")


# --- Filters ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=elodie", "c"),
        ("?q=MARTIN", "bc"),
        ("?q=martin+alain", "b"),
        ("?role=a", "b"),
        ("?fermes=1", "a"),
        ("?fermes=1&role=a", ""),
        ("?role=autre", "abc"),
        ("?fermes=", "abc"),
        ("?depuis=2999-01-01", ""),
        ("?depuis=hier", "abc"),
    ],
)
def test_filters_narrow_the_rows_and_forgive_nonsense(rf, three, query, found):
    assert [email[0] for email in emails(table(rf, query))] == list(found)


def test_filtered_says_whether_anything_narrows(rf, three):
    assert not table(rf).filtered
    assert not table(rf, "?role=nope&page=3&tri=email").filtered
    assert table(rf, "?q=x").filtered


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=-1",
        "?page=abc",
        "?page=99999999999999999999999999",
        "?page=1e9",
        "?page=%00",
        "?page=²",
        "?page=1&page=2",
        "?q=%00",
        "?q=" + "x" * 5000,
        "?q=%F0%9F%92%A9",
        "?q=%ED%A0%80",
        "?role=%00",
        "?depuis=0000-00-00",
        "?depuis=9999-12-31",
        "?tri=%00",
        "?format=%00",
        "?format=exe",
        "?" + "&".join(f"x{n}=1" for n in range(200)),
        f"?q={HOSTILE}&role={HOSTILE}&tri={HOSTILE}&page={HOSTILE}&depuis={HOSTILE}",
    ],
)
def test_hostile_parameters_still_get_a_page(rf, three, query):
    response = table(rf, query).answer("components/table.html")
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


# --- Pages and addresses ---


def test_address_keeps_what_says_something(rf, three):
    found = table(rf, "?q=a%26b&role=a&tri=-email&page=2&inconnu=1&depuis=")
    assert dict(parse_qsl(found.query().removeprefix("?"))) == {"q": "a&b", "role": "a", "tri": "-email"}
    assert dict(parse_qsl(found.csv_query.removeprefix("?")))["format"] == "csv"
    assert table(rf).query() == "?"
    assert table(rf, "?tri=name").query() == "?"


def test_pages_lead_to_each_other(rf):
    UserFactory.create_batch(35)
    second = table(rf, "?page=2&tri=email")
    assert (second.previous, second.next) == ("?tri=email", "?tri=email&page=3")
    assert second.pages == [
        (1, "?tri=email"),
        (2, "?tri=email&page=2"),
        (3, "?tri=email&page=3"),
        (4, "?tri=email&page=4"),
    ]
    assert second.position == "11 à 20 sur 35"
    assert second.summary == "35 résultats"
    last = table(rf, "?page=4")
    assert (last.next, len(last.lines)) == ("", 5)


def test_page_past_the_end_is_the_last_one(rf):
    UserFactory.create_batch(12)
    assert table(rf, "?page=500").page.number == 2


def test_many_pages_are_elided(rf):
    UserFactory.create_batch(120)
    assert [number for number, _href in table(rf, "?page=6").pages] == [1, None, 5, 6, 7, None, 12]


def test_summary_of_one_row_is_singular(rf):
    UserFactory()
    assert table(rf).summary == "1 résultat"


# --- What is drawn ---


def test_list_draws_headings_rows_and_labels_for_cards(rf, three):
    html = drawn(table(rf))
    assert html.count("<tr>") == 4
    assert 'aria-sort="ascending"' in html
    assert '<th scope="row" class="" data-label="Nom"><div>Zoé Abel</div></th>' in html
    assert '<td class="cell-end" data-label="Rang"><div>1</div></td>' in html
    assert '<caption class="hidden">Personnes</caption>' in html
    assert 'id="personnes-tri-name"' in html
    assert "style=" not in html


def test_cell_without_words_is_truly_empty_and_zero_is_a_word(rf):
    class Sparse(Table[User]):
        columns = [
            Column("email", "Adresse"),
            Column("nothing", "Rien", value=lambda row: None),
            Column("blank", "Blanc", value=lambda row: None, template="components/cells/ago.html"),
            Column("zero", "Zéro", value=lambda row: 0),
        ]

    UserFactory()
    html = drawn(table(rf, kind=Sparse))
    assert '<td class="" data-label="Rien"></td>' in html
    assert '<td class="" data-label="Blanc"></td>' in html
    assert '<td class="" data-label="Zéro"><div>0</div></td>' in html


def test_rows_are_drawn_before_the_page_around_them(rf, three, monkeypatch):
    def render(request, template, context):
        return HttpResponse("lines" in vars(context["table"]))

    monkeypatch.setattr("filiere.web.tables.render", render)
    assert table(rf).answer("components/table.html").content == b"True"


def test_list_escapes_names_labels_and_filters(rf):
    UserFactory(given_name=HOSTILE, family_name=HOSTILE)

    class Hostile(People):
        caption = HOSTILE
        default_sort = ""
        columns = [Column("given_name", HOSTILE, sort="given_name")]
        filters = [SearchFilter(fields=["searchable"], label=HOSTILE)]

    html = table(rf, f"?q={HOSTILE}", kind=Hostile).answer("components/table.html").content.decode()
    assert "<script>alert" not in html
    html = table(rf, kind=Hostile).answer("components/table.html").content.decode()
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert") >= 4


def test_empty_list_says_what_to_do(rf):
    class Inviting(People):
        empty_title = "Personne encore"
        empty_text = "Invitez quelqu’un."
        empty_url_name = "help"
        empty_label = "Inviter"

    html = table(rf, kind=Inviting).answer("components/table.html").content.decode()
    assert "Personne encore" in html
    assert "Invitez quelqu’un." in html
    assert 'href="/aide/"' in html
    assert "<table" not in html


def test_list_emptied_by_its_filters_offers_to_erase_them(rf, three):
    html = table(rf, "?q=introuvable").answer("components/table.html").content.decode()
    assert "Rien ne correspond à ces filtres" in html
    assert re.search(r'href="/personnes/"[^>]*><span>Effacer les filtres', html)


def test_list_without_filters_has_no_form(rf, three):
    assert "<form" not in table(rf, kind=Bare).answer("components/table.html").content.decode()


def test_order_travels_with_the_filters_form(rf, three):
    html = drawn(table(rf, "?tri=-email"))
    assert '<input type="hidden" name="tri" value="-email" form="personnes-filtres">' in html
    assert 'name="tri"' not in drawn(table(rf))


def test_one_page_has_no_page_numbers(rf, three):
    assert "pagination" not in drawn(table(rf))


# --- Cost ---


@pytest.mark.parametrize("number", [1, 30])
def test_list_costs_two_queries(rf, number):
    UserFactory.create_batch(number)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        table(rf, "?q=demo&tri=-email").answer("components/table.html")
    assert len(queries) == 2


def test_empty_list_costs_one_query(rf, django_assert_num_queries):
    with django_assert_num_queries(1):
        table(rf).answer("components/table.html")


@pytest.mark.parametrize("number", [1, 30])
def test_csv_costs_one_query(rf, django_assert_num_queries, number):
    UserFactory.create_batch(number)
    with django_assert_num_queries(1):
        table(rf, "?format=csv").answer("components/table.html")


# --- CSV ---


def read(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def test_csv_holds_every_row_of_the_filter_in_its_order(rf):
    UserFactory.create_batch(30, family_name="Martin")
    UserFactory(family_name="Autre")
    lines = read(table(rf, "?q=martin&tri=-email&page=2&format=csv").answer("components/table.html"))
    assert lines[0] == ["Nom", "Adresse", "Connexion", "Rang"]
    assert len(lines) == 31
    addresses = [line[1] for line in lines[1:]]
    assert all(before > after for before, after in pairwise(addresses))


def test_csv_does_not_run_in_a_spreadsheet(rf):
    UserFactory(given_name="=1+1", family_name="")
    assert read(table(rf, "?format=csv").answer("components/table.html"))[1][0] == "'=1+1"


# --- htmx ---


def test_htmx_gets_the_list_alone_and_its_good_address(rf, three):
    response = table(rf, "?q=&role=a&depuis=&tri=-email", **{"HX-Request": "true", "HX-Target": "personnes"}).answer(
        "components/table.html"
    )
    html = response.content.decode()
    assert html.strip().startswith('<div id="personnes"')
    assert "<form" not in html
    assert response["HX-Push-Url"] == "/personnes/?role=a&tri=-email"


def test_htmx_address_of_the_plain_list_has_no_question_mark(rf, three):
    response = table(rf, "?q=", **{"HX-Request": "true", "HX-Target": "personnes"}).answer("components/table.html")
    assert response["HX-Push-Url"] == "/personnes/"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HX-Request": "true", "HX-Target": "autre"},
        {"HX-Request": "true", "HX-Target": "personnes", "HX-History-Restore-Request": "true"},
        {"HX-Target": "personnes"},
    ],
)
def test_whole_page_for_everything_else(rf, three, headers):
    response = table(rf, **headers).answer("components/table.html", {"more": 1})
    assert b"<form" in response.content
    assert "HX-Push-Url" not in response


def test_caches_keep_the_page_and_its_part_apart(rf, three):
    vary = table(rf).answer("components/table.html")["Vary"]
    assert "HX-Request" in vary
    assert "HX-Target" in vary
