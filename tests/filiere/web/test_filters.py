from datetime import UTC, date, datetime

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from filiere.web.filters import LONGEST, ChoiceFilter, DateFilter, Filter, FlagFilter, SearchFilter
from tests.factories import OrganisationFactory, UserFactory

ROLE = ChoiceFilter(param="role", label="Rôle", choices=[("a", "Admin"), (2, "Deux"), ("", "Vide"), (None, "Rien")])


def names(rows):
    return sorted(person.given_name for person in rows)


@pytest.fixture
def people(db):
    UserFactory(given_name="Élodie", family_name="Lœuillet", email="elo@demo.example")
    UserFactory(given_name="Marc", family_name="Petit-Jean", email="marc@demo.example", is_staff=True)
    UserFactory(given_name="Zoé", family_name="100%", email="zoe_1@demo.example", is_active=False)
    return User.objects.all()


def test_filter_by_itself_narrows_nothing():
    with pytest.raises(NotImplementedError):
        Filter(param="x", label="X").narrow(User.objects.all(), "1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  abc ", "abc"), ("a\x00b", "ab"), ("\x00", ""), ("x" * 1000, "x" * LONGEST), ("%_'\"\\", "%_'\"\\")],
)
def test_search_filter_cleans_what_it_is_given(given, kept):
    assert SearchFilter(fields=["email"]).read(given) == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("elodie", ["Élodie"]),
        ("ELODIE loeuillet", ["Élodie"]),
        ("œuil", ["Élodie"]),
        ("petit marc", ["Marc"]),
        ("petit elodie", []),
        ("100%", ["Zoé"]),
        ("%", ["Zoé"]),
        ("_", ["Zoé"]),
        ("'; drop table", []),
    ],
)
def test_search_filter_on_folded_text_ignores_accents_and_wants_every_word(people, text, found):
    assert names(SearchFilter(fields=["searchable"], folded=True).narrow(people, text)) == found


def test_search_filter_on_plain_text_looks_in_each_field(people):
    search = SearchFilter(fields=["given_name", "email"])
    assert names(search.narrow(people, "MARC")) == ["Marc"]
    assert names(search.narrow(people, "demo.example zoe")) == ["Zoé"]


def test_search_filter_can_leave_it_to_a_selector(people):
    search = SearchFilter(search=lambda rows, text: rows.filter(given_name=text))
    assert names(search.narrow(people, "Zoé")) == ["Zoé"]


@pytest.mark.parametrize(
    ("given", "kept"), [("a", "a"), ("2", "2"), ("b", ""), ("", ""), ("None", ""), ("a ", ""), ("<script>", "")]
)
def test_choice_filter_reads_only_its_own_values(given, kept):
    assert ROLE.read(given) == kept


def test_choice_filter_options_leave_out_the_empty_ones():
    assert ROLE.options() == [("a", "Admin"), ("2", "Deux")]


def test_choice_filter_choices_may_be_asked_late():
    late = ChoiceFilter(param="x", label="X", choices=lambda: [(1, "Un")])
    assert late.options() == [("1", "Un")]


def test_choice_filter_narrows_by_its_lookup_or_its_own_name(people):
    by_name = ChoiceFilter(param="given_name", label="Prénom", choices=[("Marc", "Marc")])
    by_lookup = ChoiceFilter(param="p", label="Prénom", choices=[("Zoé", "Zoé")], lookup="given_name")
    assert names(by_name.narrow(people, "Marc")) == ["Marc"]
    assert names(by_lookup.narrow(people, "Zoé")) == ["Zoé"]


def test_choice_filter_may_choose_by_a_function(people):
    choose = ChoiceFilter(
        param="p", label="P", choices=[("a", "A")], choose=lambda rows, value: rows.filter(is_staff=value == "a")
    )
    assert names(choose.narrow(people, "a")) == ["Marc"]


@pytest.mark.parametrize(("given", "kept"), [("1", "1"), ("on", "1"), ("oui", "1"), ("0", ""), ("", ""), ("x", "")])
def test_flag_filter_reads_a_ticked_box(given, kept):
    assert FlagFilter(param="f", label="F", condition=Q()).read(given) == kept


def test_flag_filter_keeps_what_meets_its_condition(people):
    closed = FlagFilter(param="f", label="Fermés", condition=Q(is_active=False))
    assert names(closed.narrow(people, "1")) == ["Zoé"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-5-1", "2026-05-01"),
        ("2026-02-30", ""),
        ("0001-01-01", ""),
        ("9999-12-31", ""),
        ("01/05/2026", ""),
        ("", ""),
        ("x", ""),
        ("2026-05-01\x00", ""),
    ],
)
def test_date_filter_reads_a_day_that_exists(given, kept):
    assert DateFilter(param="d", label="D", lookup="date_joined").read(given) == kept


@pytest.mark.parametrize(
    ("zone", "until", "found"),
    [
        ("Europe/Paris", False, ["Après", "Midi"]),
        ("Europe/Paris", True, ["Avant", "Midi"]),
        ("America/Martinique", False, ["Après"]),
        ("America/Martinique", True, ["Après", "Avant", "Midi"]),
    ],
)
def test_date_filter_of_moments_counts_days_on_the_readers_calendar(db, zone, until, found):
    # In Paris on the 20th: from 23 h on the 19th (UTC) to 23 h on the 20th.
    UserFactory(given_name="Avant", date_joined=datetime(2026, 11, 19, 22, 59, tzinfo=UTC))
    UserFactory(given_name="Midi", date_joined=datetime(2026, 11, 19, 23, 0, tzinfo=UTC))
    UserFactory(given_name="Après", date_joined=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    with timezone.override(zone):
        narrowed = DateFilter(param="d", label="D", lookup="date_joined", until=until).narrow(
            User.objects.all(), "2026-11-20"
        )
        assert names(narrowed) == found


def test_date_filter_of_days_compares_days():
    each = DateFilter(param="d", label="D", lookup="day", of_moments=False)
    last = DateFilter(param="d", label="D", lookup="day", of_moments=False, until=True)

    class Rows:
        def filter(self, **condition):
            return condition

    assert each.narrow(Rows(), "2026-11-20") == {"day__gte": date(2026, 11, 20)}
    assert last.narrow(Rows(), "2026-11-20") == {"day__lte": date(2026, 11, 20)}


def test_filters_draw_themselves_with_a_label(db):
    from django.template import engines

    OrganisationFactory()
    table = type("T", (), {"id": "t"})()
    for control, value in [
        (SearchFilter(fields=["email"]), '"><script>'),
        (ROLE, "a"),
        (FlagFilter(param="f", label="<b>F", condition=Q()), "1"),
        (DateFilter(param="d", label="D", lookup="x"), "2026-11-20"),
    ]:
        html = (
            engines["django"]
            .from_string("{% include control.template %}")
            .render({"control": control, "value": value, "table": table})
        )
        assert html.strip().startswith("<label")
        assert f'name="{control.param}"' in html
        assert "<script" not in html
        assert "<b>F" not in html
        assert "style=" not in html
