from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.invitations.selectors import has_administrator
from accounts.invitations.services import invite_first_administrator
from filiere.refusals import Refused


class Command(BaseCommand):
    help = "Donne, à qui tient le serveur, le lien à usage unique du premier administrateur. Sans effet s’il y en a un."

    def handle(self, *args: Any, **options: Any) -> None:
        if has_administrator():
            return
        try:
            link = invite_first_administrator()
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(_("Premier administrateur\u00a0: %(link)s") % {"link": link})
