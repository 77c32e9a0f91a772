import io
import logging

import pytest

from projects.deliverables.files import lines, markup, pdf_text
from projects.deliverables.files.formats import Format
from projects.deliverables.files.text import NoText, text_of
from tests.factories import documents

CUT = "[Le texte s’arrête ici"
LONG = "Le comité réunit l’État et l’industrie autour d’un contrat de quatre"


def told(content, file_format):
    stream = io.BytesIO(content)
    stream.read(3)
    text = text_of(stream, file_format)
    assert stream.tell() == 0
    return text


def refusal(content, file_format):
    with pytest.raises(NoText) as caught:
        text_of(io.BytesIO(content), file_format)
    return caught.value.sentence


WRITTEN = {
    Format.PDF: documents.pdf("Été 2026\nDeux"),
    Format.DOCX: documents.docx("Été 2026", "Deux"),
    Format.ODT: documents.odt("Été 2026", "Deux"),
    Format.PPTX: documents.pptx("Été 2026\nDeux"),
    Format.ODP: documents.odp("Été 2026\nDeux"),
    Format.TXT: "Été 2026\r\nDeux\r\n".encode(),
    Format.MD: "Été 2026\nDeux".encode("utf-16"),
    Format.CSV: "Été 2026\nDeux\n".encode("cp1252"),
}


@pytest.mark.parametrize("file_format", WRITTEN)
def test_each_paragraph_is_a_line(file_format):
    assert told(WRITTEN[file_format], file_format) == "Été 2026\nDeux"


@pytest.mark.parametrize(("builder", "file_format"), [(documents.xlsx, Format.XLSX), (documents.ods, Format.ODS)])
def test_each_row_of_a_sheet_is_a_line(builder, file_format):
    text = told(builder(["Poste", "Montant"], [], [None, "Énergie"], ["", ""], sheet="Budget"), file_format)
    assert text == "Budget\nPoste\tMontant\n\tÉnergie"


@pytest.mark.parametrize(("builder", "file_format"), [(documents.pptx, Format.PPTX), (documents.odp, Format.ODP)])
def test_a_blank_line_parts_slides(builder, file_format):
    assert told(builder("Un", "Deux\nTrois"), file_format) == "Un\n\nDeux\nTrois"


@pytest.mark.parametrize("file_format", [Format.PNG, Format.JPEG])
def test_picture_has_no_text(file_format):
    assert refusal(documents.png(), file_format) == "Une image n’a pas de texte."


def test_scanned_pdf_says_that_it_is_one():
    assert "numérisation" in refusal(documents.scanned_pdf(), Format.PDF)


@pytest.mark.parametrize("file_format", [one for one in Format if one.has_text and one != Format.PDF])
def test_document_without_a_word_says_so(file_format):
    empty = {
        Format.DOCX: documents.docx(), Format.ODT: documents.odt(), Format.PPTX: documents.pptx(),
        Format.ODP: documents.odp(), Format.XLSX: documents.xlsx(sheet=""), Format.ODS: documents.ods(sheet=""),
    }  # fmt: skip
    assert "ne contient pas de texte" in refusal(empty.get(file_format, b" \n \n"), file_format)


@pytest.mark.parametrize("file_format", [one for one in Format if one.has_text])
def test_file_of_another_kind_is_told_unreadable(file_format):
    assert "n’a pas pu être lu" in refusal(b"\x00\x01\x02", file_format)
    assert "n’a pas pu être lu" in refusal(b"", file_format) or file_format in {Format.TXT, Format.MD, Format.CSV}


# --- Word -------------------------------------------------------------------


def paragraph(inner):
    return f"<w:p>{inner}</w:p>"


def run(words):
    return f"<w:r><w:t>{words}</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (paragraph(run("a") + run("b")), "ab"),
        (paragraph("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>"), "a\tb\nc"),
        (paragraph("<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>" + run("a")), "a"),
        (paragraph(f"<w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins>{run('a')}</w:ins>"), "a"),
        (paragraph(f"<w:moveFrom>{run('x')}</w:moveFrom>{run('a')}"), "a"),
        (paragraph("<w:r><w:instrText>PAGE</w:instrText></w:r>" + run("a")), "a"),
        (
            paragraph(
                "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + paragraph(run("boîte"))
                + "</w:txbxContent></mc:Choice><mc:Fallback>" + paragraph(run("boîte"))
                + "</mc:Fallback></mc:AlternateContent></w:r>" + run("a")
            ),
            "boîte\na",
        ),
        (
            "<w:tbl><w:tr><w:tc>" + paragraph(run("a")) + paragraph(run("b")) + "</w:tc><w:tc>"
            "<w:tbl><w:tr><w:tc>" + paragraph(run("c")) + "</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>",
            "a b\tc",
        ),
    ],
)  # fmt: skip
def test_word_document_is_read_as_it_shows(body, expected):
    assert told(documents.docx(body=body), Format.DOCX) == expected


def test_footnotes_follow_the_text():
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote>'
        f"{paragraph(run('Voir l’avenant.'))}</w:footnote></w:footnotes>"
    )
    link = documents.relations(("rId1", f"{documents.RELATIONS}/footnotes", "footnotes.xml"))
    content = documents.docx("a", added={"word/footnotes.xml": notes, "word/_rels/document.xml.rels": link})
    assert told(content, Format.DOCX) == "a\nVoir l’avenant."


# --- OpenDocument -----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<text:h>Titre</text:h><text:p>a  \n b</text:p>", "Titre\na b"),
        ('<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p>', "a   b\tc\nd"),
        ("<text:tracked-changes><text:p>x</text:p></text:tracked-changes><text:p>a</text:p>", "a"),
        ("<text:p>a<office:annotation><text:p>x</text:p></office:annotation></text:p>", "a"),
        ("<text:p>a<text:note><text:note-citation>1</text:note-citation></text:note></text:p>", "a"),
    ],
)
def test_open_document_is_read_as_it_shows(body, expected):
    assert told(documents.odt(body=body), Format.ODT) == expected


def test_repeated_cells_and_rows_are_told_as_often():
    body = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3">'
        "<text:p>a</text:p></table:table-cell></table:table-row>"
    )
    assert told(documents.ods(body=body, sheet="S"), Format.ODS) == "S\na\ta\ta\na\ta\ta"


@pytest.mark.parametrize("times", ["999999999", "9" * 40, "-5", "²", "x"])
def test_repetitions_that_claim_too_much_are_bounded(times):
    body = (
        f'<table:table-row table:number-rows-repeated="{times}"><table:table-cell '
        f'table:number-columns-repeated="{times}"><text:p>{"a" * 5000}</text:p></table:table-cell></table:table-row>'
    )
    assert len(told(documents.ods(body=body), Format.ODS)) <= lines.MOST_CHARACTERS + 200


def test_repetitions_inside_repetitions_do_not_multiply():
    row = '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="1000">'
    body = row * 6 + "<text:p>a</text:p>" + "</table:table-cell></table:table-row>" * 6
    assert len(told(documents.ods(body=body), Format.ODS)) <= lines.MOST_CHARACTERS + 200


# --- Excel ------------------------------------------------------------------

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(rows, *, styles="", shared="", book=None):
    links = documents.relations(
        ("rId1", f"{documents.RELATIONS}/worksheet", "/xl/worksheets/sheet1.xml"),
        ("rId2", f"{documents.RELATIONS}/styles", "styles.xml"),
        ("rId3", f"{documents.RELATIONS}/sharedStrings", "sharedStrings.xml"),
    )
    changed = {
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet1.xml": f"<worksheet {SPACE}><sheetData>{rows}</sheetData></worksheet>",
        "xl/styles.xml": f"<styleSheet {SPACE}>{styles}</styleSheet>",
        "xl/sharedStrings.xml": f"<sst {SPACE}>{shared}</sst>",
    }
    if book:
        changed["xl/workbook.xml"] = book
    return told(documents.with_parts(documents.xlsx(sheet="S"), **changed), Format.XLSX).removeprefix("S\n")


STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yy"/><numFmt numFmtId="165" formatCode="0.0 &quot;jours&quot;"/>'
    '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs>'
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><v>12</v></c>', "12"),
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0,3"),
        ('<c r="A1" s="1"><v>46346</v></c>', "20/11/2026"),
        ('<c r="A1" s="2"><v>46346.5868055556</v></c>', "20/11/2026 14:05"),
        ('<c r="A1" s="4"><v>0.5</v></c>', "12:00"),
        ('<c r="A1" s="3"><v>3</v></c>', "3"),
        ('<c r="A1" s="1"><v>1e300</v></c>', "1e300"),
        ('<c r="A1" s="99"><v>nan</v></c>', "nan"),
        ('<c r="A1" t="b"><v>1</v></c><c r="C1" t="b"><v>0</v></c>', "oui\t\tnon"),
        ('<c r="A1" t="s"><v>1</v></c>', "Énergie"),
        ('<c r="A1" t="s"><v>7</v></c><c r="B1" t="s"><v>x</v></c><c r="C1"><v>1</v></c>', "\t\t1"),
        ('<c r="A1" t="str"><f>A2&amp;"x"</f><v>a\nx</v></c>', "a x"),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="ZZZ1"><v>1</v></c><c r="B1"><v>2</v></c>', "S"),
    ],
)
def test_cell_is_told_as_it_shows(cell, expected):
    shared = "<si><t>Poste</t></si><si><r><t>Éner</t></r><r><t>gie</t></r><rPh><t>x</t></rPh></si>"
    assert workbook(f'<row r="1">{cell}</row>', styles=STYLES, shared=shared) == expected


def test_dates_may_count_from_1904():
    book = (
        f'<workbook {SPACE} xmlns:r="{documents.RELATIONS}"><workbookPr date1904="1"/><sheets><sheet name="S" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    assert workbook('<row><c r="A1" s="1"><v>44884</v></c></row>', styles=STYLES, book=book) == "20/11/2026"


# --- PDF --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (f"{LONG}\nans, puis l’évalue.", [f"{LONG} ans, puis l’évalue."]),
        (f"{LONG}\n– un premier point", [LONG, "– un premier point"]),
        (f"{LONG}\n2. Suite", [LONG, "2. Suite"]),
        (f"Titre\n{LONG}", ["Titre", LONG]),
        (f"{LONG} peut-\nêtre", [f"{LONG} peut-être"]),
        (f"{LONG}\n\nans", [LONG, "ans"]),
        ("a\nb\nc", ["a", "b", "c"]),
        ("\n \n", []),
    ],
)
def test_lines_of_a_page_become_paragraphs_again(page, expected):
    assert list(pdf_text.paragraphs(page)) == expected


def test_ligatures_and_invisible_marks_are_told_as_they_are_typed():
    content = "e\ufb03cace et dé\u00adfini\x01 \uf0b7 fin\u200b".encode()
    assert lines.tidied([content.decode()]) == "efficace et défini • fin"


def test_nothing_that_a_database_refuses_is_left():
    assert lines.tidied(["a\x00b\ud800c\x85d\n\n\n\ne"]) == "abc\nd\n\ne"


def test_broken_page_does_not_take_the_others_away():
    content = documents.pdf("Un", "Deux").replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [x x x x x xxx]", 1)
    assert told(content.replace(b"(Un) Tj", b"(Un( Tj"), Format.PDF).endswith("Deux")


def test_pdf_that_draws_for_ever_is_left(monkeypatch):
    monkeypatch.setattr(pdf_text, "MOST_OPERATIONS", 20)
    text = told(documents.pdf("Un", *["x\n" * 30] * 2), Format.PDF)
    assert text.startswith("Un")
    assert CUT in text


def test_pdf_that_takes_too_long_is_left(monkeypatch):
    monkeypatch.setattr(pdf_text, "MOST_SECONDS", -1.0)
    monkeypatch.setattr(pdf_text, "MOST_OPERATIONS", 1001)
    assert "ne contient pas de texte" in refusal(documents.pdf("Un"), Format.PDF)


def test_pdf_with_too_many_pages_is_cut(monkeypatch):
    monkeypatch.setattr(pdf_text, "MOST_PAGES", 2)
    text = told(documents.pdf("Un", "Deux", "Trois"), Format.PDF)
    assert text.startswith("Un\n\nDeux\n")
    assert CUT in text


def test_broken_pdf_fills_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    told(documents.pdf("Un").replace(b"startxref\n", b"startxref\n9"), Format.PDF)
    assert not caplog.records


# --- Too much ---------------------------------------------------------------

SHORT_OF_ROOM = {
    **WRITTEN,
    Format.XLSX: documents.xlsx(["Été 2026"], ["Deux"]),
    Format.ODS: documents.ods(["Été 2026"], ["Deux"]),
}


@pytest.mark.parametrize("file_format", SHORT_OF_ROOM)
def test_text_without_end_is_cut_and_says_so(file_format, monkeypatch):
    monkeypatch.setattr(lines, "MOST_CHARACTERS", 6)
    text = told(SHORT_OF_ROOM[file_format], file_format)
    assert CUT in text
    assert len(text) < 120


def test_one_endless_line_is_cut_without_reading_on(monkeypatch):
    monkeypatch.setattr(lines, "MOST_CHARACTERS", 1000)
    text = told(b"x" * 5_000_000, Format.TXT)
    assert text.startswith("x" * 1000 + "\n[")


def test_markup_without_words_is_left(monkeypatch):
    monkeypatch.setattr(markup, "MOST_EVENTS", 50)
    content = documents.docx("Un", body="<w:p/>" * 100)
    assert told(content, Format.DOCX).startswith(f"Un\n{CUT}")


def test_markup_nested_for_ever_is_told_unreadable():
    body = "<w:p>" * 1000 + "</w:p>" * 1000
    assert "n’a pas pu être lu" in refusal(documents.docx(body=body), Format.DOCX)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_definitions_are_never_unfolded(encoding):
    part = documents.ENTITIES.encode(encoding)
    content = documents.with_parts(documents.docx(), **{"word/document.xml": part})
    assert "n’a pas pu être lu" in refusal(content, Format.DOCX)


def test_markup_in_an_unknown_encoding_is_told_unreadable():
    for encoding in ("klingon", "utf-7", "big5"):
        part = f'<?xml version="1.0" encoding="{encoding}"?><x/>'
        content = documents.with_parts(documents.odt(), **{"content.xml": part})
        assert "n’a pas pu être lu" in refusal(content, Format.ODT)
