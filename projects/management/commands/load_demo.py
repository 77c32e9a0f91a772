from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from projects.demonstration import contract, deliverables, groups, organisations, people

# In the order in which one needs the other; each feature adds its module here.
LOADERS = (
    (gettext_lazy("Organisations"), organisations.load),
    (gettext_lazy("Personnes"), people.load),
    (gettext_lazy("Contrat"), contract.load),
    (gettext_lazy("Groupes et mandats"), groups.load),
    (gettext_lazy("Livrables"), deliverables.load),
)


class Command(BaseCommand):
    # Checking every address takes longer than the command itself, and nothing here depends on one.
    requires_system_checks: list[str] = []
    help = "Charge le contrat de démonstration\u202f; sans effet sur ce qui est déjà là."

    def handle(self, *args: Any, **options: Any) -> None:
        if number := people.real_people():
            raise CommandError(
                ngettext(
                    "Cette installation contient le compte d’une vraie personne\u00a0: "
                    "la démonstration n’y est pas chargée.",
                    "Cette installation contient les comptes de %(number)d vraies personnes\u00a0: "
                    "la démonstration n’y est pas chargée.",
                    number,
                )
                % {"number": number}
            )
        # All or nothing, and one commit: a disk would otherwise be waited for at every row.
        with transaction.atomic():
            for title, load in LOADERS:
                created = load()
                self.stdout.write(f"{title} : {self._said(created)}")
        self._accounts()

    def _said(self, created: int) -> str:
        if not created:
            return _("déjà là")
        return _("%(number)d de plus") % {"number": created}

    def _accounts(self) -> None:
        addresses = ", ".join(f"{account}@{people.DOMAIN}" for account in people.COORDINATION)
        seats = ", ".join(people.SEATS)
        codes = ", ".join(people.GROUPS)
        self.stdout.write(_("Comptes, mot de passe %(password)s\u00a0:") % {"password": people.PASSWORD})
        self.stdout.write(f"  {addresses}")
        self.stdout.write(
            _("  SIÈGE-CODE@%(domain)s, où SIÈGE est %(seats)s et CODE %(codes)s")
            % {"domain": people.DOMAIN, "seats": seats, "codes": codes}
        )
