"""The name under which a file is handed out: of what its sender gave, what no computer can take amiss."""

import re
import unicodedata

from projects.deliverables.files.formats import Format

LONGEST = 150
# File systems count bytes, most of them to 255.
MOST_BYTES = 240

_SEPARATORS = re.compile(r"[/\\]")
# Letters that only look like separators: another program may fold them into the real ones.
_FORBIDDEN = re.compile(r'[<>:"|?*\u2044\u2215\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|\Z)", re.IGNORECASE)
# Extensions that say what a file is, so that the right one takes their place; anything else belongs to the name.
_KNOWN = frozenset(
    {
        "7z", "bat", "bin", "bmp", "cmd", "com", "csv", "doc", "docm", "docx", "dot", "dotm", "dotx", "eml",
        "exe", "gif", "gz", "hta", "htm", "html", "jar", "jfif", "jpe", "jpeg", "jpg", "js", "jse", "json", "jsp",
        "lnk", "log", "markdown", "md", "mht", "mhtml", "msg", "msi", "odg", "odp", "ods", "odt", "otp", "ots", "ott",
        "pdf", "php", "pif", "png", "pot", "potm", "potx", "pps", "ppsm", "ppsx", "ppt", "pptm", "pptx", "ps1", "py",
        "rar", "reg", "rtf", "scr", "sh", "svg", "svgz", "tar", "text", "tif", "tiff", "tsv", "txt", "vb", "vbe", "vbs",
        "webp", "wsf", "wsh", "xhtml", "xls", "xlsb", "xlsm", "xlsx", "xlt", "xltm", "xltx", "xml", "zip",
    }
)  # fmt: skip


def file_name(given: str, format: Format) -> str:  # noqa: A002  the word of the page
    stem = _without_extension(_last_part(given), format)
    extension = given.rpartition(".")[2].lower()
    extension = extension if extension in format.extensions else format.extension
    if not stem:
        stem = "document"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{_shortened(stem, LONGEST - len(extension) - 1)}.{extension}"


def _last_part(given: str) -> str:
    text = unicodedata.normalize("NFC", given.encode("utf-8", "ignore").decode())
    text = _SEPARATORS.split(text)[-1]
    # Controls, marks that turn the direction of reading, invisible letters, private ones.
    text = "".join(" " if letter.isspace() else letter for letter in text if _is_shown(letter))
    return _trimmed(" ".join(_FORBIDDEN.sub("-", text).split()))


def _is_shown(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter)[0] != "C"


def _trimmed(text: str) -> str:
    """A name that begins with a dot is hidden, with a dash an option; Windows drops dots and spaces that end it."""
    return text.lstrip(" .-~").rstrip(" .")


def _without_extension(text: str, format: Format) -> str:  # noqa: A002
    stem, dot, extension = text.rpartition(".")
    if not dot:
        return text if text.lower() not in format.extensions else ""
    if extension.lower().strip() not in _KNOWN:
        return text
    # « rapport.pdf.exe »: what was hidden behind is often the right one, and need not stand twice.
    inner, dot, before = stem.rpartition(".")
    return _trimmed(inner if dot and before.lower() in format.extensions else stem)


def _shortened(stem: str, most: int) -> str:
    kept = stem[:most].encode("utf-8")[: MOST_BYTES - 10].decode("utf-8", "ignore")
    return _trimmed(kept)
