"""Every template is used, every one that is named exists, and none carries what the page kit is for."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist, engines

from tests.architecture.sources import CODE, ROOT, files, text, told, tree

FOLDER = ROOT / "templates"
_NAMED = re.compile(r"""\{%-?\s*(?:include|extends)\s+["']([^"']+)["']""")
_ANY_NAME = re.compile(r"""["']([\w./-]+\.(?:html|txt))["']""")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


def templates() -> tuple[Path, ...]:
    return files("templates", suffixes=(".html", ".txt"))


def title(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@cache
def words_of_the_code() -> frozenset[str]:
    """Every string constant: a template's name is one, whole or without its ending (a message has two forms)."""
    return frozenset(
        node.value
        for path in files(*CODE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def names_in_templates() -> frozenset[str]:
    return frozenset(found for path in templates() for found in _ANY_NAME.findall(text(path)))


def belongs_to_a_library(template: str) -> bool:
    """Ours stands in front of one that a library asks for by that name."""
    for loader in engines["django"].engine.template_loaders[0].loaders:
        for origin in loader.get_template_sources(template):
            path = Path(origin.name)
            if path.is_file() and ROOT / "templates" not in path.parents:
                return True
    return False


def is_published(template: str) -> bool:
    """A piece of the page kit that its guide offers to features, whether one has taken it yet or not."""
    folder, _, last = template.rpartition("/")
    return folder.startswith("components") and f"`{last}`" in text(ROOT / "docs/interface.md").replace(f"{folder}/", "")


def is_used(template: str, words: frozenset[str]) -> bool:
    without_ending = template.rpartition(".")[0]
    # Django looks for the pages of its own errors under these names.
    error_page = re.fullmatch(r"[45]\d\d\.html", template)
    return template in words or without_ending in words or bool(error_page)


def test_every_template_is_used():
    words = words_of_the_code() | names_in_templates()
    problems = [
        title(path) for path in templates()
        if not (is_used(title(path), words) or is_published(title(path)) or belongs_to_a_library(title(path)))
    ]  # fmt: skip
    assert not problems, told(problems, "Delete it: nothing renders, includes or extends it.")


@pytest.mark.parametrize(
    ("template", "used"),
    [("a/x.html", True), ("a/mail.txt", True), ("a/y.html", False), ("404.html", True), ("a/404.html", False)],
)
def test_usage_rule_can_fail(template, used):
    assert is_used(template, frozenset({"a/x.html", "a/mail"})) is used


def test_published_pieces_are_those_the_guide_names():
    assert is_published("components/cells/ago.html")
    assert not is_published("components/cells/nobody.html")
    assert not is_published("accounts/ago.html")


def test_library_rule_knows_ours_from_theirs():
    assert belongs_to_a_library("account/login.html")
    assert not belongs_to_a_library("base.html")


def exists(template: str) -> bool:
    try:
        engines["django"].get_template(template)
    except TemplateDoesNotExist:
        return False
    return True


def test_every_template_that_is_named_exists():
    """Compiled on the way: an unknown tag is found here, not by whoever opens the page."""
    named = {word for word in words_of_the_code() if re.fullmatch(r"[\w/-]+/[\w-]+\.html", word)}
    named |= {found for path in templates() for found in _NAMED.findall(text(path))}
    problems = sorted(template for template in named if not exists(template))
    assert not problems, told(problems, "Write it, or correct its name.")


def test_existence_rule_can_fail():
    assert exists("base.html")
    assert not exists("accounts/nobody.html")


@pytest.mark.parametrize("path", templates(), ids=title)
def test_template_compiles(path):
    engines["django"].get_template(title(path))


# --- What the content security policy refuses -------------------------------

INLINE = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "style="),
    (re.compile(r"\son[a-z]+\s*=", re.IGNORECASE), "on…="),
    (re.compile(r"<style\b", re.IGNORECASE), "<style>"),
    (re.compile(r"<script\b(?![^>]*\b(?:src=|type=.application/json))", re.IGNORECASE), "<script> without src"),
    (re.compile(r"javascript:", re.IGNORECASE), "javascript:"),
    (re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=.(?:https?:)?//", re.IGNORECASE), "foreign address"),
)


def inline(content: str) -> list[str]:
    plain = _TAG.sub("x", content)
    return [label for pattern, label in INLINE if pattern.search(plain)]


def is_mail(path: Path) -> bool:
    """Mail programs know no style sheet: what is written in a message stands in its tags."""
    return bool({"emails", "mail", "email"} & set(path.parts))


def test_no_template_holds_inline_code():
    problems = [
        f"{title(path)}: {label}" for path in templates() if path.suffix == ".html" and not is_mail(path)
        for label in inline(text(path))
    ]  # fmt: skip
    assert not problems, told(problems, "The policy refuses it: a class of static/css, a data-… read by static/js.")


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ('<p style="color: red">', True),
        ('<p\nSTYLE="x">', True),
        ('<button onclick="f()">', True),
        ("<script>f()</script>", True),
        ('<script src="/x.js"></script>', False),
        ('<script type="application/json">{}</script>', False),
        ('<script src="https://cdn/x.js"></script>', True),
        ('<link href="//cdn/x.css">', True),
        ("<style>p {}</style>", True),
        ('<a href="javascript:f()">', True),
        ('<a href="https://legifrance.gouv.fr">', False),
        ('{% when x style="date" %}<p class="once" data-once="1">', False),
        ("<p>Saison = une condition = rien</p>", False),
    ],
)
def test_inline_rule_can_fail(content, refused):
    assert bool(inline(content)) is refused


# --- Dates and numbers are told by the kit ----------------------------------

_RAW = re.compile(r"\|\s*(date|time|naturaltime|timesince|timeuntil|floatformat|intcomma)\b|\{%\s*now\b")


def raw_formats(content: str) -> list[str]:
    return [match.group(0).strip() for match in _RAW.finditer(content)]


def test_dates_and_numbers_are_written_by_the_kit():
    problems = [
        f"{title(path)}: {found}" for path in templates() if not title(path).startswith("components/")
        for found in raw_formats(text(path))
    ]  # fmt: skip
    assert not problems, told(problems, "date_fr, datetime_fr, ago_fr, number_fr or {% when %}: docs/interface.md.")


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ('{{ x|date:"d/m/Y" }}', True),
        ("{{ x | time }}", True),
        ('{% now "Y" %}', True),
        ("{{ x|floatformat:2 }}", True),
        ("{{ x|date_fr }}{{ y|datetime_fr }}{% when z %}", False),
    ],
)
def test_format_rule_can_fail(content, refused):
    assert bool(raw_formats(content)) is refused
