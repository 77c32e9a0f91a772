from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filiere.archive.problems import ArchiveProblem
from filiere.archive.restoring import restore


class Command(BaseCommand):
    help = "Remplit une installation vide avec une archive de backup, quelle que soit la base de départ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--check", action="store_true", help="vérifie l’archive et l’installation, sans rien écrire"
        )

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        try:
            manifest = restore(file, report=self.stdout.write, only_check=check)
        except ArchiveProblem as problem:
            raise CommandError(f"Rien n’a été changé. {problem.sentence}") from problem
        if check:
            self.stdout.write(f"L’archive du {manifest.made_at:%d/%m/%Y} est intacte et peut être restaurée ici.")
            return
        self.stdout.write("Tout est restauré. Vérifiez le journal : manage.py verify_journal.")
