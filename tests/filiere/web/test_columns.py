from types import SimpleNamespace

import pytest
from django.db.models import F, Value

from accounts.models import Organisation, User
from accounts.organisations.enums import Region
from filiere.web.columns import Column, Heading, label_of, ordering
from tests.factories import UserFactory


def test_column_reads_the_attribute_of_its_key():
    assert Column("name", "Nom").of(SimpleNamespace(name="x")) == "x"


def test_column_follows_dots_and_forgives_a_hole():
    row = SimpleNamespace(author=SimpleNamespace(name="Anaïs"), reader=None)
    assert Column("author.name", "Auteur").of(row) == "Anaïs"
    assert Column("reader.name", "Lecteur").of(row) is None


def test_column_calls_a_method():
    assert Column("get_full_name", "Nom").of(User(given_name="A", family_name="B")) == "A B"


def test_column_prefers_its_own_value():
    assert Column("name", "Nom", value=lambda row: row.upper()).of("x") == "X"


def test_column_exports_its_value_or_what_export_says():
    assert Column("real", "N").exported(3) == 3
    assert Column("real", "N", export=lambda row: row * 2).exported(3) == 6


@pytest.mark.parametrize("region", ["bretagne", "", "atlantide"])
def test_label_of_a_choice_says_what_django_would(region):
    organisation = Organisation(region=region)
    assert label_of("region", Region)(organisation) == organisation.get_region_display()


@pytest.mark.parametrize(("sort", "order"), [((), ()), ("a", ("a",)), (("a", "b"), ("a", "b"))])
def test_column_order(sort, order):
    assert tuple(Column("k", "K", sort=sort).order) == order


@pytest.mark.parametrize(
    ("options", "looks"),
    [
        ({}, ""),
        ({"align": "end"}, "cell-end"),
        ({"narrow": False}, "cell-wide"),
        ({"export": False, "align": "end"}, "cell-end cell-bare"),
    ],
)
def test_column_looks(options, looks):
    assert Column("k", "K", **options).looks == looks


@pytest.mark.parametrize(
    ("direction", "icon"), [("ascending", "arrow-up"), ("descending", "arrow-down"), ("none", "sort")]
)
def test_heading_shows_its_direction(direction, icon):
    assert Heading(Column("k", "K"), direction, "?tri=k").icon == icon


@pytest.mark.parametrize("name", ["email", "date_joined", "pk"])
def test_ordering_of_a_plain_column_keeps_its_index(name):
    assert ordering(User, name, descending=True).nulls_last is None


@pytest.mark.parametrize(
    ("model", "name"),
    [(User, "last_login"), (User, "annotated"), (Organisation, "merged_into__name"), (User, "api_tokens__name")],
)
def test_ordering_of_what_can_be_empty_puts_it_last_both_ways(model, name):
    assert ordering(model, name, descending=False).nulls_last is True
    assert ordering(model, name, descending=True).nulls_last is True


def test_ordering_directions():
    assert ordering(User, "email", descending=True).descending
    assert not ordering(User, "email", descending=False).descending


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [True, False])
def test_ordering_leaves_empty_values_at_the_end(descending):
    UserFactory(given_name="Vide", last_login=None)
    UserFactory(given_name="Plein", last_login="2026-11-20T10:00:00Z")
    rows = User.objects.order_by(ordering(User, "last_login", descending=descending))
    assert [person.given_name for person in rows] == ["Plein", "Vide"]


@pytest.mark.django_db
def test_ordering_by_an_annotation():
    UserFactory(given_name="A")
    UserFactory(given_name="B")
    rows = User.objects.annotate(mark=F("given_name")).annotate(one=Value(1))
    assert [p.given_name for p in rows.order_by(ordering(User, "mark", descending=True))] == ["B", "A"]
