"""The working groups of the contract in which the demonstration people sit, and whom each speaks for."""

from datetime import timedelta

from accounts.organisations.models import Organisation
from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Role
from projects.contracts.models import Contract
from projects.demonstration.contract import CODE
from projects.demonstration.people import DOMAIN, GROUPS, SEATS
from projects.groups.enums import GroupKind
from projects.groups.mandates import give_mandate
from projects.groups.models import Membership, WorkingGroup
from projects.groups.services import create_group

# The code in the accounts' addresses, then the group, then whom each seat speaks for, in the order of SEATS.
ROOMS = {
    "amr": (
        "antibioresistance",
        "Antibiorésistance",
        ("bioMérieux", "DGS", "Leem", "BEAM", "DGE", "INSERM", "SIDIV"),
    ),
    "div": (
        "div",
        "Diagnostic in vitro",
        ("bioMérieux", "DGE", "SIDIV", "bioMérieux", "DGOS", "DSS", "Biologistes"),
    ),
    "imagerie": (
        "imagerie",
        "Imagerie médicale",
        ("Medtech Consulting", "DGE", "SNITEM", "Thales", "DGRI", "CFDT", "Medicen"),
    ),
    "decarbonation": (
        "decarbonation",
        "Décarbonation",
        ("Novo Nordisk", "DGE", "Leem", "SICOS", "DGS", "ADEME", "Shift Project"),
    ),
}
ROLES = (Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.MEMBER, Role.OBSERVER, Role.GUEST)
BUREAU = ("bureau", "Bureau du comité stratégique de filière")
SEATED_FOR = timedelta(days=400)
GUEST_FOR_ANOTHER = timedelta(days=60)


def load() -> int:
    contract = Contract.objects.get(code=CODE)
    known = {group.slug: group for group in WorkingGroup.objects.all()}
    people = {person.email: person for person in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    organisations = {
        spelling: organisation
        for organisation in Organisation.objects.prefetch_related("aliases")
        for spelling in (alias.text for alias in organisation.aliases.all())
    }
    seated = set(Membership.objects.values_list("person__email", "group__slug"))
    created = 0
    for slug, name, email, role, acronym in _seats():
        if slug not in known:
            kind = GroupKind.BUREAU if slug == "bureau" else GroupKind.WORKING_GROUP
            known[slug] = create_group(contract=contract, slug=slug, name=name, kind=kind, by=None)
            created += 1
        if (email, slug) in seated or email not in people:
            continue
        give_mandate(
            person=people[email],
            group=known[slug],
            role=role,
            organisation=organisations[acronym],
            starts_on=today() - SEATED_FOR,
            ends_on=today() + GUEST_FOR_ANOTHER if role is Role.GUEST else None,
            by=None,
        )
        created += 1
    return created


def _seats() -> list[tuple[str, str, str, Role, str]]:
    rooms = [
        (*ROOMS[code][:2], f"{seat}-{code}@{DOMAIN}", role, acronym)
        for code in GROUPS
        for seat, role, acronym in zip(SEATS, ROLES, ROOMS[code][2], strict=True)
    ]
    return [*rooms, (*BUREAU, f"bureau@{DOMAIN}", Role.MEMBER, "Leem")]
