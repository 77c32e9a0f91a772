import uuid

import pytest

from accounts.models import User
from filiere.web import components
from filiere.web.components import AVATAR_COLOURS, TONES, attributes, avatar, badge, initials, known, label_with, who

HOSTILE = '"><script>alert(1)</script>'
ESCAPED = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"


def person(given="Anaïs", family="Bérenger", pk=None):
    return User(id=pk or uuid.UUID(int=1), given_name=given, family_name=family, email="a@demo.example")


def test_known_lets_through_what_is_in_the_list():
    assert known("info", TONES) == "info"


def test_known_refuses_the_rest_and_names_the_choices():
    with pytest.raises(ValueError, match=r"'pink' is none of neutral, info"):
        known("pink", TONES)


def test_attributes_leave_out_what_is_none_or_false_and_escape_the_rest():
    assert attributes(class_="a", data_copy="#b", hidden=True, disabled=False, name=None, value="") == (
        ' class="a" data-copy="#b" hidden value=""'
    )
    assert attributes(href=HOSTILE) == f' href="{ESCAPED}"'


def test_label_with_an_icon_keeps_the_words_in_their_own_element():
    assert label_with(None, "Oui") == "<span>Oui</span>"
    assert label_with("check", HOSTILE).endswith(f"<span>{ESCAPED}</span>")
    assert label_with("check", "x").startswith("<svg")


@pytest.mark.parametrize("tone", TONES)
def test_badge_wears_its_tone(tone):
    assert badge("En cours", tone) == f'<span class="badge badge-{tone}">En cours</span>'


def test_badge_escapes_its_text_and_refuses_a_made_up_tone():
    assert ESCAPED in badge(HOSTILE)
    with pytest.raises(ValueError, match="none of"):
        badge("x", HOSTILE)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anaïs Bérenger", "AB"),
        ("Chloé de La Rochefoucauld", "CR"),
        ("Jean-Baptiste Poquelin", "JP"),
        ("élodie", "É"),
        ("  ", "?"),
        ("", "?"),
        ("<script> x", "X"),
        ("'' ''", "?"),
        ("Œdipe", "Œ"),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_avatar_is_initials_on_a_colour_that_stays_the_same():
    html = avatar(person())
    assert ">AB</span>" in html
    assert 'aria-hidden="true"' in html
    assert "style" not in html
    assert html == avatar(person())


def test_avatar_colours_are_all_used_and_never_another():
    classes = {avatar(person(pk=uuid.UUID(int=n))).split('"')[1] for n in range(300)}
    assert classes == {f"avatar avatar-{n}" for n in range(AVATAR_COLOURS)}


def test_avatar_of_the_application_is_a_drawing():
    assert "#system" in avatar(None)


def test_who_names_the_person_beside_the_avatar():
    assert who(person()).endswith("<span>Anaïs Bérenger</span></span>")
    assert "L’application" in who(None)


def test_who_escapes_a_hostile_name():
    html = who(person(given=HOSTILE))
    assert "<script" not in html
    assert ESCAPED in html


def test_tab_and_entry_defaults_show_nothing_more():
    tab = components.Tab("Membres", "/membres/")
    assert (tab.current, tab.count) == (False, None)
