import xml.etree.ElementTree as ET

import pytest
from django.conf import settings

from filiere.web.icons import SPRITE, icon, names

SVG = "{http://www.w3.org/2000/svg}"


def test_icon_points_at_its_symbol_and_is_hidden_from_who_listens():
    html = icon("home")
    assert html == (
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="/static/images/icons.svg#home"></use></svg>'
    )


@pytest.mark.parametrize("name", ["", "nope", '"><script>', "home#x"])
def test_icon_of_an_unknown_name_is_a_mistake(name):
    with pytest.raises(ValueError, match="no icon is called"):
        icon(name)


def test_sprite_symbols_are_all_drawings_of_one_grid():
    root = ET.parse(settings.ROOT / "static" / SPRITE).getroot()
    symbols = root.findall(f"{SVG}symbol")
    assert len(symbols) == len(names()) > 40
    for symbol in symbols:
        assert symbol.get("viewBox") == "0 0 24 24"
        assert len(symbol) > 0
        assert symbol.get("stroke") == "currentColor"


def test_sprite_holds_nothing_that_runs_or_loads():
    for path in (settings.ROOT / "static" / "images").glob("*.svg"):
        text = path.read_text()
        for hostile in ("<script", "onload", "http:", "https:", "javascript:", "<foreignObject", "<style"):
            assert hostile not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.django_db
def test_icon_asked_for_by_custom_is_that_of_the_pages(client):
    assert "/static/images/icon.svg" in client.get("/aide/").content.decode()
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/images/icon.svg")
