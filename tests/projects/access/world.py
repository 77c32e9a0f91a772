"""What the addresses of the matrix lead to, and how they are written."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver
from django.utils import timezone

from filiere.checks import patterns
from projects.access.enums import Permission, Role
from projects.access.models import EmergencyReading
from projects.models import InvitedMandate, WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.access import Room
from tests.factories.activity import recorded
from tests.factories.contracts import AmendmentFactory, AxisFactory, ProjectFactory
from tests.factories.groups import DelegationFactory, MembershipFactory
from tests.factories.invitations import a_sent_invitation
from tests.factories.people import give_token

# Whose `pk` an address holds, by how its name begins: the longest beginning counts.
ABOUT = {
    "person": "stranger",
    "organisation": "organisation",
    "directory": "organisation",
    "invitation": "invited",
    "group-invitation": "offer",
    "mandate": "mandate",
    "member": "mandate",
    "delegation": "delegation",
    "emergency": "reading",
    "group-emergency": "reading",
    "group": "group",
    "token": "token",
    "event": "event",
    **{kind: kind for kind in ("contract", "axis", "project", "amendment")},
}


def ours() -> Iterator[tuple[str, Any]]:
    for route, pattern in patterns(get_resolver()):
        if not route.startswith("admin/"):  # which tests/filiere/test_admin.py walks
            yield route, pattern


ROUTES = {(pattern.name, hasattr(pattern.callback, "cls")): (route, pattern.pattern) for route, pattern in ours()}


def things_of(group: WorkingGroup, room: Room) -> dict[str, Any]:
    """What addresses need: one object of each kind, of that group where it belongs to one."""
    mandate = MembershipFactory(group=group, role=Role.MEMBER)
    lender = room.actors[f"pilote, {'archives' if group.is_archived else 'ici'}"].person
    stranger = UserFactory()
    axis = AxisFactory()
    offer = InvitedMandate.objects.create(
        invitation=a_sent_invitation()[0], group=group, role=Role.MEMBER, organisation=OrganisationFactory()
    )
    reading = EmergencyReading.objects.create(
        person=AdministratorFactory(), group=group, reason="Raison d’essai", closes_at=timezone.now()
    )
    organisation = OrganisationFactory()
    return {
        "group": group,
        "mandate": mandate,
        "delegation": DelegationFactory(group=group, lender=lender, borrower=mandate.person),
        "offer": offer,
        "invited": offer.invitation,
        "reading": reading,
        "stranger": stranger,
        "organisation": organisation,
        "token": give_token(UserFactory()),
        "event": recorded(1)[0],
        "contract": group.contract,
        "axis": axis,
        "project": ProjectFactory(axis=axis),
        "amendment": AmendmentFactory(contract=group.contract),
        "bodies": {
            "new group": {"contract": str(group.contract_id), "name": "Groupe nouveau", "slug": "nouveau-groupe"},
            "new member": {"email": stranger.email, "role": "membre", "organisation": str(organisation.pk)},
            "new invitation": {
                "email": "nouvelle@demo.example",
                "role": "membre",
                "organisation": str(organisation.pk),
            },
            "new delegation": {
                "group": group.slug,
                "permission": Permission.APPROVE.value,
                "borrower": str(mandate.person_id),
                "ends_on": "2026-12-31",
            },
        },
    }


def _keys(name: str, parameters: set[str], things: dict[str, Any], *, api: bool) -> dict[str, Any]:
    """What stands in an address, by the name of the parameter."""
    group, contract = things["group"], things["contract"]
    kind = max((each for each in ABOUT if name.startswith(each)), key=len, default="")
    known = {
        "slug": group.slug,
        "group": group.slug,
        "code": contract.code,
        "contract": str(contract.pk) if api else contract.code,
        "axis": things["axis"].code,
        "project": things["project"].code,
        "number": things["amendment"].number,
        "token": "jeton-inconnu",
        "name": "groups",
        "uidb36": "0" * 32,
        "key": "x",
        "pk": things[ABOUT[kind]].pk if kind else 1,
    }
    if name == "person-act":
        known["slug"] = "fermer"
    if name == "api-docs-section":
        known["name"] = "groups"
    return {parameter: known[parameter] for parameter in parameters}


def address(name: str, things: dict[str, Any], *, api: bool) -> str:
    """By hand: a page and a resource may share a name."""
    route, pattern = ROUTES[name, api]
    return "/" + _filled(route, _keys(name, set(pattern.converters) or set(pattern.regex.groupindex), things, api=api))


def _filled(route: str, values: dict[str, Any]) -> str:
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: str(values[found[1]]), route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
    return route.replace("^", "").replace("$", "")
