import io
import zipfile
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from odfdo import Document, Row, Table
from openpyxl import Workbook

from filiere import spreadsheets
from filiere.spreadsheets import as_text, read_file, read_text

HEADING = ["e-mail", "prénom", "fin"]
LINE = ["ana@demo.example", "Ana", "2026-11-20"]
SHEET = "xl/worksheets/sheet1.xml"


def cells(rows):
    return [list(row.cells) for row in rows]


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def ods(*rows):
    document = Document("spreadsheet")
    document.body.clear()
    table = Table("Feuille")
    table.set_values([list(row) for row in rows])
    document.body.append(table)
    return saved(document)


def with_parts(workbook, **replaced):
    """The same archive with some parts changed or added: `name` → bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {name: old.read(name) for name in old.namelist()}
        for name, content in {**kept, **replaced.get("parts", {})}.items():
            new.writestr(name, content)
    return written.getvalue()


def refusal(content):
    with pytest.raises(ValidationError) as caught:
        read_file(content)
    return caught.value.messages[0].replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_text_is_read_whatever_parts_cells_and_lines(delimiter, ending):
    text = ending.join(delimiter.join(row) for row in (HEADING, LINE))
    assert cells(read_file(text.encode())) == [HEADING, LINE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_text_is_read_in_every_usual_encoding(encoding):
    text = "e-mail;prénom\nana@demo.example;Éloïse"
    assert cells(read_file(text.encode(encoding))) == [["e-mail", "prénom"], ["ana@demo.example", "Éloïse"]]


def test_text_keeps_commas_inside_cells_of_a_semicolon_file():
    text = "nom;organisation\nOrtiz;Santé, industrie, recherche\nSolal;Bercy, Paris, France"
    assert cells(read_text(text))[1] == ["Ortiz", "Santé, industrie, recherche"]


def test_text_with_line_breaks_inside_quotes_keeps_its_line_numbers():
    rows = read_text('nom;organisation\n"Ortiz\nSolal";"dite ""la DGE"""\n\nNam;DGS\n')
    assert [row.number for row in rows] == [1, 2, 5]
    assert cells(rows)[1] == ["Ortiz Solal", 'dite "la DGE"']


def test_text_of_one_column_is_a_column():
    assert cells(read_text("ana@demo.example\nbob@demo.example")) == [["ana@demo.example"], ["bob@demo.example"]]


def test_nothing_typed_is_no_row():
    assert read_text(" \n;;\n\t") == []


@pytest.mark.parametrize("workbook", [xlsx, ods])
def test_workbook_is_read_as_words(workbook):
    content = workbook(HEADING, ["ana@demo.example", "Ana", date(2026, 11, 20)], [], [None, 12.0, 12.5])
    assert cells(read_file(content)) == [HEADING, LINE, ["", "12", "12.5"]]


def test_workbook_with_hours_and_truths():
    moment = datetime(2026, 11, 20, 14, 5)  # noqa: DTZ001  a spreadsheet knows no time zone
    assert cells(read_file(xlsx([moment, True, False, "x"]))) == [["2026-11-20", "oui", "non", "x"]]


@pytest.mark.parametrize("workbook", [xlsx, ods])
def test_workbook_rows_keep_their_numbers(workbook):
    rows = read_file(workbook(["a"], [None], [None], ["b"]))
    assert [row.number for row in rows] == [1, 4]


def test_formula_is_never_worked_out():
    assert cells(read_file(xlsx(["e-mail", "nom"], ["=1+1", "Ortiz"]))) == [["e-mail", "nom"], ["", "Ortiz"]]


def test_formula_in_text_is_text():
    assert cells(read_text("nom;prénom\n=1+1;@SOMME(A1)"))[1] == ["=1+1", "@SOMME(A1)"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "ancien format (.xls)"),
        (b"nom;pr\x00nom", "ni un classeur ni une liste"),
        ("nom;prénom".encode("utf-16-le"), "ni un classeur ni une liste"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "ni un classeur ni une liste"),
        (b"<html><table><tr><td>nom</td></tr></table></html>", "ni un classeur ni une liste"),
        (b"\x89PNG\r\n\x1a\n", "ni un classeur ni une liste"),
        (b"PK\x03\x04 pas une archive", "abîmé"),
        (b"nom;\x81\x8d", "ni un classeur ni une liste"),
        (b"a" * (spreadsheets.MOST_BYTES + 1), "trop gros"),
        (b"a\n" * (spreadsheets.MOST_ROWS + 1), "dépasse 2000 lignes"),
        (b"\n" * spreadsheets.MOST_LINES + b"a", "dépasse 2000 lignes"),
        (b";" * spreadsheets.MOST_COLUMNS + b"a", "plus de 50 colonnes"),
        (b'nom\n"' + b"Ortiz\n" * 500, "Ligne 2 : une case est trop longue"),
        (b"nom\n" + b"x" * 140_000, "Ligne 2 : illisible"),
    ],
)
def test_file_that_is_no_list_is_refused_with_a_sentence(content, words):
    assert words in refusal(content)


def test_archive_that_is_no_workbook_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("liste.csv", "nom")
    assert "ni un classeur" in refusal(written.getvalue())


def test_text_document_is_no_workbook():
    assert "ni un classeur" in refusal(saved(Document("text")))


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/vbaProject.bin": b"macro"},
        {"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml spreadsheetml.sheet.main+xml"},
    ],
)
def test_workbook_with_macros_is_refused(parts):
    assert "macros" in refusal(with_parts(xlsx(HEADING), parts=parts))


def test_ods_with_macros_is_refused():
    assert "macros" in refusal(with_parts(ods(HEADING), parts={"Basic/Standard/Module1.xml": b"<x/>"}))


def test_zip_bomb_is_refused_before_it_is_unfolded():
    bomb = with_parts(xlsx(HEADING), parts={"xl/media/image.png": b"\x00" * (spreadsheets.MOST_UNFOLDED + 1)})
    assert len(bomb) < 100_000
    assert "trop gros" in refusal(bomb)


def test_archive_of_very_many_parts_is_refused():
    parts = {f"xl/x{n}": b"" for n in range(spreadsheets.MOST_PARTS)}
    assert "trop gros" in refusal(with_parts(xlsx(HEADING), parts=parts))


@pytest.mark.parametrize(
    "declared", ['<!DOCTYPE x [<!ENTITY a "b">]><x/>', '<?xml version="1.0" encoding="utf-16"?><x/>']
)
def test_workbook_that_declares_entities_is_refused(declared):
    content = declared.encode("utf-16" if "utf-16" in declared else "utf-8")
    assert "définitions" in refusal(with_parts(xlsx(HEADING), parts={SHEET: content}))


def sheet_of(rows):
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return {SHEET: start + rows + b"</sheetData></worksheet>"}


def test_workbook_of_a_million_rows_is_refused():
    row = b'<row><c t="inlineStr"><is><t>a</t></is></c></row>'
    assert "trop gros" in refusal(with_parts(xlsx(HEADING), parts=sheet_of(row * 1_000_000)))
    assert "dépasse 2000 lignes" in refusal(with_parts(xlsx(HEADING), parts=sheet_of(row * 3000)))


def test_row_a_million_lines_down_is_refused():
    row = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>a</t></is></c></row>'
    assert "dépasse 2000 lignes" in refusal(with_parts(xlsx(HEADING), parts=sheet_of(row)))


def repeated(**attributes):
    document = Document("spreadsheet")
    document.body.clear()
    table = Table("Feuille")
    row = Row()
    row.set_values(["a"])
    cell = row.get_elements("table:table-cell")[0]
    (row if "rows" in attributes else cell).set_attribute(
        "table:number-rows-repeated" if "rows" in attributes else "table:number-columns-repeated",
        str(next(iter(attributes.values()))),
    )
    table.append(row)
    document.body.append(table)
    return saved(document)


def test_ods_that_repeats_a_row_or_a_cell_endlessly_is_refused():
    assert "dépasse 2000 lignes" in refusal(repeated(rows=99_999_999))
    assert "plus de 50 colonnes" in refusal(repeated(columns=99_999_999))


def test_ods_that_repeats_a_little_is_read():
    assert cells(read_file(repeated(rows=2))) == [["a"], ["a"]]
    assert cells(read_file(repeated(columns=3))) == [["a", "a", "a"]]


def test_broken_workbook_is_refused():
    assert "abîmé" in refusal(with_parts(xlsx(HEADING), parts={SHEET: b"<worksheet><"}))
    assert "abîmé" in refusal(xlsx(HEADING)[:-400])


def test_rows_put_back_in_a_text_box_read_the_same():
    rows = read_file(xlsx(["nom", "organisation"], [], ["Ortiz; dite Ana", 'la "DGE"'], [None], [None, "x"]))
    assert read_text(as_text(rows)) == rows
