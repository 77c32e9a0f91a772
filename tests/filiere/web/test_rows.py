from types import SimpleNamespace

import pytest
from django.template import engines
from django.utils.safestring import mark_safe

from filiere.web import rows
from filiere.web.columns import Column
from filiere.web.rows import drawn

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def cells(monkeypatch):
    """Cell templates written in the test: {name: source}."""
    sources = {}
    monkeypatch.setattr(rows, "get_template", lambda name: engines["django"].from_string(sources[name]))
    return sources


def row(**values):
    return SimpleNamespace(**values)


def test_first_cell_names_the_row_and_each_carries_its_label(rf):
    columns = [Column("name", "Nom"), Column("size", "Taille", align="end"), Column("act", "Acte", export=False)]
    (line,) = drawn(columns, [row(name="A", size=3, act="x")], rf.get("/"))
    assert line.replace("><td", ">\n<td").splitlines() == [
        '<th scope="row" class="" data-label="Nom"><div>A</div></th>',
        '<td class="cell-end" data-label="Taille"><div>3</div></td>',
        '<td class="cell-bare" data-label="Acte"><div>x</div></td>',
    ]


def test_no_rows_are_no_rows(rf):
    assert drawn([Column("name", "Nom")], [], rf.get("/")) == []


def test_values_and_labels_are_escaped_and_safe_ones_are_not_twice(rf):
    (line,) = drawn([Column("name", HOSTILE)], [row(name=HOSTILE)], rf.get("/"))
    assert "<script" not in line
    assert line.count("&lt;script&gt;") == 2
    (line,) = drawn([Column("name", "N")], [row(name=mark_safe("<b>x</b>"))], rf.get("/"))
    assert "<div><b>x</b></div>" in line


def test_rows_are_safe_to_stand_in_a_template(rf):
    (line,) = drawn([Column("name", "N")], [row(name="x")], rf.get("/"))
    assert engines["django"].from_string("{{ line }}").render({"line": line}) == line


@pytest.mark.parametrize(("value", "inside"), [(None, ""), ("", ""), (0, "<div>0</div>"), (False, "<div>False</div>")])
def test_cell_without_words_is_truly_empty_and_zero_is_a_word(rf, value, inside):
    (line,) = drawn([Column("a", "A"), Column("b", "B")], [row(a="x", b=value)], rf.get("/"))
    assert line.endswith(f'<td class="" data-label="B">{inside}</td>')


def test_cell_template_that_shows_nothing_leaves_its_cell_empty(rf, cells):
    cells["c.html"] = "\n  {% if value %}x{% endif %}\n"
    (line,) = drawn([Column("a", "A", template="c.html")], [row(a=None)], rf.get("/"))
    assert line == '<th scope="row" class="" data-label="A"></th>'


def test_cell_template_gets_the_row_its_value_and_the_request(rf, cells):
    cells["c.html"] = "{{ row.name }}|{{ value }}|{{ request.path }}|{{ value|upper }}"
    columns = [Column("size", "T", template="c.html", value=lambda each: f"t{each.size}")]
    lines = drawn(columns, [row(name="<A>", size=1), row(name="B", size=2)], rf.get("/ici/"))
    assert "<div>&lt;A&gt;|t1|/ici/|T1</div>" in lines[0]
    assert "<div>B|t2|/ici/|T2</div>" in lines[1]


def test_cell_template_may_hold_a_form(rf, cells):
    cells["c.html"] = "<form method='post'>{% csrf_token %}</form>"
    (line,) = drawn([Column("a", "A", template="c.html")], [row(a=1)], rf.get("/"))
    assert 'name="csrfmiddlewaretoken"' in line


def test_cells_do_not_leak_into_one_another(rf, cells):
    cells["set.html"] = "{% with secret=value %}{{ secret }}{% endwith %}"
    cells["read.html"] = "{% if secret %}leak{% endif %}"
    columns = [Column("a", "A", template="set.html"), Column("b", "B", template="read.html")]
    (line,) = drawn(columns, [row(a="x", b=1)], rf.get("/"))
    assert "leak" not in line


def test_context_processors_run_once_whatever_the_number_of_cells(rf, cells, monkeypatch):
    runs = []
    engine = engines["django"].engine
    processors = (*engine.template_context_processors, lambda request: runs.append(1) or {})
    monkeypatch.setattr(engine, "template_context_processors", processors)
    cells["c.html"] = "{{ value }}"
    columns = [Column("a", "A", template="c.html"), Column("b", "B", template="c.html")]
    drawn(columns, [row(a=n, b=n) for n in range(30)], rf.get("/"))
    assert len(runs) == 1
