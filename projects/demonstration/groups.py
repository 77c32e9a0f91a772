"""The bodies of the contract as rooms, the demonstration people in them, and whom each speaks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.people.models import User
from filiere.days import today
from projects.access.enums import Permission, Role
from projects.activity.services import record
from projects.contracts.models import Contract
from projects.demonstration.contract import CODE
from projects.demonstration.facts import facts
from projects.demonstration.organisations import by_spelling
from projects.demonstration.people import DOMAIN, GROUPS, SEATS
from projects.groups.mandates.services import give_mandate
from projects.groups.models import Delegation, Membership, WorkingGroup
from projects.groups.projection import project
from projects.groups.services import archive_group, create_group

# Addresses that people and scripts know; the others are made of the contract's codes.
SLUGS = {
    "BUR": "bureau",
    "PLEN": "plenier",
    "GTH": "groupes-thematiques",
    "COPIL": "comites-de-pilotage",
    "P04-GT1": "antibioresistance",
    "COPIL-DIV": "div",
    "COM-P13": "imagerie",
    "P01-GT1": "decarbonation",
}
# To whom a body answers, where its code does not say it.
PARENTS = {
    "BUR": "PLEN",
    "GTH": "BUR",
    "COPIL": "BUR",
    "CC-P12": "COPIL-P12",
    "P07": "COPIL-DIV",
    "P11": "COPIL-DIV",
    "P13": "COM-P13",
}
PRESENTATIONS = {
    "BUR": "Valide les positions du comité avant qu’elles n’en sortent, et arbitre ce que les groupes lui soumettent.",
    "P04-GT1": "Construire un modèle économique qui soutienne l’innovation et le bon usage des antibiotiques.",
    "COPIL-DIV": "Piloter les deux projets du diagnostic in vitro\u00a0: souveraineté sanitaire et parcours de santé.",
    "COM-P13": "Structurer la filière de l’imagerie médicale et suivre ses groupes de travail.",
    "P01-GT1": "Écrire la suite de la feuille de route de décarbonation, et en suivre les mesures.",
}
# It has handed over what it was for.
CLOSED = "P10-GT1"

# In the order of SEATS: the group where the seats of a code are, and whom each speaks for.
ROOMS = {
    "amr": ("antibioresistance", ("bioMérieux", "DGS", "Leem", "BEAM", "DGE", "INSERM", "SIDIV")),
    "div": ("div", ("bioMérieux", "DGE", "SIDIV", "bioMérieux", "DGOS", "DSS", "Biologistes")),
    "imagerie": ("imagerie", ("Medtech Consulting", "DGE", "SNITEM", "Thales", "DGRI", "CFDT", "Medicen")),
    "decarbonation": ("decarbonation", ("Novo Nordisk", "DGE", "Leem", "SICOS", "DGS", "ADEME", "Shift Project")),
}
ROLES = (Role.PILOT, Role.CO_PILOT, Role.RAPPORTEUR, Role.MEMBER, Role.MEMBER, Role.OBSERVER, Role.GUEST)
SEATED_FOR = timedelta(days=400)
GUEST_FOR_ANOTHER = timedelta(days=60)
LEAVING_IN = timedelta(days=20)
LENT_SINCE, LENT_FOR_ANOTHER = timedelta(days=3), timedelta(days=11)
LENDER, BORROWER = f"pilote-imagerie@{DOMAIN}", f"rapporteur-imagerie@{DOMAIN}"


@dataclass(frozen=True)
class Chair:
    """`substitute_of`: the account of the one whose place is taken in their absence."""

    slug: str
    email: str
    role: Role
    organisation: str
    stays: timedelta | None = None
    substitute_of: str = ""


def load() -> int:
    """What is missing, and nothing of what somebody changed since."""
    known = {group.slug: group for group in WorkingGroup.objects.all()}
    seats = {(seat.person.email, seat.group.slug): seat for seat in _seats()}
    missing = [chair for chair in _chairs() if (chair.email, chair.slug) not in seats]
    bodies = [body for body in facts()["bodies"] if slug_of(body["code"]) not in known]
    lent = Delegation.objects.filter(lender__email=LENDER, borrower__email=BORROWER).exists()
    if not (missing or bodies) and lent:
        return 0
    created = _open(bodies, known)
    people = {person.email: person for person in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    organisations = by_spelling()
    for chair in missing:
        if chair.email not in people:
            continue
        seats[chair.email, chair.slug] = give_mandate(
            person=people[chair.email],
            group=known[chair.slug],
            role=chair.role,
            organisation=organisations[chair.organisation],
            starts_on=today() - SEATED_FOR,
            ends_on=today() + chair.stays if chair.stays else None,
            substitute_for=seats.get((chair.substitute_of, chair.slug)),
            by=None,
        )
        created += 1
    if not lent and {LENDER, BORROWER} <= people.keys():
        _lend(known["imagerie"], people[LENDER], people[BORROWER])
        created += 1
    return created


def slug_of(code: str) -> str:
    return SLUGS.get(code, code.lower())


def _open(bodies: list[dict[str, Any]], known: dict[str, WorkingGroup]) -> int:
    contract = Contract.objects.get(code=CODE)
    projects = {project.number: project for project in contract.projects.all()}
    above = {body["code"] for body in facts()["bodies"]}
    # Parents first: a body stands below those its parent's parents already hold.
    for body in sorted(bodies, key=lambda body: _depth(body["code"], above)):
        code, slug = body["code"], slug_of(body["code"])
        known[slug] = create_group(
            contract=contract,
            slug=slug,
            name=body["name"][0].upper() + body["name"][1:],
            kind=body["kind"],
            parent=known.get(slug_of(_parent(code, above))) if _parent(code, above) else None,
            projects=[projects[number] for number in body["projects"] if number in projects],
            presentation=PRESENTATIONS.get(code, ""),
            cadence=body["cadence"] or "",
            by=None,
        )
        if code == CLOSED:
            known[slug] = archive_group(group=known[slug], by=None)
    return len(bodies)


def _parent(code: str, codes: set[str]) -> str:
    """The steering committee of its project where there is one, else the family it belongs to."""
    if code == "PLEN":
        return ""
    number = code.partition("-")[0]
    if code in PARENTS or number in PARENTS:
        return PARENTS.get(code) or PARENTS[number]
    if code.startswith(("COPIL-", "COM-")):
        return "COPIL"
    return f"COPIL-{number}" if f"COPIL-{number}" in codes else "GTH"


def _depth(code: str, codes: set[str]) -> int:
    parent = _parent(code, codes)
    return 1 + _depth(parent, codes) if parent else 0


def _seats() -> Any:
    return Membership.objects.select_related("person", "group").order_by("starts_on", "pk")


def _chairs() -> Iterator[Chair]:
    for code in GROUPS:
        slug, organisations = ROOMS[code]
        for seat, role, organisation in zip(SEATS, ROLES, organisations, strict=True):
            stays = GUEST_FOR_ANOTHER if role is Role.GUEST else None
            yield Chair(slug, f"{seat}-{code}@{DOMAIN}", role, organisation, stays)
    yield Chair("bureau", f"bureau@{DOMAIN}", Role.MEMBER, "Leem")
    # The same people elsewhere: for another organisation, in somebody's absence, not for long.
    yield Chair("copil-p04", f"pilote-amr@{DOMAIN}", Role.PILOT, "bioMérieux")
    yield Chair("copil-p04", f"rapporteur-amr@{DOMAIN}", Role.MEMBER, "SIDIV")
    yield Chair("copil-p04", f"membre-amr@{DOMAIN}", Role.MEMBER, "BEAM", substitute_of=f"rapporteur-amr@{DOMAIN}")
    yield Chair("copil-p04", f"membre-etat-amr@{DOMAIN}", Role.MEMBER, "DGE")
    yield Chair("p02-gt1", f"pilote-decarbonation@{DOMAIN}", Role.PILOT, "Sanofi")
    yield Chair("p02-gt1", f"membre-decarbonation@{DOMAIN}", Role.MEMBER, "Leem", LEAVING_IN)


def _lend(group: WorkingGroup, lender: User, borrower: User) -> None:
    """As `delegations.lend` leaves it, but in the name of the application: nobody is written to."""
    delegation = Delegation.objects.create(
        group=group,
        lender=lender,
        borrower=borrower,
        permission=Permission.APPROVE,
        starts_on=today() - LENT_SINCE,
        ends_on=today() + LENT_FOR_ANOTHER,
        reason="Congés",
    )
    told: dict[str, tuple[None, str]] = {
        "borrower": (None, str(borrower.pk)),
        "permission": (None, delegation.permission),
        "starts_on": (None, delegation.starts_on.isoformat()),
        "ends_on": (None, delegation.ends_on.isoformat()),
        "reason": (None, delegation.reason),
    }
    record(actor=None, verb="delegation.given", target=delegation, group=group, changes=told)
    project(group)
