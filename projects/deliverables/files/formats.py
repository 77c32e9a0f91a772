"""What a version may be, and what the house may do with each."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    PDF = "pdf", _("PDF")
    DOCX = "docx", _("Word")
    ODT = "odt", _("Texte OpenDocument")
    XLSX = "xlsx", _("Excel")
    ODS = "ods", _("Classeur OpenDocument")
    PPTX = "pptx", _("PowerPoint")
    ODP = "odp", _("Présentation OpenDocument")
    TXT = "txt", _("Texte")
    MD = "md", _("Markdown")
    CSV = "csv", _("CSV")
    PNG = "png", _("Image PNG")
    JPEG = "jpeg", _("Image JPEG")

    @property
    def extensions(self) -> tuple[str, ...]:
        """The first is the one a file is handed out under."""
        return _TRAITS[self].extensions

    @property
    def extension(self) -> str:
        return self.extensions[0]

    @property
    def media_type(self) -> str:
        return _TRAITS[self].media_type

    @property
    def is_previewed(self) -> bool:
        """Whether a browser may show it in the page: it runs nothing there, and needs nothing else."""
        return _TRAITS[self].is_previewed

    @property
    def has_text(self) -> bool:
        return not self.media_type.startswith("image/")


@dataclass(frozen=True)
class _Traits:
    media_type: str
    extensions: tuple[str, ...]
    is_previewed: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_TRAITS = {
    Format.PDF: _Traits("application/pdf", ("pdf",), is_previewed=True),
    Format.DOCX: _Traits(f"{_OFFICE}wordprocessingml.document", ("docx",)),
    Format.ODT: _Traits(f"{_ODF}text", ("odt",)),
    Format.XLSX: _Traits(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
    Format.ODS: _Traits(f"{_ODF}spreadsheet", ("ods",)),
    Format.PPTX: _Traits(f"{_OFFICE}presentationml.presentation", ("pptx",)),
    Format.ODP: _Traits(f"{_ODF}presentation", ("odp",)),
    Format.TXT: _Traits("text/plain", ("txt",)),
    Format.MD: _Traits("text/markdown", ("md", "markdown")),
    Format.CSV: _Traits("text/csv", ("csv",)),
    Format.PNG: _Traits("image/png", ("png",), is_previewed=True),
    Format.JPEG: _Traits("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), is_previewed=True),
}
# What a form says of them, and what its file field asks the browser to offer.
ACCEPTED = ",".join(f".{extension}" for traits in _TRAITS.values() for extension in traits.extensions)
