"""How a file leaves: what a browser may make of it."""

import pytest

from filiere.refusals import Refused
from projects.deliverables.files.formats import Format
from projects.deliverables.files.scanner import Verdict as Scan
from projects.deliverables.versions.handing_out import hand_out, name_of
from tests.factories.deliverables import DeliverableFactory, a_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return a_version(DeliverableFactory(), author=None)


def handed_out(version, **options):
    response = hand_out(version, **options)
    response.file_to_stream.close()
    return response


@pytest.mark.parametrize("kind", Format)
def test_shown_in_a_page_only_where_a_browser_runs_nothing(version, kind):
    version.format, version.name = kind, f"note.{kind.extension}"
    response = handed_out(version, inline=True)
    shown = kind in {Format.PDF, Format.PNG, Format.JPEG}
    assert response["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "sandbox" in policy or kind == Format.PDF
    assert ("frame-ancestors 'self'" in policy) is shown
    assert ("X-Frame-Options" in response) is shown


@pytest.mark.parametrize("scan", [Scan.WAITING, Scan.INFECTED])
@pytest.mark.parametrize("inline", [True, False])
def test_nothing_leaves_before_the_scanner_says_so(version, scan, inline):
    version.scan = scan
    with pytest.raises(Refused):
        hand_out(version, inline=inline)


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("Note.pdf", 1, "Note - v1.pdf"),
        ("archive.tar.pdf", 12, "archive.tar - v12.pdf"),
        ("é" * 195 + ".pdf", 3, None),
        ("« Œuvre ».pdf", 2, "« Œuvre » - v2.pdf"),
    ],
)
def test_name_tells_the_number(version, name, number, expected):
    version.name, version.number, version.format = name, number, Format.PDF
    found = name_of(version)
    assert found.endswith(f" - v{number}.pdf")
    assert expected in {None, found}
    assert len(found.encode()) < 255
