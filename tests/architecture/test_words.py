"""The French that people read: apostrophes and no-break spaces as a printer sets them.

Only strings that go through gettext are looked at: the rest is for engineers or for terminals.
"""

import ast
import re
from html import unescape

import pytest

from tests.architecture.sources import CODE, files, name, text, told, tree

NB = "\u00a0\u202f"
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
_TRANSLATE = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
_BLOCK = re.compile(r"\{%-?\s*blocktrans(?:late)?\b[^%]*%\}(.*?)\{%-?\s*endblocktrans(?:late)?", re.DOTALL)
_UNDERSCORE = re.compile(r"""\b_\(\s*(?:"([^"]*)"|'([^']*)')""")
# Placeholders and markup stand for words; their own punctuation is none of the sentence's.
_MARKUP = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^<>]*>")
_CODE = re.compile(
    r"https?://\S*|\b[\w.+-]+@[\w.-]+|\b\d{1,2}:\d{2}\b"
    r"|\b(?:Authorization|Accept|Content-Type|If-Match|If-None-Match|Idempotency-Key): "
)

FAULTS = (
    (re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])"), "straight apostrophe: write ’"),
    (re.compile(r"(?<=[\w)»%’…])[;!?](?=\s|$|»)"), "nothing before ; ! ?: write a narrow no-break space (U+202F)"),
    (re.compile(r"(?<=\S) [;!?](?=\s|$|»)"), "ordinary space before ; ! ?: write a narrow no-break space (U+202F)"),
    (re.compile(r"(?<=[\w)»%]):(?=\s|$)"), "nothing before a colon: write a no-break space (U+00A0)"),
    (re.compile(r"(?<=\S) :(?=\s|$)"), "ordinary space before a colon: write a no-break space (U+00A0)"),
    (re.compile(rf"«(?![{NB}])"), "« is followed by a no-break space (U+00A0)"),
    (re.compile(rf"(?<![{NB}])»"), "» is preceded by a no-break space (U+00A0)"),
    (re.compile(r"\.\.\."), "three dots: write …"),
)


def faults(sentence: str) -> list[str]:
    plain = _CODE.sub("x", _MARKUP.sub("x", unescape(sentence)))
    return [label for pattern, label in FAULTS if pattern.search(plain)]


def sentences_of_code(module: ast.Module) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(module):
        called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else (
            node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        )  # fmt: skip
        if called in _CALLS:
            assert isinstance(node, ast.Call)
            found += [
                (part.lineno, part.value)
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
    return found


def sentences_of_template(content: str) -> list[tuple[int, str]]:
    return [
        (content.count("\n", 0, match.start()) + 1, next(group for group in match.groups() if group is not None))
        for pattern in (_TRANSLATE, _BLOCK, _UNDERSCORE)
        for match in pattern.finditer(content)
    ]


def test_sentences_of_the_code_are_set_as_a_printer_would():
    problems = [
        f"{name(path)}:{line}: {sentence!r}: {fault}"
        for path in files(*CODE)
        for line, sentence in sentences_of_code(tree(path))
        for fault in faults(sentence)
    ]
    assert not problems, told(problems, "Source strings are French as it is printed: see CONTRIBUTING.md.")


def test_sentences_of_the_templates_are_set_as_a_printer_would():
    problems = [
        f"{name(path)}:{line}: {sentence.strip()!r}: {fault}"
        for path in files("templates", suffixes=(".html", ".txt"))
        for line, sentence in sentences_of_template(text(path))
        for fault in faults(sentence)
    ]
    assert not problems, told(problems, "Source strings are French as it is printed: see CONTRIBUTING.md.")


@pytest.mark.parametrize(
    "sentence",
    [
        "l'adresse", "Vraiment?", "Vraiment ?", "Attention!", "Un ; deux", "Un; deux", "Adresse:", "Adresse :",
        "Suite : voir", "«mot»", "« mot »", "«\u00a0mot »", "Patientez...", "Supprimer «\u00a0%(name)s\u00a0»?",
        "Il reste %(count)d ; voir",
    ],
)  # fmt: skip
def test_typography_rule_can_fail(sentence):
    assert faults(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "l’adresse", "Vraiment\u202f?", "Attention\u202f!", "Un\u202f; deux", "Adresse\u00a0:", "Suite\u00a0: voir",
        "«\u00a0mot\u00a0»", "Patientez…", "à 14:05", "https://exemple.fr/?a=1;b=2", "a@demo.example",
        "{{ a }}&nbsp;: {{ b }}", "%(a)s\u00a0: %(b)s", "<strong>Nom</strong>\u00a0: x", "12\u00a0%",
        "Un jeton\u00a0: «\u00a0Authorization: Token …\u00a0»", "Ctrl+'", "L’«\u00a0essai\u00a0»\u202f?",
        "d’ici 2026, S1/T3",
    ],
)  # fmt: skip
def test_typography_rule_leaves_good_french_alone(sentence):
    assert faults(sentence) == []


def test_sentences_are_found_wherever_they_stand():
    module = ast.parse(
        'a = _("un")\nb = ngettext("deux", "trois", n)\nc = Column("k", translation.gettext_lazy("quatre"))'
    )
    assert [sentence for _, sentence in sentences_of_code(module)] == ["un", "deux", "trois", "quatre"]
    template = (
        '{% translate "un" %}\n{% blocktranslate with a=b %}deux {{ a }}{% endblocktranslate %}'
        "{% button _('trois') %}"
    )
    assert sentences_of_template(template) == [(1, "un"), (2, "deux {{ a }}"), (2, "trois")]
