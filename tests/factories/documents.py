"""Files as people hand them in, and as they should not: built in memory, byte for byte the same every time.

Each builder answers bytes. No model is known here.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

DAY = (2026, 11, 20, 12, 0, 0)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
OFFICE = "application/vnd.openxmlformats-officedocument."
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Parts = Mapping[str, str | bytes]


def archive(parts: Parts, *, stored: Iterable[str] = ("mimetype",), method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, DAY)
            member.compress_type = zipfile.ZIP_STORED if name in stored else method
            target.writestr(member, content)
    return written.getvalue()


def with_parts(document: bytes, **changed: str | bytes | None) -> bytes:
    """The same archive, parts replaced or added; None takes one away. Call it with `**{"word/x.xml": …}`."""
    with zipfile.ZipFile(io.BytesIO(document)) as old:
        parts: dict[str, str | bytes | None] = {name: old.read(name) for name in old.namelist()}
    return archive({name: content for name, content in {**parts, **changed}.items() if content is not None})


# --- PDF --------------------------------------------------------------------


def pdf(*pages: str, extra: Iterable[bytes] = (), catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """One page per text, one line per line. `extra` objects are numbered from 4; `catalog` joins the root's entries."""
    pages = pages or ("Note de cadrage",)
    extra = list(extra)
    first = 4 + len(extra)
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *extra,
    ]
    for index, words in enumerate(pages):
        drawn = b"BT /F1 11 Tf 14 TL 60 780 Td " + b" T* ".join(map(_shown, words.split("\n"))) + b" ET"
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (first + 2 * index + 1),
            pdf_stream(drawn),
        ]
    return _numbered(objects, trailer)


def pdf_stream(content: bytes, entries: bytes = b"", *, deflated: bool = False) -> bytes:
    content = zlib.compress(content) if deflated else content
    flate = b"/Filter /FlateDecode " if deflated else b""
    return b"<< %s%s/Length %d >>\nstream\n%s\nendstream" % (flate, entries, len(content), content)


def _shown(line: str) -> bytes:
    return b"(" + re.sub(rb"([()\\])", rb"\\\1", line.encode("cp1252", "replace")) + b") Tj"


def _numbered(objects: list[bytes], trailer: bytes) -> bytes:
    written, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    written += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(written)


def scanned_pdf() -> bytes:
    """Pages that show a picture of words, and hold none."""
    return pdf("")


def javascript_pdf(name: bytes = b"/JavaScript") -> bytes:
    return pdf(extra=[b"<< /S %s /JS (app.alert\\(1\\)) >>" % name], catalog=b"/OpenAction 4 0 R")


def launch_pdf() -> bytes:
    return pdf(extra=[b"<< /S /Launch /F (cmd.exe) >>"], catalog=b"/OpenAction 4 0 R")


def packed_javascript_pdf() -> bytes:
    """The action lies in a compressed object stream: the bytes of the file do not show its name."""
    held = b"9 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    return pdf(extra=[pdf_stream(held, b"/Type /ObjStm /N 1 /First 4 ", deflated=True)])


def pdf_with_attachment(content: bytes, name: str = "annexe.txt") -> bytes:
    return pdf(
        extra=[
            pdf_stream(content, b"/Type /EmbeddedFile ", deflated=True),
            b"<< /Type /Filespec /F (%s) /EF << /F 4 0 R >> >>" % name.encode("latin-1"),
        ],
        catalog=b"/Names << /EmbeddedFiles << /Names [(annexe) 5 0 R] >> >>",
    )


def encrypted_pdf(*pages: str) -> bytes:
    return pdf(
        *pages,
        extra=[b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <%s> /U <%s> >>" % (b"28" * 32, b"7a" * 32)],
        trailer=b"/Encrypt 4 0 R /ID [<00><00>]",
    )


# --- Word, Excel, PowerPoint ------------------------------------------------


def _office(
    main: str, kind: str, parts: Parts, *, kinds: Mapping[str, str] | None = None, added: Parts | None = None
) -> bytes:
    overrides = {f"/{main}": OFFICE + kind, **(kinds or {})}
    written = "".join(f'<Override PartName="{part}" ContentType="{given}"/>' for part, given in overrides.items())
    return archive(
        {
            "[Content_Types].xml": f"{XML}<Types xmlns="
            '"http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{written}</Types>',
            "_rels/.rels": relations(("rId1", f"{RELATIONS}/officeDocument", main)),
            **parts,
            **(added or {}),
        }
    )


def relations(*links: tuple[str, str, str], external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    return (
        f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="{key}" Type="{kind}" Target={quoteattr(target)}{mode}/>' for key, kind, target in links
        )
        + "</Relationships>"
    )


def docx(*paragraphs: str, body: str = "", added: Parts | None = None, kinds: Mapping[str, str] | None = None) -> bytes:
    """`body` is more WordprocessingML, after the paragraphs."""
    written = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>' for words in paragraphs)
    return _office(
        "word/document.xml",
        "wordprocessingml.document.main+xml",
        {
            "word/document.xml": f"{XML}<w:document "
            'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<w:body>{written}{body}</w:body></w:document>"
        },
        kinds=kinds,
        added=added,
    )


def xlsx(*rows: Iterable[object], sheet: str = "Feuille 1", added: Parts | None = None) -> bytes:
    written = "".join(
        f'<row r="{number}">{"".join(_cell(column, number, value) for column, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return _office(
        "xl/workbook.xml",
        "spreadsheetml.sheet.main+xml",
        {
            "xl/workbook.xml": f'{XML}<workbook {space} xmlns:r="{RELATIONS}"><sheets>'
            f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(("rId1", f"{RELATIONS}/worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": f"{XML}<worksheet {space}><sheetData>{written}</sheetData></worksheet>",
        },
        kinds={"/xl/worksheets/sheet1.xml": f"{OFFICE}spreadsheetml.worksheet+xml"},
        added=added,
    )


def _cell(column: int, row: int, value: object) -> str:
    place = f"{chr(ord('A') + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def pptx(*slides: str, added: Parts | None = None) -> bytes:
    """One slide per text, one paragraph per line."""
    drawing, slide = "http://schemas.openxmlformats.org/drawingml/2006/main", f"{OFFICE}presentationml.slide+xml"
    space = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    numbers = range(1, len(slides) + 1)
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in numbers)
    return _office(
        "ppt/presentation.xml",
        "presentationml.presentation.main+xml",
        {
            "ppt/presentation.xml": f'{XML}<p:presentation {space} xmlns:r="{RELATIONS}">'
            f"<p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                *((f"rId{number}", f"{RELATIONS}/slide", f"slides/slide{number}.xml") for number in numbers)
            ),
            **{
                f"ppt/slides/slide{number}.xml": f'{XML}<p:sld {space} xmlns:a="{drawing}"><p:cSld><p:spTree>'
                f"<p:sp><p:txBody>{_drawn(words)}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
                for number, words in enumerate(slides, 1)
            },
        },
        kinds={f"/ppt/slides/slide{number}.xml": slide for number in numbers},
        added=added,
    )


def _drawn(words: str) -> str:
    return "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in words.split("\n"))


# --- LibreOffice ------------------------------------------------------------

_ODF = "application/vnd.oasis.opendocument."
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "presentation": "presentation",
    }.items()
)  # fmt: skip


def _open_document(kind: str, body: str, added: Parts | None) -> bytes:
    return archive(
        {
            "mimetype": _ODF + kind,
            "content.xml": f'{XML}<office:document-content {_NAMESPACES} office:version="1.3"><office:body>'
            f"{body}</office:body></office:document-content>",
            "META-INF/manifest.xml": f"{XML}<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODF}{kind}"/></manifest:manifest>',
            **(added or {}),
        }
    )


def odt(*paragraphs: str, body: str = "", added: Parts | None = None) -> bytes:
    written = "".join(f"<text:p>{escape(words)}</text:p>" for words in paragraphs)
    return _open_document("text", f"<office:text>{written}{body}</office:text>", added)


def ods(*rows: Iterable[object], sheet: str = "Feuille 1", body: str = "", added: Parts | None = None) -> bytes:
    """`body` is more rows, as OpenDocument writes them."""
    written = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell><text:p>{'' if value is None else escape(str(value))}</text:p></table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    table = f"<table:table table:name={quoteattr(sheet)}>{written}{body}</table:table>"
    return _open_document("spreadsheet", f"<office:spreadsheet>{table}</office:spreadsheet>", added)


def odp(*slides: str, added: Parts | None = None) -> bytes:
    written = "".join(
        "<draw:page><draw:frame><draw:text-box>"
        + "".join(f"<text:p>{escape(line)}</text:p>" for line in words.split("\n"))
        + "</draw:text-box></draw:frame></draw:page>"
        for words in slides
    )
    return _open_document("presentation", f"<office:presentation>{written}</office:presentation>", added)


# --- Images -----------------------------------------------------------------


def png(width: int = 8, height: int = 8, *, declared: tuple[int, int] | None = None) -> bytes:
    """Grey. `declared` is the size its header claims, whatever it holds."""
    header = struct.pack(">IIBBBBB", *(declared or (width, height)), 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg(width: int = 8, height: int = 8, *, declared: tuple[int, int] | None = None) -> bytes:
    """Grey, one component: every block is « no difference, nothing else », two bits that are zero."""
    shown_width, shown_height = declared or (width, height)
    bits = 2 * -(-width // 8) * -(-height // 8)
    scan = bytearray(-(-bits // 8))
    scan[-1] |= (1 << (-bits % 8)) - 1
    one_symbol = bytes([1]) + bytes(15) + b"\x00"
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + _segment(0xDB, b"\x00" + b"\x10" * 64)
        + _segment(0xC0, struct.pack(">BHHBBBB", 8, shown_height, shown_width, 1, 1, 0x11, 0))
        + _segment(0xC4, b"\x00" + one_symbol)
        + _segment(0xC4, b"\x10" + one_symbol)
        + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + bytes(scan)
        + b"\xff\xd9"
    )


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


# --- What is refused --------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
EXECUTABLE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 120 + b"PE\x00\x00" + b"\x00" * 200
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


def ole(*streams: str) -> bytes:
    """An old binary document, as its signature and the names of its streams tell."""
    return OLE_SIGNATURE + b"\x00" * 504 + b"".join(name.encode("utf-16-le").ljust(128, b"\x00") for name in streams)


def legacy_doc() -> bytes:
    return ole("Root Entry", "WordDocument")


def encrypted_docx() -> bytes:
    return ole("Root Entry", "EncryptionInfo", "EncryptedPackage")


def macro_docx(*paragraphs: str) -> bytes:
    return docx(
        *paragraphs,
        added={"word/vbaProject.bin": ole("Root Entry", "VBA")},
        kinds={"/word/vbaProject.bin": "application/vnd.ms-office.vbaProject"},
    )


def macro_odt(*paragraphs: str) -> bytes:
    return odt(*paragraphs, added={"Basic/Standard/Module1.xml": f"{XML}<script/>"})


def encrypted_odt(*paragraphs: str) -> bytes:
    manifest = (
        f'{XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
        "</manifest:manifest>"
    )
    return odt(*paragraphs, added={"META-INF/manifest.xml": manifest})


def remote_template_docx(target: str = "https://hostile.example/modele.dotm") -> bytes:
    link = relations(("rId1", f"{RELATIONS}/attachedTemplate", target), external=True)
    return docx("Bonjour", added={"word/settings.xml": f"{XML}<settings/>", "word/_rels/settings.xml.rels": link})


def entity_bomb_docx() -> bytes:
    return docx(added={"word/styles.xml": ENTITIES})


def zip_bomb(megabytes: int = 30) -> bytes:
    """A document with a part that unfolds a thousand times."""
    return docx("Bonjour", added={"word/media/image1.bmp": bytes(megabytes * 1024 * 1024)})


def nested_zip_bomb(depth: int = 5) -> bytes:
    held = docx("Bonjour")
    for _ in range(depth):
        held = docx("Bonjour", added={"word/embeddings/annexe.docx": held})
    return held


def lying_zip(megabytes: int = 2) -> bytes:
    """Both headers of a part claim ten bytes where it unfolds to megabytes."""
    unfolded = megabytes * 1024 * 1024
    content = docx("Bonjour", added={"word/media/image1.bmp": b"ab" * (unfolded // 2)})
    honest, lie = struct.pack("<I", unfolded), struct.pack("<I", 10)
    assert content.count(honest) == 2
    return content.replace(honest, lie)


def crowded_zip(entries: int = 6000) -> bytes:
    return docx(added={f"word/media/{number}.txt": b"" for number in range(entries)})
