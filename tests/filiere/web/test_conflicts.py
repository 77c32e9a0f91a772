from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms

from accounts.models import User
from filiere.web.conflicts import Difference, differences
from tests.factories import UserFactory


class EveryForm(forms.Form):
    name = forms.CharField(label="Nom")
    kind = forms.ChoiceField(label="Nature", choices=[("a", "Alpha"), ("Groupe", [("b", "Bêta")])], required=False)
    kinds = forms.MultipleChoiceField(label="Natures", choices=[("a", "Alpha"), ("b", "Bêta")], required=False)
    open = forms.BooleanField(label="Ouvert", required=False)
    day = forms.DateField(label="Jour", required=False)
    at = forms.DateTimeField(label="Moment", required=False)
    number = forms.IntegerField(label="Nombre", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)
    absent = forms.CharField(label="Absent", required=False)


STANDS = {
    "name": "Ancien",
    "kind": "a",
    "kinds": ["a"],
    "open": False,
    "day": None,
    "at": None,
    "number": 3,
    "secret": "x",
}


def between(data, **current):
    form = EveryForm(data)
    form.is_valid()
    return {
        found.label: (found.typed, found.stands) for found in differences(form, SimpleNamespace(**STANDS | current))
    }


def test_differences_hold_only_what_differs():
    assert between({"name": "Ancien", "kind": "a", "kinds": ["a"], "number": "3"}) == {}


@pytest.mark.parametrize(
    ("data", "label", "pair"),
    [
        ({"name": "Nouveau"}, "Nom", ("Nouveau", "Ancien")),
        ({"kind": "b"}, "Nature", ("Bêta", "Alpha")),
        ({"kinds": ["b", "a"]}, "Natures", ("Alpha, Bêta", "Alpha")),
        ({"open": "on"}, "Ouvert", ("Oui", "Non")),
        ({"day": "2026-05-01"}, "Jour", ("1er\u00a0mai 2026", "")),
        ({"number": ""}, "Nombre", ("", "3")),
    ],
)
def test_differences_are_told_in_the_words_of_the_form(data, label, pair):
    full = {"name": "Ancien", "kind": "a", "kinds": ["a"], "number": "3", **data}
    assert between(full) == {label: pair}


def test_differences_show_what_could_not_be_understood_as_it_was_written():
    assert between({"name": "Ancien", "kind": "a", "kinds": ["a"], "number": "trois"}) == {"Nombre": ("trois", "3")}


def test_differences_tell_moments_and_days_the_french_way():
    current = {"at": datetime(2026, 11, 20, 13, 5, tzinfo=UTC), "day": date(2026, 5, 2)}
    found = between({"name": "Ancien", "kind": "a", "kinds": ["a"], "number": "3"}, **current)
    assert found["Moment"] == ("", "20\u00a0novembre 2026 à 14\u00a0h\u00a005")
    assert found["Jour"] == ("", "2\u00a0mai 2026")


def test_differences_leave_out_hidden_fields_and_those_the_object_has_not():
    found = between({"name": "Ancien", "kind": "a", "kinds": ["a"], "number": "3", "secret": "y", "absent": "z"})
    assert found == {}


@pytest.mark.django_db
def test_differences_name_related_objects():
    class Team(forms.Form):
        lead = forms.ModelChoiceField(label="Pilote", queryset=User.objects.all(), required=False)
        members = forms.ModelMultipleChoiceField(label="Membres", queryset=User.objects.all(), required=False)

    first, second = UserFactory(given_name="Anne", family_name="A"), UserFactory(given_name="Zoé", family_name="B")
    form = Team({"lead": str(second.pk), "members": [str(second.pk), str(first.pk)]})
    assert form.is_valid()
    current = SimpleNamespace(lead=first, members=User.objects.filter(pk=first.pk))
    assert differences(form, current) == [
        Difference("Pilote", "Zoé B", "Anne A"),
        Difference("Membres", "Anne A, Zoé B", "Anne A"),
    ]


@pytest.mark.django_db
def test_differences_read_a_manager_of_related_objects():
    class Aliases(forms.Form):
        groups = forms.CharField(label="Groupes", required=False)

    person = UserFactory()
    form = Aliases({"groups": "Bureau"})
    form.is_valid()
    assert differences(form, person) == [Difference("Groupes", "Bureau", "")]
