"""manage.py verify_journal: is the journal as it was written?"""

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from projects.activity.chain import Head
from projects.activity.verification import Verdict, verify


def noted_head(text: str) -> Head:
    position, _separator, digest = text.partition(":")
    if not (position.isascii() and position.isdigit() and len(digest) == 64):
        raise ArgumentTypeError(_("écrivez POSITION:EMPREINTE, comme cette commande les affiche"))
    return Head(int(position), digest.lower())


class Command(BaseCommand):
    help = "Vérifie la chaîne du journal\u202f; sort avec le code 1 et nomme le premier événement en faute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            type=noted_head,
            metavar="POSITION:EMPREINTE",
            help="une tête de chaîne notée auparavant, hors de la base\u202f; peut être répétée",
        )
        parser.add_argument("--json", action="store_true", help="répond en JSON")

    def handle(self, *, expect: list[Head], **options: Any) -> None:
        verdict = verify(expected=expect)
        if options["json"]:
            self.stdout.write(json.dumps(_document(verdict), ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
        else:
            self._tell(verdict)
        if not verdict.intact:
            sys.exit(1)

    def _tell(self, verdict: Verdict) -> None:
        for fault in verdict.faults:
            self.stderr.write(self.style.ERROR(fault.sentence))
        for warning in verdict.warnings:
            self.stderr.write(self.style.WARNING(_("Attention\u00a0: {warning}").format(warning=warning)))
        self.stdout.write(verdict.conclusion)
        self.stdout.write(_("Tête de la chaîne\u00a0: {head}").format(head=verdict.head))
        self.stdout.write(_("En attente de scellement\u00a0: {count}").format(count=verdict.pending))


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "intact": verdict.intact,
        "checked": verdict.checked,
        "pending": verdict.pending,
        "head": verdict.head._asdict(),
        "faults": [asdict(fault) for fault in verdict.faults],
        "warnings": list(verdict.warnings),
    }
