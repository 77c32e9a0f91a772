"""manage.py verify_file FILE: is this what was approved?"""

import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from projects.deliverables.approvals.checking import Deposited, Finding, check_file, moment
from projects.deliverables.approvals.models import Approval


def readable_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(_("«\u00a0%s\u00a0» n’est pas un fichier") % text)
    return path


class Command(BaseCommand):
    help = (
        "Confronte un fichier au registre des approbations\u202f; sort avec le code 0 si c’est la version courante, "
        "entièrement validée, sinon 1. Vérifie aussi une fiche d’approbation en PDF."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=readable_file, metavar="FICHIER", help="le fichier, ou la fiche, à vérifier")
        parser.add_argument("--json", action="store_true", help="répond en JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        with file.open("rb") as stream:
            finding = check_file(stream)
        if options["json"]:
            self.stdout.write(json.dumps(_document(finding), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
        else:
            self._tell(finding)
        if not finding.is_good:
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        style = self.style.SUCCESS if finding.is_good else self.style.WARNING
        self.stdout.write(style(finding.sentence))
        self.stdout.write(_("Empreinte SHA-256\u00a0: %s") % finding.sha256)
        for deposited in finding.deposits:
            self._tell_deposited(deposited)
        if finding.sheet is not None:
            sheet = finding.sheet
            self.stdout.write(_("Fiche établie le %s, sceau vérifié.") % moment(sheet.issued_at))
            self.stdout.write(_("Empreinte que la fiche certifie\u00a0: %s") % sheet.facts.sha256)
            self.stdout.write(
                _("Tête du journal à ce moment, à vérifier avec verify_journal --expect\u00a0: %s")
                % sheet.facts.journal
            )
            for difference in sheet.differences:
                self.stdout.write(self.style.WARNING(difference))
            if sheet.deposited:
                self._tell_deposited(sheet.deposited)

    def _tell_deposited(self, deposited: Deposited) -> None:
        version = deposited.version
        self.stdout.write("")
        self.stdout.write(
            _("%(title)s — version %(number)s (%(group)s)")
            % {"title": version.deliverable, "number": version.number, "group": version.deliverable.group}
        )
        self.stdout.write(
            _("Fichier déposé\u00a0: %(name)s, le %(at)s") % {"name": version.name, "at": moment(version.deposited_at)}
        )
        self.stdout.write(deposited.conclusion)
        for approval in deposited.standing:
            self.stdout.write(f"  - {_approved(approval)}")


def _approved(approval: Approval) -> str:
    words = {
        "verdict": approval.get_verdict_display(),
        "person": approval.person or _("l’application"),
        "capacity": approval.capacity or "—",
        "at": moment(approval.given_at),
    }
    told = _("%(verdict)s par %(person)s (%(capacity)s), le %(at)s") % words
    return (
        _("%(told)s, décision n°\u00a0%(reference)s") % {"told": told, "reference": approval.reference}
        if approval.reference
        else told
    )


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "valid": finding.is_good,
        "sentence": finding.sentence,
        "sha256": finding.sha256,
        "versions": [_version(each) for each in finding.deposits],
        "sheet": {
            "issued_at": finding.sheet.issued_at,
            "sha256": finding.sheet.facts.sha256,
            "state": finding.sheet.facts.state,
            "journal": finding.sheet.facts.journal,
            "differences": finding.sheet.differences,
            "version": _version(finding.sheet.deposited) if finding.sheet.deposited else None,
        }
        if finding.sheet
        else None,
    }


def _version(deposited: Deposited) -> dict[str, Any]:
    version = deposited.version
    return {
        "deliverable": str(version.deliverable_id),
        "title": version.deliverable.title,
        "group": version.deliverable.group.slug,
        "number": version.number,
        "name": version.name,
        "deposited_at": version.deposited_at,
        "state": version.state,
        "current": version.is_current,
        "valid": deposited.is_the_word,
        "approvals": [
            {
                "verdict": each.verdict,
                "person": str(each.person) if each.person else None,
                "capacity": each.capacity,
                "organisation": each.organisation.name if each.organisation else None,
                "given_at": each.given_at,
                "reference": each.reference,
            }
            for each in deposited.standing
        ],
    }
