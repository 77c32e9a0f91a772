"""How strongly an identity provider says it knows the person: the `acr` and `amr` of its answer."""

from collections.abc import Iterable
from typing import NamedTuple


class Level(NamedTuple):
    identity: int
    two_factors: bool

    def covers(self, other: "Level") -> bool:
        return self.identity >= other.identity and self.two_factors >= other.two_factors


# ProConnect's scale; eidas2 and eidas3 include two factors by definition.
LEVELS = {
    "eidas0": Level(0, two_factors=False),
    "eidas0-mfa": Level(0, two_factors=True),
    "eidas1": Level(1, two_factors=False),
    "eidas1-mfa": Level(1, two_factors=True),
    "eidas2": Level(2, two_factors=True),
    "eidas3": Level(3, two_factors=True),
}
MULTI_FACTOR = {
    *(name for name, level in LEVELS.items() if level.two_factors),
    "https://refeds.org/profile/mfa",
}


def suffices(given: str, wanted: Iterable[str]) -> bool:
    """One of the wanted values, or a stronger one of the same scale. Nothing wanted: everything suffices."""
    wanted = set(wanted)
    if not wanted or given in wanted:
        return True
    level = LEVELS.get(given)
    return level is not None and any(level.covers(LEVELS[name]) for name in wanted & LEVELS.keys())


def two_factors(acr: str, amr: Iterable[str]) -> bool:
    return acr in MULTI_FACTOR or "mfa" in amr
