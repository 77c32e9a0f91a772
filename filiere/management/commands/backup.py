from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filiere.archive.problems import ArchiveProblem
from filiere.archive.saving import save


class Command(BaseCommand):
    help = "Enregistre toute l’installation, données et fichiers, dans une archive que restore sait relire."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = save(file.absolute(), report=self.stdout.write)
        except ArchiveProblem as problem:
            raise CommandError(problem.sentence) from problem
        rows = sum(member.rows or 0 for member in manifest.members.values())
        self.stdout.write(f"{file} : {rows} lignes, {file.stat().st_size} octets. Gardez-la comme un secret.")
