"""How files are named, how long they are, and what must not stand in them."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import CODE, ROOT, features, files, name, text, told

LONGEST = 500
STATED = re.compile(r"long because \w+", re.IGNORECASE)
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "tools", "stuff"}
USUAL = {
    "__init__", "models", "enums", "selectors", "services", "permissions", "tasks", "forms", "pages", "urls",
    "serializers", "api", "tables", "middleware",
}  # fmt: skip


def too_long(content: str) -> bool:
    lines = content.splitlines()
    return len(lines) > LONGEST and not STATED.search(lines[0])


def test_no_file_is_longer_than_a_person_reads():
    everything = files(*CODE, "tests", "templates", "static", suffixes=(".py", ".html", ".css", ".js"))
    problems = [f"{name(path)}: {len(text(path).splitlines())} lines" for path in everything if too_long(text(path))]
    assert not problems, told(
        problems, f"Split it by meaning; past {LONGEST} lines the first line says « Long because … »."
    )


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        ("x\n" * 500, False),
        ("x\n" * 501, True),
        ("# Long because one table is read at once.\n" + "x\n" * 600, False),
        ("{# Long because it is one form #}\n" + "x\n" * 600, False),
        ("# Long because\n" + "x\n" * 600, True),
        ("x\n# Long because too late\n" + "x\n" * 600, True),
    ],
)
def test_length_rule_can_fail(content, refused):
    assert too_long(content) is refused


def forbidden(path: Path) -> bool:
    return bool(FORBIDDEN & {part.removesuffix(path.suffix) for part in path.parts})


def test_no_module_is_named_after_nothing():
    problems = [name(path) for path in files(*CODE, "tests") if forbidden(Path(name(path)))]
    assert not problems, told(problems, "Name the module after what is in it.")


@pytest.mark.parametrize(
    ("path", "refused"),
    [("accounts/utils.py", True), ("projects/helpers/dates.py", True), ("projects/reminders/rules.py", False)],
)
def test_naming_rule_can_fail(path, refused):
    assert forbidden(Path(path)) is refused


def unexplained(stem: str, content: str) -> bool:
    """The docstring may be that of the first thing in it, when that is what the module is about."""
    if stem in USUAL:
        return False
    module = ast.parse(content)
    first = next((node for node in module.body if isinstance(node, ast.ClassDef | ast.FunctionDef)), None)
    return not ast.get_docstring(module) and not (first and ast.get_docstring(first))


def test_module_with_a_name_of_its_own_says_what_it_is_for():
    problems = [
        name(path) for folder in features() for path in folder.glob("*.py") if unexplained(path.stem, text(path))
    ]
    assert not problems, told(
        problems,
        f"A feature has the same few files everywhere ({', '.join(sorted(USUAL - {'__init__'}))}). Another one says "
        "what it holds, in the docstring of the module or of the first thing in it.",
    )


@pytest.mark.parametrize(
    ("stem", "content", "refused"),
    [
        ("services", "x = 1\n", False),
        ("anonymisation", '"""What goes when a person leaves."""\n', False),
        ("anonymisation", "import os\n", True),
        ("anonymisation", 'X = 1\ndef forget():\n    """What goes when a person leaves."""\n', False),
        ("anonymisation", "def forget(): ...\n", True),
        ("logic", "", True),
    ],
)
def test_feature_file_rule_can_fail(stem, content, refused):
    assert unexplained(stem, content) is refused


def addresses(content: str) -> list[str]:
    return [line for line in content.splitlines() if "://" in line or line.startswith(("-i ", "--index"))]


def test_requirement_files_name_no_host():
    folder = ROOT / "requirements"
    problems = [f"{name(path)}: {line}" for path in sorted(folder.glob("*.txt")) for line in addresses(text(path))]
    assert sorted(path.stem for path in folder.glob("*.txt")) == ["core", "production", "test"]
    assert not problems, told(problems, "make lock writes them without any: the hashes are enough.")


@pytest.mark.parametrize("line", ["x @ https://h/x.whl", "--index-url x", "-i h", "x==1 # via git+ssh://h/x"])
def test_address_rule_can_fail(line):
    assert addresses(f"a==1\n{line}\n") == [line]


def test_every_requirement_is_hashed():
    for path in (ROOT / "requirements").glob("*.txt"):
        pins = [block for block in text(path).replace("\\\n", " ").splitlines() if "==" in block]
        assert pins
        assert all("--hash=sha256:" in pin for pin in pins), name(path)
