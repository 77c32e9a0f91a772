"""Is this file what was approved? The register answers, whoever holds the file; and knows its own sheets again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import pypdf
from django.utils import timezone
from django.utils.translation import gettext as _
from pypdf.errors import PyPdfError

from filiere.web.french import datetime_fr
from projects.deliverables.approvals.models import Approval
from projects.deliverables.approvals.register import Register
from projects.deliverables.approvals.seal import Facts, decisions_of, unseal
from projects.deliverables.approvals.sheet import conclusion_of
from projects.deliverables.enums import Verdict
from projects.deliverables.versions.models import Version

PIECE = 1024 * 1024
# A sheet takes a few tens of kilobytes: nothing larger is opened to look for a seal.
LARGEST_SHEET = 2 * 1024 * 1024


@dataclass(frozen=True)
class Deposited:
    """One place where this content stands in the register."""

    register: Register

    @property
    def version(self) -> Version:
        return self.register.version

    @property
    def is_the_word(self) -> bool:
        return self.register.is_the_word

    @property
    def conclusion(self) -> str:
        return conclusion_of(self.register)

    @property
    def standing(self) -> list[Approval]:
        """The approvals, and the validation, that count."""
        return [
            each
            for each in self.register.decisions
            if each.voided_at is None and each.verdict in {Verdict.APPROVED, Verdict.VALIDATED}
        ]


@dataclass(frozen=True)
class Sheet:
    """A sheet whose seal is ours: what it certifies, and what became of it since."""

    facts: Facts
    deposited: Deposited | None

    @property
    def issued_at(self) -> datetime:
        return self.facts.moment

    @property
    def differences(self) -> list[str]:
        """What the register says today that the sheet does not."""
        if self.deposited is None or self.deposited.version.sha256 != self.facts.sha256:
            return [_("Le registre n’a plus cette version.")]
        found = []
        if str(self.deposited.version.state) != self.facts.state:
            found.append(_("L’état de la version a changé depuis\u00a0: %s") % self.deposited.conclusion)
        if self.facts.current and not self.deposited.version.is_current:
            found.append(_("Une nouvelle version l’a remplacée depuis."))
        if decisions_of(self.deposited.register) != self.facts.decisions:
            found.append(_("Des décisions ont été prises, ou sont devenues caduques, depuis que la fiche est établie."))
        return found


@dataclass(frozen=True)
class Finding:
    sha256: str
    deposits: Sequence[Deposited]
    sheet: Sheet | None = None

    @property
    def is_good(self) -> bool:
        if self.sheet is not None:
            return self.sheet.deposited is not None and self.sheet.deposited.is_the_word and not self.sheet.differences
        return any(each.is_the_word for each in self.deposits)

    @property
    def sentence(self) -> str:
        if self.sheet is not None:
            if self.sheet.differences:
                return _("Cette fiche est authentique, mais le registre a changé depuis.")
            return _("Cette fiche est authentique, et dit encore ce que dit le registre.")
        if not self.deposits:
            return _("Ce fichier n’est dans aucune version déposée\u00a0: il n’a été approuvé par personne.")
        if self.is_good:
            return _("Ce fichier est bien la version courante, entièrement validée.")
        return _("Ce fichier est connu, mais ce n’est pas une version courante entièrement validée.")


def check_file(stream: BinaryIO) -> Finding:
    sha256, size = _hashed(stream)
    rows = Version.objects.filter(sha256=sha256).select_related("deliverable__group", "author", "submitted_by")
    deposits = [_deposited(row) for row in rows.order_by("deposited_at", "pk")]
    # The version people hold on to comes first, where one file was handed in several times.
    deposits.sort(key=lambda each: (not each.is_the_word, not each.version.is_current))
    sheet = _sheet_in(stream) if not deposits and size <= LARGEST_SHEET else None
    return Finding(sha256, deposits, sheet)


def _deposited(version: Version) -> Deposited:
    return Deposited(Register.of(version, version.deliverable))


def _hashed(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _sheet_in(stream: BinaryIO) -> Sheet | None:
    """The seal is among the keywords of the document; anything else there is no seal of ours."""
    stream.seek(0)
    if stream.read(5) != b"%PDF-":
        return None
    stream.seek(0)
    try:
        found = pypdf.PdfReader(stream).metadata
        keywords = str(found.get("/Keywords", "")) if found else ""
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return None  # a broken file is an unknown one
    facts = unseal(keywords.strip())
    if facts is None:
        return None
    row = (
        Version.objects.filter(pk=facts.version).select_related("deliverable__group", "author", "submitted_by").first()
    )
    return Sheet(facts, _deposited(row) if row else None)


def moment(value: datetime | None) -> str:
    return datetime_fr(timezone.localtime(value)) if value else "—"
