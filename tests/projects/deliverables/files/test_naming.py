import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.deliverables.files.formats import Format
from projects.deliverables.files.naming import LONGEST, MOST_BYTES, file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("note.pdf", "note.pdf"),
        ("Note de cadrage (v1.2)", "Note de cadrage (v1.2).pdf"),
        ("Avis du GT.final", "Avis du GT.final.pdf"),
        ("note.PDF", "note.pdf"),
        ("note.docx", "note.pdf"),
        ("note.docx.pdf", "note.docx.pdf"),
        ("note.pdf.exe", "note.pdf"),
        ("note.exe", "note.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("C:y.pdf", "C-y.pdf"),
        ("\\\\serveur\\partage\\y.pdf", "y.pdf"),
        ("y.pdf:cache.exe", "y.pdf-cache.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("note.pdf\x00.exe", "note.pdf"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("note\u202efdp.exe", "notefdp.pdf"),
        ("no\u200bte\ufeff.pdf", "note.pdf"),
        ("a\uff0fb\u2215c.pdf", "a-b-c.pdf"),
        ("livre\ud800.pdf", "livre.pdf"),
        ("...", "document.pdf"),
        ("..", "document.pdf"),
        ("", "document.pdf"),
        ("dossier/", "document.pdf"),
        (".pdf", "document.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("-rf", "rf.pdf"),
        ("note .pdf", "note.pdf"),
        ("note. . .", "note.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul.pdf"),
        ("com1 .txt", "_com1.pdf"),
        ("Lpt9.livrable.pdf", "_Lpt9.livrable.pdf"),
        ("concert.pdf", "concert.pdf"),
        ("Évaluation «\u00a0santé\u00a0» – août.pdf", "Évaluation « santé » – août.pdf"),
    ],
)
def test_name_keeps_what_no_computer_takes_amiss(name, expected):
    assert file_name(name, Format.PDF) == expected


def test_name_keeps_another_extension_of_its_format():
    assert file_name("photo.jpeg", Format.JPEG) == "photo.jpeg"
    assert file_name("photo.png", Format.JPEG) == "photo.jpg"
    assert file_name("lisez-moi.markdown", Format.MD) == "lisez-moi.markdown"


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
def test_long_name_is_shortened_and_keeps_its_extension(letter):
    name = file_name(letter * 300 + ".pdf", Format.PDF)
    assert len(name) <= LONGEST
    assert len(name.encode()) <= MOST_BYTES
    assert name.startswith(letter * 20)
    assert name.endswith(f"{letter}.pdf")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200), st.sampled_from(Format))
def test_any_name_comes_out_harmless(name, file_format):
    result = file_name(name, file_format)
    stem, _dot, extension = result.rpartition(".")
    assert extension in file_format.extensions
    assert stem.strip(" .") == stem != ""
    assert not set(result) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(letter)[0] == "C" for letter in result)
    assert len(result) <= LONGEST
    assert len(result.encode()) <= MOST_BYTES
    assert file_name(result, file_format) == result
