"""The work that is measured. A feature adds its own here: one line for an address."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Which ceiling applies, in times the bare view."""

    BARE = 1
    API = 4
    PAGE = 8


@dataclass(frozen=True)
class Piece:
    name: str
    kind: Kind
    path: str


BARE = Piece("bare view", Kind.BARE, "/bench/bare/")
PIECES = (
    BARE,
    Piece("people, API", Kind.API, "/api/v1/people/"),
    Piece("people, page", Kind.PAGE, "/administration/personnes/"),
    Piece("organisations search, API", Kind.API, "/api/v1/organisations/?search=hopital"),
    Piece("organisations search, page", Kind.PAGE, "/administration/organisations/?q=hopital"),
    Piece("journal, API", Kind.API, "/api/v1/events/"),
    Piece("journal, page", Kind.PAGE, "/administration/journal/"),
    Piece("groups, API", Kind.API, "/api/v1/groups/"),
    Piece("groups, page", Kind.PAGE, "/groupes/"),
    Piece("members of a group, page", Kind.PAGE, "/groupes/groupe-000/membres/"),
    Piece("deliverables, API", Kind.API, "/api/v1/deliverables/"),
    Piece("deliverables of a group, page", Kind.PAGE, "/groupes/groupe-000/livrables/"),
    Piece("my deliverables, page", Kind.PAGE, "/livrables/"),
    Piece("contract, page", Kind.PAGE, "/contrat/"),
    Piece("projects, page", Kind.PAGE, "/contrat/contrat/projets/"),
)
