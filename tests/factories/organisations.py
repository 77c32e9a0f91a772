"""Organisations with their spellings, as the service writes them."""

from typing import Any

from accounts.models import Organisation
from accounts.organisations.enums import College, OrganisationKind
from accounts.organisations.services import create_organisation


def an_organisation(name: str, acronym: str = "", *aliases: str, **fields: Any) -> Organisation:
    chosen = {"kind": OrganisationKind.ADMINISTRATION, "college": College.STATE, "by": None, "confirmed": True}
    return create_organisation(name=name, acronym=acronym, aliases=aliases, **{**chosen, **fields})
