"""The chapters of the help page: anchor, title, template. Anchors are addresses that people keep."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOPICS: "tuple[tuple[str, StrOrPromise, str], ...]" = (
    ("se-connecter", _("Se connecter"), "projects/home/help/sign_in.html"),
    ("second-facteur", _("Second facteur"), "projects/home/help/second_factor.html"),
    ("invitations", _("Invitations"), "projects/home/help/invitations.html"),
    ("contrat", _("Contrat"), "projects/home/help/contract.html"),
    ("groupes", _("Groupes"), "projects/home/help/groups.html"),
    ("mandats", _("Mandats et délégations"), "projects/home/help/mandates.html"),
    ("livrables", _("Livrables et versions"), "projects/home/help/deliverables.html"),
    ("approbations", _("Approbations et avis"), "projects/home/help/approvals.html"),
    ("roles", _("Rôles et permissions"), "projects/home/help/roles.html"),
    ("sessions", _("Sessions ouvertes"), "projects/home/help/sessions.html"),
    ("preferences", _("Préférences et apparence"), "projects/home/help/preferences.html"),
    ("listes", _("Listes et formulaires"), "projects/home/help/lists.html"),
    ("jetons", _("Jetons d’API"), "projects/home/help/tokens.html"),
    ("journal", _("Journal"), "projects/home/help/journal.html"),
    ("donnees", _("Données personnelles"), "projects/home/help/personal_data.html"),
    ("clavier", _("Raccourcis clavier"), "projects/home/help/keyboard.html"),
    ("accessibilite", _("Accessibilité"), "projects/home/help/accessibility.html"),
)
