"""Documents cut, spliced and scribbled on: whatever they become, only the two refusals come out."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.deliverables.files.formats import Format
from projects.deliverables.files.inspection import RefusedFile, inspect
from projects.deliverables.files.text import NoText, text_of
from tests.factories import documents

DOCUMENTS = {
    Format.PDF: documents.pdf(
        "Note de cadrage\nSuite", "Page deux", extra=[documents.pdf_stream(b"x" * 50, deflated=True)]
    ),
    Format.DOCX: documents.docx("Note", "Suite"),
    Format.ODT: documents.odt("Note"),
    Format.XLSX: documents.xlsx(["Poste", 12], [None, 3.5]),
    Format.ODS: documents.ods(["Poste", 12]),
    Format.PPTX: documents.pptx("Note", "Suite"),
    Format.ODP: documents.odp("Note"),
    Format.CSV: "poste;montant\nÉnergie;12\n".encode(),
    Format.PNG: documents.png(9, 9),
    Format.JPEG: documents.jpeg(9, 9),
}
# Where a document is parsed, rather than anywhere in it.
TELLING = [
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"stream\n",
    b"endobj",
    b"<< ",
    b"/Length ",
    b"xref",
    b"<!DOCTYPE",
    b"\xff\xda",
    b"%PDF-",
]

spoils = st.lists(
    st.one_of(
        st.tuples(st.just("cut"), st.floats(0, 1), st.integers(1, 60)),
        st.tuples(st.just("write"), st.floats(0, 1), st.binary(min_size=1, max_size=6)),
        st.tuples(st.just("insert"), st.floats(0, 1), st.one_of(st.binary(max_size=20), st.sampled_from(TELLING))),
        st.tuples(st.just("end"), st.floats(0, 1), st.none()),
    ),
    min_size=1,
    max_size=4,
)


def spoilt(content, acts):
    for act, share, what in acts:
        at = int(share * len(content))
        if act == "cut":
            content = content[:at] + content[at + what :]
        elif act == "write":
            content = content[:at] + what + content[at + len(what) :]
        elif act == "insert":
            content = content[:at] + what + content[at:]
        else:
            content = content[:at]
    return content


@pytest.mark.parametrize("file_format", DOCUMENTS)
@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=spoils)
def test_spoilt_document_is_taken_or_refused(file_format, acts):
    content = spoilt(DOCUMENTS[file_format], acts)
    with contextlib.suppress(RefusedFile):
        inspected = inspect(io.BytesIO(content), "note.pdf")
        assert inspected.size == len(content)
    # The text is asked of what was taken, but must not rely on it.
    with contextlib.suppress(NoText):
        text = text_of(io.BytesIO(content), file_format)
        assert text.strip()
        assert "\x00" not in text
        text.encode()


@pytest.mark.parametrize(
    "file_format", [one for one in DOCUMENTS if one not in {Format.PDF, Format.CSV, Format.PNG, Format.JPEG}]
)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(number=st.integers(0, 20), acts=spoils)
def test_document_with_a_spoilt_part_is_taken_or_refused(file_format, number, acts):
    """The archive around it is sound: what reads its parts meets them."""
    parts = parts_of(DOCUMENTS[file_format])
    name = sorted(parts)[number % len(parts)]
    content = documents.archive({**parts, name: spoilt(parts[name], acts)})
    with contextlib.suppress(RefusedFile):
        inspect(io.BytesIO(content), "note")
    with contextlib.suppress(NoText):
        text_of(io.BytesIO(content), file_format).encode()


def parts_of(document):
    with zipfile.ZipFile(io.BytesIO(document)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize("file_format", Format)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(content=st.binary(max_size=300))
def test_noise_under_any_signature_is_taken_or_refused(file_format, content):
    heads = {Format.PDF: b"%PDF-1.7\n", Format.PNG: b"\x89PNG\r\n\x1a\n", Format.JPEG: b"\xff\xd8\xff"}
    noise = heads.get(file_format, b"PK\x03\x04") + content
    for name in ("a", "a.csv"):
        with contextlib.suppress(RefusedFile):
            inspect(io.BytesIO(noise), name)
    with contextlib.suppress(NoText):
        text_of(io.BytesIO(noise), file_format)


@pytest.mark.parametrize("file_format", DOCUMENTS)
def test_every_truncation_is_taken_or_refused(file_format):
    content = DOCUMENTS[file_format]
    for kept in range(0, len(content), max(1, len(content) // 150)):
        with contextlib.suppress(RefusedFile):
            found = inspect(io.BytesIO(content[:kept]), "note.csv")
            assert found.format in {Format.CSV, file_format}
