import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.people.names import address, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anne\u00a0 Claire  ", "Anne Claire"),
        ("E\u0301lise", "Élise"),
        ("D’Artagnan-Dupré", "D’Artagnan-Dupré"),
        ("محمد", "محمد"),
        ("", ""),
    ],
)
def test_one_line_keeps_what_people_are_called(typed, kept):
    assert one_line("given_name", typed) == kept


@pytest.mark.parametrize("typed", ["a\x00b", "a\u202eb", "\u200b", "a\nb", "a\tb", "a\ud800", "a\ue000", "\ufeffa"])
def test_one_line_refuses_what_nobody_sees(typed):
    with pytest.raises(ValidationError) as refused:
        one_line("family_name", typed)
    assert list(refused.value.message_dict) == ["family_name"]


def test_address_is_compared_in_lower_case():
    assert address(" Pilote@Demo.Example ") == "pilote@demo.example"


@given(st.text(max_size=40))
def test_one_line_answers_the_same_to_its_own_answer(typed):
    """Otherwise saving a form that nobody touched would count as a change."""
    try:
        kept = one_line("given_name", typed)
    except ValidationError:
        return
    assert one_line("given_name", kept) == kept
