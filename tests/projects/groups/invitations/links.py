"""The link that an invitation sends, as its addressee follows it."""

from accounts.invitations.tokens import hash_of
from accounts.models import Invitation

ADDRESS = "nouvelle@demo.example"


def link_to(offer, token="le-jeton"):
    Invitation.objects.filter(pk=offer.invitation_id).update(token_hash=hash_of(token), sending="envoyee")
    return token
