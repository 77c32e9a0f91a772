"""The files that demonstration people hand in: real ones, small, and the same each time they are made."""

import io
import zipfile
from functools import cache
from xml.sax.saxutils import escape

import typst

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def made(name: str, paragraphs: tuple[str, ...]) -> bytes:
    """By the extension of its name. The first paragraph is the title."""
    if name.endswith(".docx"):
        return _word(paragraphs)
    return _portable(paragraphs) if name.endswith(".pdf") else _plain(paragraphs)


def _plain(paragraphs: tuple[str, ...]) -> bytes:
    return "\n\n".join(paragraphs).encode() + b"\n"


def _word(paragraphs: tuple[str, ...]) -> bytes:
    title, *others = paragraphs
    body = _paragraph(title, '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr>') + "".join(map(_paragraph, others))
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_KIND}"/></Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
    }
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)  # without the hour: one content, one SHA-256
    return whole.getvalue()


def _paragraph(words: str, looks: str = "") -> str:
    return f'<w:p><w:r>{looks}<w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'


@cache  # fonts take a moment to be found
def _portable(paragraphs: tuple[str, ...]) -> bytes:
    title, *others = (words.replace("\\", "").replace("#", "\\#") for words in paragraphs)
    source = "\n\n".join([f'#set text(lang: "fr")\n#set document(date: none)\n= {title}', *others])
    written: bytes = typst.compile(source.encode())
    return written
