import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.deliverables.files.comparison import Folded, Paragraph, Part, compare


def told(before, after):
    """One line each: `=` the same, `-` removed, `+` added, `~` changed with [-…-] and {+…+}, `…` folded."""
    lines = []
    for piece in compare(before, after):
        if isinstance(piece, Folded):
            lines.append(f"… {piece.count}")
            continue
        sign = {"same": "=", "removed": "-", "added": "+", "changed": "~"}[piece.kind]
        lines.append(f"{sign} {''.join(map(marked, piece.parts)) if sign == '~' else piece.parts[0].text}")
    return lines


def marked(part):
    return {"same": part.text, "removed": f"[-{part.text}-]", "added": f"{{+{part.text}+}}"}[part.kind]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("a\nb", "a\nb"),
        ("a\n\n\nb\n", "  a\nb"),
        ("a b", "a\u00a0b"),
    ],
)
def test_nothing_is_told_of_what_is_the_same(before, after):
    assert compare(before, after) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "a\nb", ["+ a", "+ b"]),
        ("a\nb", "", ["- a", "- b"]),
        ("un", "deux", ["- un", "+ deux"]),
        ("a\nb\nc", "a\nc", ["= a", "- b", "= c"]),
        ("a\nc", "a\nb\nc", ["= a", "+ b", "= c"]),
    ],
)
def test_paragraphs_come_and_go(before, after, expected):
    assert told(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "Le comité se réunit deux fois par an.",
            "Le comité se réunit trois fois par an, à Paris.",
            "~ Le comité se réunit [-deux-]{+trois+} fois par an{+, à Paris+}.",
        ),
        (
            "Le montant est de 1\u00a0000 euros.",
            "Le montant est de 12\u00a0000,50 euros.",
            "~ Le montant est de [-1\u00a0000-]{+12\u00a0000,50+} euros.",
        ),
        (
            "Le rapport de la filière de santé est remis chaque année.",
            "Le bilan de notre branche de santé est remis chaque année.",
            "~ Le [-rapport de la filière-]{+bilan de notre branche+} de santé est remis chaque année.",
        ),
        ("L’État approuve le projet.", "L’État approuve le projet", "~ L’État approuve le projet[-.-]"),
        ("L’État  approuve le projet.", "L’État approuve un projet.", "~ L’État approuve [-le-]{+un+} projet."),
    ],
)
def test_changed_paragraph_is_told_word_by_word(before, after, expected):
    assert told(before, after) == [expected]


def test_changed_paragraphs_are_paired_with_what_they_became():
    before = "Article premier. Le Bureau valide les positions.\nArticle deux. Le délégué prépare la séance."
    after = (
        "Préambule tout neuf.\nArticle premier. Le Bureau valide chaque position.\nArticle deux. Le délégué la prépare."
    )
    signs = [line[0] for line in told(before, after)]
    assert signs == ["+", "~", "~"]


def test_unchanged_stretches_are_folded_with_their_count():
    same = [f"Paragraphe {number}" for number in range(20)]
    before = "\n".join([*same, "ancien", *same, "fin"])
    after = "\n".join([*same, "tout autre", *same, "fin"])
    assert told(before, after) == [
        "… 19", "= Paragraphe 19", "- ancien", "+ tout autre", "= Paragraphe 0", "… 20"
    ]  # fmt: skip


def test_one_paragraph_is_shown_rather_than_folded():
    assert told("a\nb\nc", "x\na\nb\nc")[1:] == ["= a", "… 2"]
    assert told("a\nb", "x\na\nb")[1:] == ["= a", "= b"]


def test_order_of_a_moved_chapter_is_told():
    first = [f"Premier chapitre, ligne {number}." for number in range(5)]
    second = [f"Second chapitre, ligne {number}." for number in range(9)]
    lines = told("\n".join(first + second), "\n".join(second + first))
    assert [line for line in lines if line[0] == "-"] == [f"- {line}" for line in first]
    assert [line for line in lines if line[0] == "+"] == [f"+ {line}" for line in first]


def numbered(start, count, step=1):
    return "\n".join(f"Ligne {number} du contrat, alinéa {number % 7}." for number in range(start, start + count, step))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (numbered(0, 8000), numbered(0, 8000, 3)),
        (numbered(0, 8000), numbered(100_000, 8000)),
        ("a\nb\nc\nd\n" * 20_000, "c\na\nd\na\nb\n" * 16_000),
        ("a b c d " * 50_000, "c a d a b " * 40_000),
        ("a" * 3_000_000, "b" * 3_000_000),
        ("." * 300_000, ",." * 150_000),
    ],
)
def test_long_texts_are_compared_all_the_same(before, after):
    assert_whole(before, after)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.text(alphabet="ab, \n", max_size=30), max_size=12).map("\n".join),
    st.lists(st.text(alphabet="ab, \n", max_size=30), max_size=12).map("\n".join),
)
def test_both_texts_can_be_read_back(before, after):
    assert_whole(before, after)


def assert_whole(before, after):
    """Nothing of either is lost, but for folds and the width of spaces."""
    pieces = compare(before, after)
    folded = sum(piece.count for piece in pieces if isinstance(piece, Folded))
    for text, kind in ((before, "removed"), (after, "added")):
        lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
        shown = [side(piece, kind) for piece in pieces if isinstance(piece, Paragraph) and piece.kind in shown_on(kind)]
        assert len(shown) + folded == len(lines) or not pieces
        assert set(shown) <= set(lines)


def shown_on(kind):
    return {"same", "changed", kind}


def side(paragraph, kind):
    return " ".join("".join(part.text for part in paragraph.parts if part.kind in {"same", kind}).split())


def test_parts_are_plain_values():
    assert Part("same", "a") == Part("same", "a")
    assert hash(Folded(3)) == hash(Folded(3))
