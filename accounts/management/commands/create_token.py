from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.tokens.models import Scope
from accounts.tokens.services import LONGEST, create_token
from filiere.refusals import Refused


class Command(BaseCommand):
    help = "Crée un jeton d’API et l’écrit, seul, sur la sortie : il ne sera plus jamais montré."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="adresse de la personne au nom de qui le jeton agit")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.READ, help="portée (lecture par défaut)")
        parser.add_argument("--name", default="", help="nom sous lequel la personne le reconnaît")
        parser.add_argument("--expires-in-days", type=int, metavar="N", help="durée de vie en jours")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(_("Aucun compte n’a l’adresse %(email)s.") % {"email": options["email"]})
        try:
            _token, value = create_token(
                person=person,
                name=options["name"] or _("Créé en ligne de commande"),
                scope=options["scope"],
                expires_at=_expiry(options["expires_in_days"]),
                by=None,
            )
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(value)


def _expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST.days:
        raise CommandError(
            _("--expires-in-days attend un nombre de jours entre 1 et %(most)d.") % {"most": LONGEST.days}
        )
    return timezone.now() + timedelta(days=days)
