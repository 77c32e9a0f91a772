from pathlib import Path

import pytest

from filiere.launch import requirements
from filiere.launch.options import ROOT
from filiere.launch.requirements import Pin

MACHINE = {
    "sys_platform": "linux",
    "python_full_version": "3.11.7",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
TEXT = """\
amqp==5.4.2 \\
    --hash=sha256:9362660c4a31150cf18e78cae2ce8aa1e929fc6c6739e69f6dd5dbea9c3edc82
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:39e3809566ff85354557ec2398b55e096c8364bacac9405a7a1fa429e77fe76c
psycopg[binary,pool]==3.3.9 \\
    --hash=sha256:aaaa
# a comment==1
Zope.Interface==7 ; sys_platform == 'win32' \\
    --hash=sha256:bbbb
"""


@pytest.fixture
def pins(tmp_path: Path) -> list[Pin]:
    path = tmp_path / "core.txt"
    path.write_text(TEXT, encoding="utf-8")
    return requirements.read(path)


def test_read_finds_names_versions_and_markers(pins):
    assert pins == [
        Pin("amqp", "5.4.2"),
        Pin("async-timeout", "5.0.1", "python_full_version < '3.11.3'"),
        Pin("psycopg", "3.3.9"),
        Pin("Zope.Interface", "7", "sys_platform == 'win32'"),
    ]


def test_needed_leaves_out_other_machines(pins):
    assert [pin.name for pin in requirements.needed(pins, MACHINE)] == ["amqp", "psycopg"]


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ("", True),
        ("sys_platform != 'win32'", True),
        ("python_full_version >= '3.9'", True),
        ("python_full_version < '3.9'", False),
        ("python_full_version < '3.12' and sys_platform == 'linux'", True),
        ("sys_platform == 'win32' or (sys_platform == 'darwin' or implementation_name == 'pypy')", False),
        ("sys_platform in 'linux darwin'", True),
        ("something_new == 'x'", True),
        ("not a marker at all", True),
    ],
)
def test_marker_is_read_and_an_unreadable_one_counts_as_needed(marker, holds):
    assert requirements.applies(marker, MACHINE) is holds


def test_every_committed_marker_is_understood():
    machine = {**MACHINE, "os_name": "posix", "platform_machine": "x86_64", "platform_system": "Linux"}
    nothing: dict[str, str] = {}
    for path in (ROOT / "requirements").glob("*.txt"):
        for pin in requirements.read(path):
            if pin.marker:
                assert requirements.applies(pin.marker, nothing), "unknown variables count as needed"
                assert isinstance(requirements.applies(pin.marker, machine), bool)


def test_installed_counts_complete_packages_under_normal_names(tmp_path):
    for name, complete in (("Zope.Interface-7", True), ("typing_extensions-4.1", True), ("amqp-5.4.2", False)):
        folder = tmp_path / f"{name}.dist-info"
        folder.mkdir()
        if complete:
            (folder / "INSTALLER").touch()
    assert requirements.installed(tmp_path) == {"zope-interface-7", "typing-extensions-4.1"}
    assert [folder.name for folder in requirements.half_installed(tmp_path)] == ["amqp-5.4.2.dist-info"]
    assert Pin("zope_interface", "7").key in requirements.installed(tmp_path)


def test_committed_files_contain_one_another_at_the_same_versions():
    """So that the tests' environment is good enough to run, and never installs over it."""
    core, production, test = (
        {pin.key for pin in requirements.read(ROOT / "requirements" / f"{name}.txt")}
        for name in ("core", "production", "test")
    )
    assert core
    assert core <= production <= test
