from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import TemplateSyntaxError, engines
from django.utils.safestring import mark_safe

from accounts.models import User
from filiere.web.components import KINDS, TONES, Tab, TimelineEntry

NOW = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)
HOSTILE = """'"><script>alert(1)</script>{{ 70|add:701 }}"""
PERSON = User(given_name="Anaïs", family_name="Bérenger", email="anais@demo.example")
HOSTILE_PERSON = User(given_name=HOSTILE, family_name=HOSTILE, email=HOSTILE)


def draw(source, **context):
    return engines["django"].from_string(source).render(context)


class Elements(HTMLParser):
    """Every element of a piece of page, with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.open = []
        self.feed(html)
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in {"input", "link", "meta", "br", "img", "hr", "use"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "use":
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def elements(html, tag):
    return [attrs for name, attrs in Elements(html).found if name == tag]


# Every tag, with every argument that can hold what somebody typed.
EVERY_TAG = {
    "badge": "{% badge h %}",
    "button": "{% button h href=h name=h value=h form=h icon='check' %}",
    "button that submits": "{% button h name=h value=h form=h %}",
    "avatar": "{% avatar p %}",
    "who": "{% who p %}",
    "panel": "{% panel h id=h icon='home' %}{{ h }}{% endpanel %}",
    "notice": "{% notice title=h %}{{ h }}{% endnotice %}",
    "empty": "{% empty h h href=h label=h icon='file' %}",
    "definition": "{% definitions %}{% definition h h %}{% enddefinitions %}",
    "tabs": "{% tabs tabs label=h %}",
    "dialog": "{% dialog id=h title=h %}{{ h }}{% enddialog %}",
    "opens": "{% opens h h icon='plus' %}",
    "copies": "{% copies h h %}",
    "progress": "{% progress 1 2 h %}",
    "timeline": "{% timeline entries %}",
    "breadcrumb": "{% breadcrumb h h h h h %}",
}


@pytest.mark.parametrize("name", EVERY_TAG)
def test_hostile_words_stay_words_in(name):
    html = draw(
        EVERY_TAG[name],
        h=HOSTILE,
        p=HOSTILE_PERSON,
        tabs=[Tab(HOSTILE, HOSTILE, True, 3)],
        entries=[TimelineEntry(NOW, HOSTILE, HOSTILE, HOSTILE_PERSON, HOSTILE, "home")],
    )
    tags = {tag for tag, _attrs in Elements(html).found}
    assert "script" not in tags
    assert "771" not in html
    for _tag, attrs in Elements(html).found:
        assert not {key for key in attrs if key.startswith("on")}
        assert "style" not in attrs
        assert not any("<" in key or ">" in key or "'" in key for key in attrs)


@pytest.mark.parametrize("name", EVERY_TAG)
def test_safe_markup_is_not_escaped_twice_in(name):
    html = draw(
        EVERY_TAG[name],
        h="R&D",
        p=User(given_name="R&D", family_name="x"),
        tabs=[Tab("R&D", "/")],
        entries=[TimelineEntry(NOW, "R&D")],
    )
    assert "&amp;amp;" not in html


# --- Buttons and links ---


@pytest.mark.parametrize("kind", KINDS)
def test_button_submits_by_default(kind):
    (attrs,) = elements(draw("{% button 'Enregistrer' kind=kind %}", kind=kind), "button")
    assert attrs == {"type": "submit", "class": f"button button-{kind}"}


def test_button_is_primary_unless_told():
    assert "button-primary" in draw("{% button 'Oui' %}")


def test_button_carries_name_value_and_form():
    (attrs,) = elements(draw("{% button 'Oui' name='act' value='yes' form='f' disabled=True %}"), "button")
    assert (attrs["name"], attrs["value"], attrs["form"]) == ("act", "yes", "f")
    assert "disabled" in attrs


def test_button_that_leads_somewhere_is_a_link():
    html = draw("{% button 'Aide' kind='quiet' href='/aide/?a=1&b=2' icon='help' %}")
    (attrs,) = elements(html, "a")
    assert attrs == {"class": "button button-quiet", "href": "/aide/?a=1&b=2"}
    assert "#help" in html
    assert "<span>Aide</span>" in html


@pytest.mark.parametrize("source", ["{% button 'x' kind='pink' %}", "{% button 'x' type='image' %}"])
def test_button_of_an_unknown_kind_is_a_mistake(source):
    with pytest.raises(ValueError, match="none of"):
        draw(source)


def test_button_arguments_after_the_label_are_named():
    with pytest.raises(TemplateSyntaxError):
        draw("{% button 'x' 'primary' %}")


# --- Words and moments ---


@pytest.mark.parametrize("tone", TONES)
def test_badge_and_notice_wear_their_tone(tone):
    html = draw("{% badge 'x' tone=tone %}{% notice tone=tone %}y{% endnotice %}", tone=tone)
    assert f"badge-{tone}" in html
    assert f"notice-{tone}" in html


@pytest.mark.parametrize("source", ["{% badge 'x' tone='pink' %}", "{% notice tone='pink' %}{% endnotice %}"])
def test_tone_that_does_not_exist_is_a_mistake(source):
    with pytest.raises(ValueError, match="none of"):
        draw(source)


def test_notice_has_a_title_only_when_given():
    assert "notice-title" not in draw("{% notice %}x{% endnotice %}")
    assert '<p class="notice-title">Attention</p>' in draw("{% notice title='Attention' %}x{% endnotice %}")


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("date", '<time datetime="2026-11-17T13:05:00+00:00">17\u00a0novembre 2026</time>'),
        (
            "datetime",
            '<time datetime="2026-11-17T13:05:00+00:00">17\u00a0novembre 2026 à 14\u00a0h\u00a005</time>',
        ),
        (
            "ago",
            (
                '<time datetime="2026-11-17T13:05:00+00:00" title="17\u00a0novembre 2026 à 14\u00a0h\u00a005">'
                "il y a 3 jours</time>"
            ),
        ),
    ],
)
def test_when_is_for_readers_and_machines(style, written):
    with time_machine.travel(NOW, tick=False):
        assert draw("{% when at style=style %}", at=NOW - timedelta(days=3), style=style) == written


def test_when_of_nothing_is_nothing():
    assert draw("{% when at %}", at=None) == ""


def test_when_of_an_unknown_style_is_a_mistake():
    with pytest.raises(KeyError):
        draw("{% when at style='roman' %}", at=NOW)


def test_filters_speak_french():
    html = draw(
        "{{ at|date_fr }}|{{ at|datetime_fr }}|{{ n|number_fr }}|{{ n|number_fr:2 }}|{{ none|date_fr }}",
        at=NOW,
        n=1234.5,
        none=None,
    )
    assert html == ("20\u00a0novembre 2026|20\u00a0novembre 2026 à 14\u00a0h\u00a005|1\u202f234,5|1\u202f234,50|")
    with time_machine.travel(NOW, tick=False):
        assert draw("{{ at|ago_fr }}", at=NOW - timedelta(hours=2)) == "il y a 2 heures"


# --- Containers ---


def test_panel_has_its_title_at_its_level():
    html = draw("{% panel 'Membres' id='membres' level=3 %}<p>x</p>{% endpanel %}")
    assert elements(html, "section") == [{"class": "panel", "id": "membres"}]
    assert elements(html, "h3") == [{"class": "panel-title"}]
    assert "<p>x</p>" in html


def test_panel_without_title_has_no_heading():
    assert "<h" not in draw("{% panel %}x{% endpanel %}")


def test_definition_shows_a_dash_for_nothing_and_zero_for_zero():
    html = draw(
        "{% definitions %}{% definition 'A' '' %}{% definition 'B' None %}{% definition 'C' 0 %}{% enddefinitions %}"
    )
    assert html.count("<dd>—</dd>") == 2
    assert "<dd>0</dd>" in html


def test_definition_keeps_markup_that_is_safe():
    assert "<dd><b>x</b></dd>" in draw("{% definition 'A' v %}", v=mark_safe("<b>x</b>"))


def test_empty_state_has_a_button_only_when_it_leads_somewhere():
    assert "<a" not in draw("{% empty 'Rien' 'Faites ceci.' %}")
    html = draw("{% empty 'Rien' 'Faites ceci.' href='/aide/' label='Faire' %}")
    assert elements(html, "a")[0]["href"] == "/aide/"


def test_tabs_are_links_and_one_is_current():
    html = draw("{% tabs items %}", items=[Tab("Vue", "/a/", True), Tab("Membres", "/b/", count=1234)])
    assert elements(html, "a") == [{"href": "/a/", "aria-current": "page"}, {"href": "/b/"}]
    assert elements(html, "nav") == [{"class": "tabs", "aria-label": "Rubriques"}]
    assert "1\u202f234" in html


def test_tabs_show_a_count_of_zero_but_no_count_as_nothing():
    assert '<span class="count">0</span>' in draw("{% tabs items %}", items=[Tab("A", "/", count=0)])
    assert "count" not in draw("{% tabs items %}", items=[Tab("A", "/")])


def test_breadcrumb_leads_up_and_ends_here():
    html = draw("{% breadcrumb 'Administration' '/administration/' 'Personnes' '/p/' 'Anaïs' %}")
    assert [attrs["href"] for attrs in elements(html, "a")] == ["/administration/", "/p/"]
    assert '<li aria-current="page">Anaïs</li>' in html


def test_breadcrumb_with_a_label_that_leads_nowhere_is_a_mistake():
    with pytest.raises(ValueError, match="label of the page alone"):
        draw("{% breadcrumb 'A' 'B' 'C' 'D' %}")


# --- Dialogs ---


def test_dialog_has_a_name_and_a_way_out_without_javascript(rf):
    html = draw("{% dialog id='clore' title='Clore' %}<p>x</p>{% enddialog %}", request=rf.get("/page/?a=1"))
    (attrs,) = elements(html, "dialog")
    assert attrs == {"id": "clore", "class": "dialog", "aria-labelledby": "clore-titre", "data-dialog": None}
    assert elements(html, "a")[0]["href"] == "/page/?a=1#"
    assert '<h2 id="clore-titre">Clore</h2>' in html


def test_dialog_reopens_after_a_refused_form():
    assert (
        "open"
        in elements(draw("{% dialog id='x' title='X' open=errors %}{% enddialog %}", errors={"a": 1}), "dialog")[0]
    )
    assert (
        "open" not in elements(draw("{% dialog id='x' title='X' open=errors %}{% enddialog %}", errors={}), "dialog")[0]
    )


def test_opener_is_a_link_to_its_dialog():
    (attrs,) = elements(draw("{% opens 'clore' 'Clore' kind='danger' %}"), "a")
    assert attrs == {
        "href": "#clore",
        "class": "button button-danger",
        "data-opens": "clore",
        "aria-haspopup": "dialog",
    }


def test_copy_button_waits_for_javascript():
    html = draw("{% copies 'jeton' %}")
    (attrs,) = elements(html, "button")
    assert attrs["data-copy"] == "#jeton"
    assert "hidden" in attrs
    assert "<span>Copier</span>" in html


# --- Progress and timeline ---


@pytest.mark.parametrize(
    ("value", "maximum", "percent"),
    [
        (0, 10, 0),
        (5, 10, 50),
        (10, 10, 100),
        (11, 10, 100),
        (-1, 10, 0),
        (1, 3, 33),
        (0, 0, 0),
        (5, 0, 0),
        (2.5, 10, 25),
    ],
)
def test_progress_stays_between_nothing_and_all(value, maximum, percent):
    html = draw("{% progress v m 'Axe 1' %}", v=value, m=maximum)
    assert elements(html, "progress") == [{"value": str(percent), "max": "100", "aria-label": "Axe 1"}]
    assert f"{percent}&nbsp;%" in html


def test_timeline_tells_when_who_and_what():
    html = draw(
        "{% timeline entries %}",
        entries=[
            TimelineEntry(NOW, "Approuvé", "Par le Bureau.", PERSON, "/x/", "check", "success"),
            TimelineEntry(NOW, "Créé"),
        ],
    )
    assert [attrs["class"] for attrs in elements(html, "li")] == ["timeline-success", "timeline-neutral"]
    assert '<a href="/x/">Approuvé</a>' in html
    assert "Anaïs Bérenger" in html
    assert html.count("<time ") == 2


def test_timeline_of_an_unknown_tone_is_a_mistake():
    with pytest.raises(ValueError, match="none of"):
        draw("{% timeline entries %}", entries=[TimelineEntry(NOW, "x", tone="pink")])


# --- The frame of pages ---


def test_theme_is_written_on_the_page_only_when_chosen(rf):
    assert draw("<html{% theme_attribute %}>", request=rf.get("/")) == "<html>"
    rf.cookies["theme"] = "dark"
    assert draw("<html{% theme_attribute %}>", request=rf.get("/")) == '<html data-theme="dark">'
    rf.cookies["theme"] = HOSTILE
    assert draw("<html{% theme_attribute %}>", request=rf.get("/")) == "<html>"
    assert draw("<html{% theme_attribute %}>") == "<html>"


def test_theme_choices_show_which_one_holds(rf):
    rf.cookies["theme"] = "light"
    html = draw(
        "{% theme_choices as all %}{% for each in all %}{{ each.value }}={{ each.pressed }} {% endfor %}",
        request=rf.get("/"),
    )
    assert html == "=false light=true dark=false "


def test_navigation_entries_follow_the_reader(rf):
    request = rf.get("/aide/")
    request.user = AnonymousUser()
    source = "{% navigation_entries 'main' as all %}{% for each in all %}{{ each.href }} {{ each.here }}{% endfor %}"
    assert draw(source, request=request) == "/aide/ page"


@pytest.mark.parametrize("level", ["success", "error", "warning", "info", "debug"])
def test_toast_says_and_can_be_dismissed(level):
    html = draw("{% include 'components/toast.html' %}", text=HOSTILE, level=level)
    tags = Elements(html).found
    assert "script" not in {tag for tag, _attrs in tags}
    assert [attrs for tag, attrs in tags if tag == "details"] == [{"open": None}]
    assert ("role" in tags[0][1]) is (level == "error")


def test_messages_become_toasts_heard_by_who_listens():
    html = draw(
        "{% include 'components/toasts.html' %}",
        messages=[Message(constants.SUCCESS, "Enregistré."), Message(constants.ERROR, HOSTILE)],
    )
    found = Elements(html).found
    assert found[0] == ("div", {"class": "toasts", "id": "toasts", "role": "status", "aria-live": "polite"})
    shown = [attrs["class"] for tag, attrs in found if attrs.get("class", "").startswith("toast toast-")]
    assert shown == ["toast toast-success", "toast toast-error", "toast toast-error"]  # the last is the model
    assert "script" not in {tag for tag, _attrs in found}
    assert "<p data-said>Enregistré.</p>" in html
