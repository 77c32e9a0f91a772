import hashlib
import io
import struct
import tempfile
import zipfile

import pytest
from odfdo import Document
from openpyxl import Workbook
from pypdf import PdfWriter

from projects.deliverables.files import images, office, package
from projects.deliverables.files.formats import Format
from projects.deliverables.files.inspection import RefusedFile, inspect
from tests.factories import documents

GOOD = {
    Format.PDF: documents.pdf("Note"),
    Format.DOCX: documents.docx("Note"),
    Format.ODT: documents.odt("Note"),
    Format.XLSX: documents.xlsx(["Note"]),
    Format.ODS: documents.ods(["Note"]),
    Format.PPTX: documents.pptx("Note"),
    Format.ODP: documents.odp("Note"),
    Format.PNG: documents.png(),
    Format.JPEG: documents.jpeg(),
}
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def parts_of(document):
    with zipfile.ZipFile(io.BytesIO(document)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def found(content, name="note.pdf"):
    return inspect(io.BytesIO(content), name)


def refusal(content, name="note.pdf"):
    stream = io.BytesIO(content)
    with pytest.raises(RefusedFile) as caught:
        inspect(stream, name)
    assert stream.tell() == 0
    sentence = caught.value.sentence.replace("\xa0", " ").replace("\u202f", " ")
    assert sentence.endswith(".")
    return sentence


# --- What is taken ----------------------------------------------------------


@pytest.mark.parametrize("file_format", GOOD)
@pytest.mark.parametrize("name", ["note.pdf", "note.docx", "note.exe", "note"])
def test_content_decides_and_the_name_follows(file_format, name):
    content = GOOD[file_format]
    inspected = found(content, name)
    assert inspected.format == file_format
    assert inspected.name == f"note.{file_format.extension}"
    assert inspected.size == len(content)
    assert inspected.sha256 == hashlib.sha256(content).hexdigest()


def test_stream_is_read_whole_wherever_it_stands_and_rewound():
    stream = io.BytesIO(GOOD[Format.PDF])
    stream.seek(50)
    assert inspect(stream, "a").size == len(GOOD[Format.PDF])
    assert stream.tell() == 0


def test_file_on_the_disk_is_read_as_one_in_memory():
    with tempfile.TemporaryFile() as stream:
        stream.write(GOOD[Format.DOCX])
        assert inspect(stream, "a").format == Format.DOCX


@pytest.mark.parametrize(
    ("name", "file_format"),
    [
        ("liste.csv", Format.CSV),
        ("lisez-moi.md", Format.MD),
        ("lisez-moi.markdown", Format.MD),
        ("note.TXT", Format.TXT),
        ("script.js", Format.TXT),
        ("note.pdf", Format.TXT),
        ("note", Format.TXT),
    ],
)
def test_texts_are_told_apart_by_their_names_alone(name, file_format):
    assert found(b"nom;montant\nA;12\n", name).format == file_format


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_text_is_taken_in_every_usual_encoding(encoding):
    assert found("Évaluation\r\n\tété\n".encode(encoding), "note.txt").format == Format.TXT


def test_text_may_speak_of_pages_and_begin_with_a_comment():
    content = "<!-- relu -->\n# Titre\n\nLa balise `<script>` et <svg>, évidemment.".encode()
    assert found(content, "note.md").format == Format.MD


@pytest.mark.parametrize(
    ("kind", "file_format"), [("text", Format.ODT), ("spreadsheet", Format.ODS), ("presentation", Format.ODP)]
)
def test_documents_of_libreoffice_are_taken(kind, file_format):
    written = io.BytesIO()
    Document(kind).save(written)
    assert found(written.getvalue()).format == file_format


def test_workbook_of_excel_is_taken():
    written = io.BytesIO()
    Workbook().save(written)
    assert found(written.getvalue()).format == Format.XLSX


def test_pdf_written_again_by_another_program_is_taken():
    writer, written = PdfWriter(clone_from=io.BytesIO(documents.pdf("Note", "Suite"))), io.BytesIO()
    writer.compress_identical_objects()
    writer.write(written)
    assert found(written.getvalue()).format == Format.PDF


def test_chart_keeps_its_workbook():
    held = {"ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": documents.xlsx([1])}
    assert found(documents.pptx("Graphique", added=held)).format == Format.PPTX


def test_links_that_a_reader_clicks_are_taken():
    links = documents.relations(
        ("rId1", f"{LINK}hyperlink", "https://exemple.fr"), ("rId2", f"{LINK}image", "https://exemple.fr/a.png"),
        external=True,
    )  # fmt: skip
    assert found(documents.docx("Note", added={"word/_rels/document.xml.rels": links})).format == Format.DOCX


@pytest.mark.parametrize("target", ["file:///C:\\Modeles\\Note.dotm", "C:\\Modeles\\Note.dotm", "Note.dotm"])
def test_template_on_the_author_s_own_disk_is_taken(target):
    assert found(documents.remote_template_docx(target)).format == Format.DOCX


def test_pdf_with_a_harmless_attachment_is_taken():
    assert found(documents.pdf_with_attachment(b"<facture/>", "facture.xml")).format == Format.PDF


def test_photograph_of_a_telephone_may_carry_more_after_its_end():
    assert found(documents.jpeg() + documents.jpeg()).format == Format.JPEG


@pytest.mark.parametrize("width", [1, 7, 8, 9, 250])
def test_pictures_of_any_width_are_taken(width):
    assert found(documents.png(width, 3)).format == Format.PNG
    assert found(documents.jpeg(width, 3)).format == Format.JPEG


# --- What is not ------------------------------------------------------------


def test_empty_file_is_refused():
    assert refusal(b"") == "Ce fichier est vide."


def test_file_over_the_limit_is_refused_before_it_is_read(settings):
    settings.UPLOAD_LIMIT = 1000
    assert "trop gros : 1000 octets au plus" in refusal(b"x" * 1001)
    assert found(b"x" * 1000, "a.txt").size == 1000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (documents.EXECUTABLE, "est un programme"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 100, "est un programme"),
        (b"#!/bin/sh\nrm -rf /\n", "est un programme"),
        (documents.SVG, "SVG"),
        (b'<?xml version="1.0"?>\n<!-- dessin -->\n' + documents.SVG, "SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        ("\ufeff \n<SVG/>".encode("utf-16"), "SVG"),
        (documents.HTML, "pages web"),
        (b"\xef\xbb\xbf\n\n <!-- a --> <!-- b -->\n<html>", "pages web"),
        (b"\n" * 2_000_000 + b"<html>", "pages web"),
        (b"<!-- " + b"x" * 100_000, "pages web"),
        (documents.legacy_doc(), "ancien document Word (.doc)"),
        (documents.ole("Workbook"), "ancien classeur Excel (.xls)"),
        (documents.ole("PowerPoint Document"), "ancienne présentation PowerPoint (.ppt)"),
        (documents.ole("Autre"), "ancien format"),
        (documents.encrypted_docx(), "mot de passe"),
        (b"{\\rtf1 bonjour}", "RTF"),
        (b"GIF89a" + b"\x00" * 20, "PNG ou en JPEG"),
        (b"RIFF\x00\x00\x00\x00WEBP", "PNG ou en JPEG"),
        (b"\x00\x00\x00\x20ftypheic" + b"\x00" * 20, "HEIC"),
        (b"Rar!\x1a\x07\x00", "archives"),
        (b"\x1f\x8b\x08\x00", "archives"),
        (b"PK\x05\x06" + b"\x00" * 18, "archives"),
        (documents.archive({"note.pdf": documents.pdf()}), "archives"),
        (b"\x01\x02\x03\x04" * 50, "Ce type de fichier"),
        (b"bonjour\x00", "Ce type de fichier"),
        (b"bonjour \x81\x8d", "Ce type de fichier"),
        ("bonjour".encode("utf-32"), "Ce type de fichier"),
        ("bonjour".encode("utf-16-le"), "Ce type de fichier"),
        (b"x" * 3000 + b"\x07", "Ce type de fichier"),
    ],
)
def test_other_kind_under_a_good_name_is_refused(content, words):
    assert words in refusal(content, "note.txt")


@pytest.mark.parametrize("file_format", GOOD)
def test_half_of_a_file_is_refused(file_format):
    content = GOOD[file_format]
    for kept in (len(content) // 2, len(content) * 3 // 4, len(content) - 20, len(content) - 2):
        assert "incomplet" in refusal(content[:kept])


@pytest.mark.parametrize("file_format", [Format.DOCX, Format.ODT, Format.PNG])
def test_file_damaged_on_the_way_is_refused(file_format):
    content = bytearray(GOOD[file_format])
    place = content.index(b"IDAT" if file_format == Format.PNG else b"deflate" if b"deflate" in content else b"xml") + 8
    content[place] ^= 0xFF
    assert refusal(bytes(content))


# --- Bombs ------------------------------------------------------------------


@pytest.mark.parametrize("bomb", [documents.zip_bomb, documents.lying_zip, documents.crowded_zip])
def test_document_that_unfolds_too_far_is_refused(bomb):
    assert "démesuré" in refusal(bomb())


def test_many_parts_that_unfold_too_far_together_are_refused(monkeypatch):
    monkeypatch.setattr(package.Allowance.__init__, "__defaults__", (3_000_000, package.MOST_ENTRIES))
    parts = {f"word/media/{number}.bmp": bytes(1_000_000) for number in range(3)}
    assert found(documents.docx(added={name: parts[name] for name in [*parts][:2]})).format == Format.DOCX
    assert "démesuré" in refusal(documents.docx(added=parts))


def test_documents_nested_too_deep_are_refused():
    assert "emboîtés" in refusal(documents.nested_zip_bomb(office.DEEPEST + 1))
    assert found(documents.nested_zip_bomb(office.DEEPEST)).format == Format.DOCX


def test_archive_inside_a_document_is_refused():
    held = {"word/embeddings/annexe.zip": documents.archive({"note.txt": "x"})}
    assert "archives" in refusal(documents.docx(added=held))


def test_part_inside_another_is_refused():
    """The directory names a part that lies within the bytes of another: a few kilobytes would count many times."""
    inner = documents.archive({"word/inner.xml": "<x/>"})
    content = documents.archive(
        {**parts_of(documents.docx()), "word/outer.bin": b"\x00" + inner}, stored=["word/outer.bin"]
    )
    assert found(content).format == Format.DOCX
    end = content.rindex(b"PK\x05\x06")
    entry = bytearray(inner[inner.index(b"PK\x01\x02") : inner.rindex(b"PK\x05\x06")])
    entry[42:46] = struct.pack("<L", content.index(inner))
    disks, count, size, start = content[end + 4 : end + 8], *struct.unpack("<H2x2L", content[end + 8 : end + 20][:12])
    count += 1
    ending = b"PK\x05\x06" + disks + struct.pack("<2H2LH", count, count, size + len(entry), start, 0)
    assert "abîmé" in refusal(content[:end] + bytes(entry) + ending)


def test_picture_damaged_inside_a_document_is_refused():
    """Stored as it is, it unfolds whatever happened to it: its sum alone tells."""
    parts = {**parts_of(documents.docx()), "word/media/image1.png": documents.png()}
    content = documents.archive(parts, stored=["word/media/image1.png"])
    assert found(content).format == Format.DOCX
    assert "abîmé" in refusal(content.replace(b"IHDR", b"IHDX"))


def test_words_after_the_directory_of_a_document_are_refused():
    commented = io.BytesIO(GOOD[Format.DOCX])
    with zipfile.ZipFile(commented, "a") as opened:
        opened.comment = b"<script>"
    assert "en cache un autre" in refusal(commented.getvalue())
    announced = GOOD[Format.DOCX][:-2] + b"\x08\x00"
    assert "en cache un autre" in refusal(announced)


def test_directory_that_names_a_part_otherwise_is_refused():
    content = bytearray(GOOD[Format.DOCX])
    content[content.rindex(b"word/document.xml")] = ord("W")
    assert "abîmé" in refusal(bytes(content))


def test_name_of_a_part_that_leaves_the_document_is_refused():
    for name in ("../../etc/passwd", "/etc/passwd", "word\\..\\..\\x"):
        assert "abîmé" in refusal(documents.docx(added={name: "x"}))


def test_part_packed_in_a_way_no_program_writes_is_refused():
    for method in (12, 14):
        assert "abîmé" in refusal(documents.archive({"content.xml": "x" * 1000}, method=method))


def test_part_with_a_password_is_refused():
    content = bytearray(GOOD[Format.DOCX])
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "protégé" in refusal(bytes(content))


@pytest.mark.parametrize("picture", [documents.png, documents.jpeg])
def test_picture_of_a_size_no_screen_bears_is_refused(picture):
    assert "démesurée (20000 × 20000 points)" in refusal(picture(declared=(20_000, 20_000)))
    assert images.MOST_PIXELS < 20_000 * 20_000


@pytest.mark.parametrize("picture", [documents.png, documents.jpeg])
def test_picture_without_size_is_refused(picture):
    assert "abîmé" in refusal(picture(declared=(0, 8)))


# --- What acts by itself ----------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        documents.macro_docx("Note"),
        documents.macro_odt("Note"),
        documents.docx(added={"word/VBAPROJECT.BIN": "x"}),
        documents.docx(added={"word/embeddings/note.docx": documents.macro_docx()}),
        documents.docx(added={"word/embeddings/oleObject1.bin": documents.ole("_VBA_PROJECT")}),
        documents.docx(added={"word/activeX/activeX1.xml": "<x/>"}),
        documents.xlsx([1], added={"xl/macrosheets/sheet1.xml": "<x/>"}),
        documents.odt(added={"scripts/python/a.py": "x"}),
        documents.odt(added={"styles.xml": '<a href="vnd.sun.star.script:a$b?language=Python"/>'}),
    ],
)
def test_document_with_macros_is_refused(content):
    assert "macros" in refusal(content)


@pytest.mark.parametrize("kind", ["docm", "xlsm", "pptm"])
def test_document_whose_kind_allows_macros_is_refused(kind):
    content = documents.docx(kinds={"/word/document.xml": f"application/vnd.ms-{kind}.macroEnabled.main+xml"})
    assert "macros" in refusal(content, f"note.{kind}")


def test_template_is_refused():
    kind = f"{documents.OFFICE}wordprocessingml.template.main+xml"
    assert "modèle" in refusal(documents.docx(kinds={"/word/document.xml": kind}))


def test_open_document_of_another_kind_is_refused():
    other = documents.with_parts(documents.odt(), mimetype="application/vnd.oasis.opendocument.graphics")
    assert "Ce type de fichier" in refusal(other)


def test_document_that_claims_two_kinds_is_refused():
    both = documents.docx(added={"mimetype": "application/vnd.oasis.opendocument.text"})
    assert "archives" in refusal(both)


@pytest.mark.parametrize(
    "content",
    [
        documents.docx(added={"word/embeddings/note.bin": documents.EXECUTABLE}),
        documents.docx(added={"word/embeddings/oleObject1.bin": documents.ole("\x01Ole10Native")}),
        documents.pdf_with_attachment(documents.EXECUTABLE),
        documents.pdf_with_attachment(b"x", "facture.pdf.vbs"),
    ],
)
def test_document_with_a_program_is_refused(content):
    assert "contient un programme" in refusal(content)


@pytest.mark.parametrize(
    "target",
    [
        "https://hostile.example/modele.dotm", "\\\\hostile\\partage\\modele.dotm", "file://hostile/modele.dotm",
        "file:////hostile/modele.dotm", "//hostile/modele.dotm", "file:///%5C%5Chostile/modele.dotm",
        "mhtml:https://hostile.example/x", "FTP://hostile.example/x",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "frame"])
def test_document_that_fetches_when_opened_is_refused(kind, target):
    links = documents.relations(("rId1", f"{LINK}{kind}", target), external=True)
    assert "va chercher" in refusal(documents.docx(added={"word/_rels/settings.xml.rels": links}))


@pytest.mark.parametrize(
    "part",
    [
        documents.ENTITIES,
        documents.ENTITIES.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>".encode("cp037"),
        "\n" * 300_000 + "<!DOCTYPE x>",
    ],
)
def test_document_with_definitions_is_refused(part):
    assert "définitions" in refusal(documents.docx(added={"word/styles.xml": part}))


@pytest.mark.parametrize("before", range(65_525, 65_537))
def test_definitions_across_two_pieces_of_a_part_are_found(before):
    parts = {**parts_of(documents.docx()), "word/styles.xml": b"\n" * before + b"<!DOCTYPE x>"}
    assert "définitions" in refusal(documents.archive(parts, stored=["word/styles.xml"]))


@pytest.mark.parametrize("content", [documents.encrypted_pdf("Note"), documents.encrypted_odt("Note")])
def test_protected_document_is_refused(content):
    assert "protégé" in refusal(content)


@pytest.mark.parametrize(
    "content",
    [
        documents.javascript_pdf(),
        documents.javascript_pdf(b"/J#61vaScrip#74"),
        documents.javascript_pdf(b"/#4aavaScript"),
        documents.javascript_pdf(b"/#4AavaScript"),
        documents.packed_javascript_pdf(),
        documents.pdf(extra=[b"<< /XFA [(template) 5 0 R] >>"]),
        documents.pdf(extra=[b"<< /S /Rendition /JS (app.alert\\(1\\)) >>"]),
        documents.pdf(extra=[documents.pdf_stream(b"\x00" * 1_048_000)], catalog=b"/A << /S /JavaScript >>"),
    ],
)
def test_pdf_with_code_is_refused(content):
    assert "contient du code" in refusal(content)


@pytest.mark.parametrize("before", [1_048_500 + step for step in range(0, 90, 3)])
def test_code_across_two_windows_of_a_pdf_is_found(before):
    padding = documents.pdf_stream(b"\x00" * before)
    content = documents.pdf(extra=[padding, b"<< /S /JavaScript >>"])
    assert "contient du code" in refusal(content)


def test_pdf_that_launches_a_program_is_refused():
    assert "lance un programme" in refusal(documents.launch_pdf())


@pytest.mark.parametrize(
    "entries", [b"/Type /ObjStm /Filter /ASCIIHexDecode ", b"/Type /ObjStm /DecodeParms << /Predictor 12 >> "]
)
def test_pdf_that_hides_its_objects_is_refused(entries):
    assert "abîmé" in refusal(documents.pdf(extra=[documents.pdf_stream(b"39203020", entries)]))


def test_pdf_whose_objects_unfold_too_far_is_refused(monkeypatch):
    monkeypatch.setattr("projects.deliverables.files.portable.MOST_UNFOLDED", 3_000_000)
    held = b"9 0 << >>".ljust(4_000_000)
    content = documents.pdf(extra=[documents.pdf_stream(held, b"/Type /ObjStm ", deflated=True)])
    assert "démesuré" in refusal(content)


# --- Two files in one -------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"\n" + documents.pdf(),
        documents.EXECUTABLE[:100] + documents.pdf(),
        documents.png()[:8] + documents.pdf(),
        documents.pdf() + documents.docx(),
        documents.pdf() + b"<script>alert(1)</script>",
        documents.pdf(trailer=b"/X (" + documents.archive({}) + b")"),
        documents.docx() + documents.odt(),
        documents.docx() + b"\x00",
        documents.png() + documents.docx(),
        documents.png() + b"x",
        documents.jpeg() + documents.docx(),
    ],
)
def test_file_that_hides_another_is_refused(content):
    assert "en cache un autre" in refusal(content)


def test_pdf_without_a_root_is_refused():
    assert "abîmé" in refusal(b"%PDF-1.7\nstartxref\n5\n%%EOF")


def test_pdf_whose_table_is_beyond_its_end_is_refused():
    assert "abîmé" in refusal(b"%PDF-1.7\n/Root 1 0 R\nstartxref\n500\n%%EOF")
