from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.invitations.enums import State
from accounts.invitations.models import Invitation
from accounts.invitations.selectors import matching
from filiere.web.french import number_fr
from filiere.web.tables import ChoiceFilter, Column, SearchFilter, Table

TONES = {
    State.WAITING: "neutral",
    State.UNDER_WAY: "neutral",
    State.SENT: "info",
    State.FAILED: "danger",
    State.EXPIRED: "warning",
    State.ACCEPTED: "success",
    State.REVOKED: "neutral",
}


def addressee(invitation: Invitation) -> str:
    """Whom it invites, as far as it is still known."""
    if address := getattr(invitation, "address", ""):
        return str(address)
    return str(_("Premier administrateur") if invitation.is_for_first_administrator else _("Adresse effacée"))


def state_label(invitation: Invitation) -> str:
    return str(State(getattr(invitation, "state", "")).label)


def tone(invitation: Invitation) -> str:
    return TONES[State(getattr(invitation, "state", ""))]


def role(invitation: Invitation) -> str:
    words = [_("Administrateur")] if invitation.as_administrator else []
    if invitation.as_delegate:
        words.append(_("Délégué permanent"))
    return ", ".join(str(word) for word in words)


def sender(invitation: Invitation) -> str:
    return invitation.invited_by.get_full_name() if invitation.invited_by else ""


class InvitationsTable(Table[Invitation]):
    id = "invitations"
    caption = _("Invitations")
    file_name = "invitations"
    columns = [
        Column(
            "address",
            _("Adresse électronique"),
            sort="address",
            value=addressee,
            template="accounts/invitations/cells/addressee.html",
        ),
        Column("state", _("État"), sort="state", value=state_label, template="accounts/invitations/cells/state.html"),
        Column("role", _("Rôle"), value=role, narrow=False),
        Column("invited_by", _("Invité par"), value=sender, narrow=False),
        Column("created_at", _("Créée"), sort="created_at", template="components/cells/date.html", narrow=False),
        Column("expires_at", _("Expire"), sort="expires_at", template="components/cells/date.html"),
    ]
    filters = [
        SearchFilter(search=matching),
        ChoiceFilter(param="etat", label=_("État"), choices=State.choices, lookup="state"),
    ]
    default_sort = "-created_at"
    empty_title = _("Aucune invitation pour l’instant")
    empty_text = _("On n’entre ici que sur invitation\u00a0: envoyez la première.")
    empty_url_name = "invitation-new"
    empty_label = _("Inviter quelqu’un")

    def counted(self, number: int) -> str:
        return ngettext("%s invitation", "%s invitations", number) % number_fr(number)
