import pytest

from filiere.web.rich_text import rich


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Un **mot** et _un autre_", "<p>Un <strong>mot</strong> et <em>un autre</em></p>\n"),
        ("une ligne\nune autre", "<p>une ligne<br>\nune autre</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("# Titre", "<h3>Titre</h3>\n"),
        ("### Petit titre", "<h4>Petit titre</h4>\n"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>\n"),
    ],
)
def test_a_little_markdown_is_drawn(text, html):
    assert rich(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![image](https://ailleurs.example/suivi.png)",
        "[ici](javascript:alert(1))",
        '<a href="https://ailleurs.example" onclick="alert(1)">ici</a>',
        "<svg onload=alert(1)>",
        "[a](data:text/html;base64,AAAA)",
    ],
)
def test_what_could_harm_is_written_out_or_left_out(text):
    html = rich(text)
    assert not any(tag in html for tag in ("<script", "<img", "<svg", "<iframe"))
    assert 'href="javascript' not in html
    assert 'href="data:' not in html
    assert "<a href=" not in html or "onclick" not in html.replace("&quot;", "")


def test_a_link_does_not_tell_where_it_was_followed_from():
    assert 'rel="noopener noreferrer nofollow"' in rich("[ici](https://ailleurs.example/)")


def test_hostile_nesting_is_bounded():
    assert len(rich("> " * 2000 + "fin")) < 20_000
