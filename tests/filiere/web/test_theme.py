import pytest
from django.http import HttpResponse

from filiere.web import theme


@pytest.mark.parametrize("value", ["light", "dark"])
def test_chosen_reads_the_cookie(rf, value):
    rf.cookies["theme"] = value
    assert theme.chosen(rf.get("/")) == value


@pytest.mark.parametrize("value", ["", "pink", '"><script>', "dark light", "Dark"])
def test_chosen_forgets_what_is_no_theme(rf, value):
    rf.cookies["theme"] = value
    assert theme.chosen(rf.get("/")) == theme.AUTOMATIC


def test_chosen_without_request_or_cookie_lets_the_system_decide(rf):
    assert theme.chosen(None) == theme.chosen(rf.get("/")) == ""


def test_keep_sets_a_cookie_that_scripts_cannot_read():
    response = HttpResponse()
    theme.keep(response, "dark", secure=True)
    cookie = response.cookies["theme"]
    assert cookie.value == "dark"
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == theme.A_YEAR


@pytest.mark.parametrize("value", ["", "pink", "dark; Path=/x"])
def test_keep_of_anything_else_forgets_the_choice(value):
    response = HttpResponse()
    theme.keep(response, value, secure=False)
    assert response.cookies["theme"]["max-age"] == 0
    assert response.cookies["theme"].value == ""


def test_choices_are_the_themes_and_automatic():
    assert {value for value, _label, _icon in theme.choices()} == {*theme.THEMES, theme.AUTOMATIC}
