"""What the addresses of the matrix lead to, and how they are written."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver
from django.utils import timezone

from accounts.models import User
from filiere.checks import patterns
from projects.access.enums import Permission, Role
from projects.access.models import EmergencyReading
from projects.deliverables.enums import ApprovalState
from projects.deliverables.files.formats import Format
from projects.models import Comment, Deliverable, Dependency, InvitedMandate, Opinion, Thread, Version, WorkingGroup
from tests.factories import AdministratorFactory, OrganisationFactory, UserFactory
from tests.factories.access import Room
from tests.factories.activity import recorded
from tests.factories.contracts import AmendmentFactory, AxisFactory, ProjectFactory
from tests.factories.deliverables import DeliverableFactory, a_version
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
    "approval": "version",
    "deliverable-dependency": "dependency",
    "thread-open": "version",
    **{kind: kind for kind in ("contract", "axis", "project", "amendment")},
    **{kind: kind for kind in ("deliverable", "version", "opinion", "thread", "comment")},
}
# Pages of a version or an opinion stand under its deliverable, where the API names the thing itself.
UNDER_DELIVERABLE = ("approval-sheet", "deliverable", "opinion", "recusal", "version")


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
    work = work_of(group, lender)
    return {
        **work,
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
            "new deliverable": {"group": group.slug, "title": "Livrable nouveau"},
            "new dependency": {"needs": str(DeliverableFactory(group=group).pk)},
            "new question": {"people": [str(lender.pk)]},
            "new comment": {"thread": str(work["thread"].pk), "text": "Un mot."},
            "approval": {"sha256": work["version"].sha256},
        },
    }


def work_of(group: WorkingGroup, pilot: User) -> dict[str, Any]:
    """A deliverable that nobody outside the group may read, its second version before the pilots, and what was said."""
    deliverable = DeliverableFactory(group=group)
    author = UserFactory()
    a_version(deliverable, b"Premier texte.", author=author, replaced_at=timezone.now())
    version = a_version(deliverable, b"Second texte.", author=author, submitted_by=author, submitted_at=timezone.now())
    Version.objects.filter(pk=version.pk).update(format=Format.PDF, name="texte.pdf", state=ApprovalState.SUBMITTED)
    Deliverable.objects.filter(pk=deliverable.pk).update(approval_state=ApprovalState.SUBMITTED)
    thread = Thread.objects.create(version=version)
    return {
        "deliverable": deliverable,
        "version": version,
        "opinion": Opinion.objects.create(version=version, person=pilot, asked_by=author),
        "dependency": Dependency.objects.create(deliverable=deliverable, needs=DeliverableFactory(group=group)),
        "thread": thread,
        "comment": Comment.objects.create(thread=thread, author=author, text="Un mot."),
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
    if not api and name.startswith(UNDER_DELIVERABLE):
        known |= {"pk": things["deliverable"].pk, "number": things["version"].number}
    known |= {each: things[each].pk for each in ("deliverable", "version", "opinion", "dependency")}
    known["field"] = "version"
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
