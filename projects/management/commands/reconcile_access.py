"""manage.py reconcile_access: are the grants what the mandates say?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filiere.days import today
from projects.groups.models import WorkingGroup
from projects.groups.projection import differences, reconcile


class Command(BaseCommand):
    help = "Refait les droits d’après les mandats et les délégations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="ne change rien\u202f; nomme chaque différence et sort avec le code 1 s’il y en a",
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        if check:
            self._check()
            return
        changed = reconcile()
        self.stdout.write(
            ngettext("%(number)d droit corrigé.", "%(number)d droits corrigés.", changed) % {"number": changed}
            if changed
            else _("Les droits sont ceux que disent les mandats\u00a0: rien à corriger.")
        )

    def _check(self) -> None:
        found = differences(today())
        slugs = dict(WorkingGroup.objects.values_list("pk", "slug"))
        told = [(right, _("de trop")) for right in found.superfluous] + [
            (right, _("manque")) for right in found.missing
        ]
        for (group, person, permission), fault in sorted(told):
            self.stderr.write(
                self.style.ERROR(
                    _("%(fault)s\u00a0: groupe %(group)s, personne %(person)s, permission %(permission)s")
                    % {"fault": fault, "group": slugs.get(group, group), "person": person, "permission": permission}
                )
            )
        if told:
            self.stderr.write(
                ngettext("%(number)d différence.", "%(number)d différences.", len(told)) % {"number": len(told)}
            )
            sys.exit(1)
        self.stdout.write(_("Les droits sont ceux que disent les mandats."))
