"""The accounts of the demonstration: invented people, one a seat."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.people.models import User
from accounts.people.services import open_account

DOMAIN = "demo.example"
PASSWORD = "filiere-demo"  # noqa: S105  public on purpose: it opens nothing but the demonstration

COORDINATION = {
    "admin": ("Angélique", "Romarin"),
    "deleguee": ("Delphine", "Mirabelle"),
    "bureau": ("Barnabé", "Cerfeuil"),
}
# One line a group, one name a seat, in the order of SEATS.
SEATS = ("pilote", "copilote", "rapporteur", "membre", "membre-etat", "observateur", "invite")
GROUPS = {
    "amr": (
        ("Philippine", "Coquelicot"),
        ("Côme", "Estragon"),
        ("Rosalie", "Groseille"),
        ("Maxence", "Ciboulette"),
        ("Maëlle", "Aubépine"),
        ("Octave", "Noisette"),
        ("Inès", "Pervenche"),
    ),
    "div": (
        ("Prosper", "Tilleul"),
        ("Clémence", "Verveine"),
        ("Raphaëlle", "Myrtille"),
        ("Malo", "Genévrier"),
        ("Mahaut", "Primevère"),
        ("Ondine", "Bruyère-Rose"),
        ("Isidore", "Châtaigne"),
    ),
    "imagerie": (
        ("Pénélope", "Églantine"),
        ("Corentin", "Fougère"),
        ("Romane", "Jonquille"),
        ("Marceau", "Sarriette"),
        ("Ménéhould", "Pâquerette"),
        ("Oriane", "Bergamote"),
        ("Ignace", "Roseau"),
    ),
    "decarbonation": (
        ("Perceval", "Muguet"),
        ("Capucine", "Lavandin"),
        ("Rémi", "Tournesol-d’Or"),
        ("Mélusine", "Pimprenelle"),
        ("Matthias", "Marjolaine"),
        ("Odilon", "Bleuet"),
        ("Isaure", "Nénuphar"),
    ),
}


@dataclass(frozen=True)
class Seat:
    email: str
    given_name: str
    family_name: str
    as_administrator: bool = False
    as_delegate: bool = False


def seats() -> Iterator[Seat]:
    for account, (given_name, family_name) in COORDINATION.items():
        yield Seat(
            f"{account}@{DOMAIN}",
            given_name,
            family_name,
            as_administrator=account == "admin",
            as_delegate=account == "deleguee",
        )
    for code, names in GROUPS.items():
        for seat, (given_name, family_name) in zip(SEATS, names, strict=True):
            yield Seat(f"{seat}-{code}@{DOMAIN}", given_name, family_name)


def load() -> int:
    known = set(User.objects.values_list("email", flat=True))
    missing = [seat for seat in seats() if seat.email not in known]
    if missing:
        # Hashing is slow on purpose, and the password is the same for all.
        hashed = make_password(PASSWORD)
        for seat in missing:
            open_account(**vars(seat), password_hash=hashed, by=None)
    return len(missing)


def real_people() -> int:
    """People who are not of the demonstration. One that was anonymised is nobody any more."""
    return User.objects.exclude(email__endswith=f"@{DOMAIN}").filter(anonymised_at=None).count()
