"""Commands and files that the guides name exist."""

import re

import pytest
from django.core.management import get_commands

from tests.architecture.sources import ROOT, told

GUIDES = ("README.md", "CONTRIBUTING.md", "docs/operations.md", "CHANGELOG.md")


def targets() -> set[str]:
    """What `make` knows, according to its own help."""
    makefile = (ROOT / "Makefile").read_text()
    told_by_help = set(re.findall(r"^## make (\w+)", makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)[1].split())
    assert told_by_help <= phony
    return phony


def named(content: str) -> tuple[set[str], set[str], set[str]]:
    make = set(re.findall(r"(?:^|`|; )make ([a-z]+)\b", content, re.MULTILINE))
    manage = set(re.findall(r"manage\.py ([a-z_]+)\b", content))
    files = set(re.findall(r"`((?:docs|tests|deploy|filiere|templates|static|requirements|\.ci)/[\w./-]*)`", content))
    return make, manage, files


@pytest.mark.parametrize("guide", GUIDES)
def test_guide_names_only_what_exists(guide):
    make, manage, files = named((ROOT / guide).read_text())
    problems = [f"make {target}" for target in sorted(make - targets())]
    problems += [f"manage.py {command}" for command in sorted(manage - set(get_commands()))]
    problems += [path for path in sorted(files) if "*" not in path and not (ROOT / path).exists()]
    assert not problems, told(problems, f"Correct {guide}, or write what it promises.")


def test_guide_rule_can_fail():
    make, manage, files = named("Run `make coffee`, then manage.py invent; see `docs/nothing.md`.\nmake sure of it")
    assert make - targets() == {"coffee", "sure"}
    assert manage - set(get_commands()) == {"invent"}
    assert files == {"docs/nothing.md"}


def test_readme_holds_the_two_commands():
    make, _manage, _files = named((ROOT / "README.md").read_text())
    assert {"run", "test", "check", "bench"} <= make


def test_changelog_is_ready_for_the_next_change():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Non publié]"


def test_decisions_are_numbered_without_a_double():
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert all(number.isdigit() for number in numbers)
    assert len(set(numbers)) == len(numbers), told(numbers, "Two decisions bear the same number: take the next one.")
