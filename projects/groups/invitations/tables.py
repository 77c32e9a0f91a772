"""The list of those invited into one group."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, FlagFilter, SearchFilter, Table
from projects.access.enums import Role
from projects.groups.enums import OfferState
from projects.groups.invitations.offers import matching
from projects.groups.models import InvitedMandate


def name(offer: Any) -> str:
    return f"{offer.given_name} {offer.family_name}".strip()


def addressee(offer: Any) -> str:
    return offer.address or str(_("Adresse effacée"))


def state(offer: Any) -> str:
    return str(OfferState(offer.state).label)


def role(offer: Any) -> str:
    return str(Role(offer.role).label)


def author(offer: Any) -> str:
    return offer.offered_by.get_full_name() if offer.offered_by else ""


class OffersTable(Table[InvitedMandate]):
    """Those invited into one group, each with the mandate they were offered there."""

    id = "invitations"
    caption = _("Invitations dans ce groupe")
    file_name = "invitations"
    columns = [
        Column(
            "address",
            _("Personne"),
            sort="address",
            value=addressee,
            template="projects/invitations/cells/person.html",
        ),
        Column("state", _("État"), sort="state", value=state, template="projects/invitations/cells/state.html"),
        Column("role", _("Rôle"), sort="role", value=role),
        Column("organisation", _("Organisation"), sort="organisation__alphabetical", narrow=False),
        Column(
            "author", _("Invité par"), value=author, template="projects/invitations/cells/author.html", narrow=False
        ),
        Column("offered_at", _("Le"), sort="offered_at", template="components/cells/date.html", narrow=False),
        Column("actions", _("Actions"), template="projects/invitations/cells/actions.html", export=False, align="end"),
    ]
    filters = [
        SearchFilter(search=matching),
        ChoiceFilter(param="etat", label=_("État"), choices=OfferState.choices, lookup="state"),
        FlagFilter(
            param="orphelines", label=_("Dont l’auteur n’est plus en droit d’inviter"), condition=Q(orphaned=True)
        ),
    ]
    default_sort = "-offered_at"
    empty_title = _("Aucune invitation pour l’instant")
    empty_text = _("Qui a déjà un compte entre aussitôt\u00a0: son nom est parmi les membres.")

    def counted(self, number: int) -> str:
        return ngettext("%s invitation", "%s invitations", number) % number_fr(number)
