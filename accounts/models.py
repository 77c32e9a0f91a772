"""The table of contents: a model that is not named here does not exist for Django."""

from accounts.invitations.models import Invitation
from accounts.organisations.models import Alias, Organisation
from accounts.people.models import User
from accounts.tokens.models import ApiToken

__all__ = ["Alias", "ApiToken", "Invitation", "Organisation", "User"]
